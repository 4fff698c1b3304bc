"""What a cell says, in the spellings of French schools. Pure; None where it cannot be told without guessing."""

import re
from collections.abc import Mapping
from datetime import date
from types import EllipsisType

from parchemin.candidates.identity.rules import folded
from parchemin.contracts.vocabulary import AccessPath, Sex

_SEXES: Mapping[Sex, str] = {
    Sex.FEMALE: "f femme féminin fille mme madame mlle mademoiselle female mrs ms woman",
    Sex.MALE: "m h homme masculin garçon mr monsieur male man",
}
_SEX_OF = {folded(word): sex for sex, words in _SEXES.items() for word in words.split()}

_PATHS: Mapping[AccessPath, tuple[str, ...]] = {
    AccessPath.INITIAL_TRAINING: ("formation initiale", "initiale", "statut scolaire", "scolaire", "étudiant"),
    AccessPath.APPRENTICESHIP: ("apprentissage", "contrat d'apprentissage", "apprenti", "apprentie"),
    AccessPath.PROFESSIONALISATION_CONTRACT: (
        "contrat de professionnalisation",
        "contrat professionnalisation",
        "contrat pro",
        "professionnalisation",
    ),
    AccessPath.CONTINUING_TRAINING: ("formation continue", "continue", "formation professionnelle continue", "fpc"),
    AccessPath.VAE: ("validation des acquis de l'expérience", "validation des acquis"),
    AccessPath.INDIVIDUAL_APPLICATION: (
        "candidature individuelle",
        "candidat individuel",
        "candidat libre",
        "candidate libre",
        "individuel",
        "libre",
    ),
}
_PATH_OF = {folded(label): path for path, labels in _PATHS.items() for label in (path, *labels)}

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRENCH_DATE = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")

_ALL_BLOCKS = {folded(said) for said in ("tous", "toutes", "tout", "tous les blocs", "certification", "all", "complet")}
_BLOCK_WORD = re.compile(r"\b(?:blocs?|bc|n[°º]|et|and)(?![a-z])", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-–]|à)\s*")
_BLOCKS = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")


def sex_said(cell: str) -> Sex | None:
    """`M.`, `Mme`, `H`, `homme`…"""
    return _SEX_OF.get(folded(cell))


def date_said(cell: str) -> date | None:
    """`17/06/1999`, `7.6.1999`, `1999-06-17`: day before month, and a year of four digits."""
    if iso := _ISO_DATE.fullmatch(cell):
        year, month, day = map(int, iso.groups())
    elif french := _FRENCH_DATE.fullmatch(cell):
        day, month, year = (int(french.group(part)) for part in (1, 3, 4))
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def first_names_said(cell: str) -> list[str]:
    """As written: cut at commas where there are some, at blanks otherwise; `Jean-Luc` is one."""
    parts = re.split(r"[,;]", cell) if re.search(r"[,;]", cell) else cell.split()
    return [part.strip() for part in parts if part.strip()]


def access_path_said(cell: str) -> AccessPath | None:
    """By its French label, or by our own name of it."""
    return _PATH_OF.get(folded(cell))


def blocks_said(cell: str) -> list[int] | EllipsisType | None:
    """`1,2,3`, `1 2 3`, `1-3`, `Bloc 2`; `...` for all of them, whichever they are."""
    if folded(cell) in _ALL_BLOCKS:
        return ...
    numbers: set[int] = set()
    for part in re.split(r"[\s,;/+&]+", _RANGE.sub("-", _BLOCK_WORD.sub(" ", cell)).strip()):
        said = _BLOCKS.fullmatch(part)
        if said is None:
            return None
        first = int(said.group(1))
        last = int(said.group(2) or first)
        if last < first:
            return None
        numbers.update(range(first, last + 1))
    return sorted(numbers)


def code_said(cell: str) -> str:
    """A commune's or postal code; where it was kept as a number, with the zero that it lost (`1001` is `01001`)."""
    return f"0{cell}" if re.fullmatch(r"[0-9]{4}", cell) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute the cell instead of showing it (OWASP, CSV injection)."""
    return cell.startswith(("=", "+", "-", "@"))
