"""Which column of a file says what, by its heading however it is spelled. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parchemin.candidates.identity.rules import folded
from parchemin.candidates.imports.reading import FileRefused
from parchemin.common.language import Text
from parchemin.common.problems import FieldFault


class Column(StrEnum):
    """What a column may say; the value is the heading that we propose."""

    BIRTH_NAME = "nom de naissance"
    USED_NAME = "nom d'usage"
    FIRST_NAMES = "prénoms"
    SEX = "sexe"
    BIRTH_DATE = "date de naissance"
    BIRTH_CITY = "commune de naissance"
    INSEE_CODE = "code INSEE"
    POSTAL_CODE = "code postal de naissance"
    BIRTH_COUNTRY = "pays de naissance"
    EMAIL = "courriel"
    ACCESS_PATH = "voie d'accès"
    BLOCKS = "blocs"
    SOURCE_ID = "identifiant externe"


MANDATORY = (
    Column.BIRTH_NAME,
    Column.FIRST_NAMES,
    Column.SEX,
    Column.BIRTH_DATE,
    Column.BIRTH_CITY,
    Column.BIRTH_COUNTRY,
)
ENROLLING = (Column.ACCESS_PATH, Column.BLOCKS)
"""Where a file has these, its candidates are enrolled too; one of them needs the other."""

_SPELLINGS: Mapping[Column, Collection[str]] = {
    Column.BIRTH_NAME: ("nom", "nom de famille", "nom patronymique", "nom naissance", "nom de jeune fille",
                        "birth name", "last name", "surname", "family name"),
    Column.USED_NAME: ("nom usage", "nom usuel", "nom marital", "nom d'épouse", "used name", "preferred family name"),
    Column.FIRST_NAMES: ("prénom", "prénom de naissance", "prénoms de naissance", "prénoms état civil", "first name",
                         "first names", "given name", "given names"),
    Column.SEX: ("civilité", "genre", "sex", "gender", "title"),
    Column.BIRTH_DATE: ("date naissance", "né le", "né(e) le", "née le", "naissance", "ddn", "birth date",
                        "date of birth"),
    Column.BIRTH_CITY: ("commune naissance", "ville de naissance", "ville naissance", "lieu de naissance",
                        "lieu naissance", "libellé commune de naissance", "birth city", "birth place",
                        "place of birth", "city of birth"),
    Column.INSEE_CODE: ("insee", "code insee de naissance", "code insee naissance", "code commune",
                        "code insee commune", "code insee commune de naissance", "code insee de la commune",
                        "code insee de la commune de naissance", "code commune de naissance", "insee code",
                        "birth insee code"),
    Column.POSTAL_CODE: ("code postal naissance", "code postal de la commune de naissance",
                         "code postal commune de naissance", "code postal du lieu de naissance", "cp naissance",
                         "cp de naissance", "birth postal code"),
    Column.BIRTH_COUNTRY: ("pays naissance", "pays", "code pays de naissance", "birth country", "country of birth",
                           "country of birth code"),
    Column.EMAIL: ("email", "e-mail", "mail", "adresse mail", "adresse e-mail", "adresse email",
                   "adresse électronique", "adresse de courriel", "email address"),
    Column.ACCESS_PATH: ("voie accès", "voie", "parcours", "type de parcours", "statut", "modalité d'accès",
                         "access path"),
    Column.BLOCKS: ("bloc", "blocs visés", "blocs présentés", "blocs de compétences", "bloc de compétences", "blocks"),
    Column.SOURCE_ID: ("identifiant", "identifiant source", "id", "id externe", "id source", "matricule",
                       "n° étudiant", "numéro étudiant", "sourced id", "source id", "external id", "student id"),
}  # fmt: skip
_KNOWN = {folded(spelling): column for column in Column for spelling in (column, *_SPELLINGS[column])}
_BRACKETS = re.compile(r"\([^()]*\)")
_METADATA = re.compile(r"metadata\.(?:.*\.)?", re.IGNORECASE)
"""Before the name of a column that OneRoster itself does not have."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column is, how its heading is written, and which headings say nothing to us."""

    places: Mapping[Column, int]
    headings: Mapping[Column, str]
    unknown: tuple[str, ...]
    width: int

    @property
    def enrols(self) -> bool:
        """Whether the candidates are enrolled too."""
        return Column.BLOCKS in self.places


def column_of(heading: str) -> Column | None:
    """What a heading announces; `Date de naissance (JJ/MM/AAAA)*` as well as `DATE_NAISSANCE`."""
    name = _METADATA.sub("", heading, count=1)
    return _KNOWN.get(folded(name)) or _KNOWN.get(folded(_BRACKETS.sub("", name)))


def layout_of(header: Sequence[str]) -> Layout:
    """The layout of a header; `FileRefused` with all its faults where a column is missing, or is there twice."""
    places: dict[Column, int] = {}
    unknown, faults = [], []
    for place, heading in enumerate(header):
        column = column_of(heading)
        if column is None:
            if heading.strip():
                unknown.append(heading.strip())
        elif column in places:
            text = Text(f"La colonne « {column} » figure deux fois.", f"The column “{column}” is there twice.")
            faults.append(FieldFault("", "column_twice", text))
        else:
            places[column] = place
    wanted = [
        *(MANDATORY if Column.SOURCE_ID not in places else ()),  # else a known person's row may say a part only
        *(ENROLLING if places.keys() & set(ENROLLING) else ()),
    ]
    for column in wanted:
        if column not in places:
            text = Text(f"La colonne « {column} » manque.", f"The column “{column}” is missing.")
            faults.append(FieldFault("", "column_missing", text))
    if faults:
        raise FileRefused(faults=faults)
    headings = {column: header[place].strip() for column, place in places.items()}
    return Layout(places, headings, tuple(unknown), len(header))
