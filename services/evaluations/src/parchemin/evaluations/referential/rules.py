"""What a referential must satisfy before the certifier may publish it.

Candidates are enrolled on a published version for good, so its parts have to agree with one another, and with
the totals that the certifier declares beside it (3 blocks, 22 competencies and 85 criteria for version 1.0).
"""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from parchemin.contracts.referential import Competency, PartlyMetPolicy, PointsPolicy, Referential


@dataclass(frozen=True)
class Totals:
    """The control totals that the certifier declares with a referential."""

    blocks: int
    competencies: int
    criteria: int


@dataclass(frozen=True)
class Fault:
    """A reason not to publish. ``pointer`` is a JSON pointer (RFC 6901) into the referential."""

    code: str
    pointer: str
    detail_fr: str
    detail_en: str


@dataclass(frozen=True)
class _Holders:
    """The blocks, activities or modalities: their keys, and who belongs to whom as either side states it.

    All by JSON pointer; ``named`` and ``listed`` hold pairs of a competency code and a holder's key.
    """

    fr: str
    en: str
    keys: dict[str, str]
    named: dict[str, tuple[str, str]]
    listed: dict[str, tuple[str, str]]


def publication_faults(referential: Referential, totals: Totals) -> tuple[Fault, ...]:
    """Return every fault of the referential; it may be published when there is none.

    A competency without a statement is no fault: the registered source itself lacks one (référentiel, C.18).
    """
    competencies = referential.competencies
    codes = {f"/competencies/{i}/code": competency.code for i, competency in enumerate(competencies)}
    blocks = _holders(
        ("le bloc", "block", "/blocks/{}/number"),
        [(str(block.number), block.competencies) for block in referential.blocks],
        [(competency.code, str(competency.block)) for competency in competencies],
    )
    activities = _holders(
        ("l'activité", "activity", "/activities/{}/code"),
        [(activity.code, ()) for activity in referential.activities],
        [(competency.code, competency.activity) for competency in competencies],
    )
    modalities = _holders(
        ("la modalité", "modality", "/modalities/{}/code"),
        [(modality.code, modality.competencies) for modality in referential.modalities],
        [(competency.code, competency.modality) for competency in competencies],
    )
    every = (blocks, activities, modalities)
    return tuple(
        chain(
            _total_faults(referential, totals),
            _duplicate_faults("la compétence", "competency", codes),
            _duplicate_faults("le critère", "criterion", _criterion_codes(competencies)),
            *(_duplicate_faults(holders.fr, holders.en, holders.keys) for holders in every),
            *(_holder_faults(holders) for holders in every),
            *(_listing_faults(holders, frozenset(codes.values())) for holders in (blocks, modalities)),
            _empty_faults(referential),
            _foreign_criteria(competencies),
            _policy_faults(referential),
        )
    )


def _holders(
    noun: tuple[str, str, str], parts: list[tuple[str, tuple[str, ...]]], named: list[tuple[str, str]]
) -> _Holders:
    """Gather (key, competencies listed) and (competency, holder named) under their pointers."""
    fr, en, key_pointer = noun
    listing_pointer = key_pointer.rpartition("/")[0] + "/competencies/{}"
    return _Holders(
        fr,
        en,
        {key_pointer.format(i): key for i, (key, _) in enumerate(parts)},
        {f"/competencies/{i}/{en}": pair for i, pair in enumerate(named)},
        {
            listing_pointer.format(i, j): (code, key)
            for i, (key, codes) in enumerate(parts)
            for j, code in enumerate(codes)
        },
    )


def _criterion_codes(competencies: tuple[Competency, ...]) -> dict[str, str]:
    return {
        f"/competencies/{i}/criteria/{j}/code": criterion.code
        for i, competency in enumerate(competencies)
        for j, criterion in enumerate(competency.criteria)
    }


def _total_faults(referential: Referential, totals: Totals) -> Iterator[Fault]:
    blocks, competencies = len(referential.blocks), len(referential.competencies)
    criteria = len(_criterion_codes(referential.competencies))
    for fr, en, pointer, declared, counted in (
        ("blocs", "blocks", "/blocks", totals.blocks, blocks),
        ("compétences", "competencies", "/competencies", totals.competencies, competencies),
        ("critères", "criteria", "/competencies", totals.criteria, criteria),
    ):
        if declared != counted:
            detail_fr = f"Nombre de {fr} : {declared} selon le total de contrôle, {counted} au référentiel."
            detail_en = f"Number of {en}: {declared} by the control total, {counted} in the referential."
            yield Fault("total_differs", pointer, detail_fr, detail_en)


def _duplicate_faults(fr: str, en: str, keys: dict[str, str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for pointer, key in keys.items():
        if key in seen:
            detail_fr = f"Le référentiel décrit plus d'une fois {fr} {key}."
            detail_en = f"The referential describes {en} {key} more than once."
            yield Fault("duplicate", pointer, detail_fr, detail_en)
        seen.add(key)


def _holder_faults(holders: _Holders) -> Iterator[Fault]:
    """Every holder that a competency names exists, and a competency names every holder."""
    fr, en, existing = holders.fr, holders.en, frozenset(holders.keys.values())
    for pointer, (code, key) in holders.named.items():
        if key not in existing:
            detail_fr = f"La compétence {code} nomme {fr} {key}, qui n'existe pas."
            detail_en = f"Competency {code} names {en} {key}, which does not exist."
            yield Fault("unknown_reference", pointer, detail_fr, detail_en)
    used = frozenset(key for _, key in holders.named.values())
    for pointer, key in holders.keys.items():
        if key not in used:
            detail_fr = f"Aucune compétence ne nomme {fr} {key}."
            yield Fault("orphan", pointer, detail_fr, f"No competency names {en} {key}.")


def _listing_faults(holders: _Holders, competencies: frozenset[str]) -> Iterator[Fault]:
    """A block or modality lists, once each, the competencies that name it, and no other."""
    fr, en, named = holders.fr, holders.en, frozenset(holders.named.values())
    listed: set[tuple[str, str]] = set()
    for pointer, (code, key) in holders.listed.items():
        if code not in competencies:
            fault, why_fr, why_en = "unknown_reference", "n'existe pas", "does not exist"
        elif (code, key) not in named:
            fault, why_fr, why_en = "listed_by_another", "n'en relève pas", "does not name it"
        elif (code, key) in listed:
            fault, why_fr, why_en = "listed_twice", "y figure déjà", "stands there already"
        else:
            listed.add((code, key))
            continue
        detail_fr = f"La compétence {code}, listée par {fr} {key}, {why_fr}."
        yield Fault(fault, pointer, detail_fr, f"Competency {code}, listed by {en} {key}, {why_en}.")
    existing = frozenset(holders.keys.values())
    for pointer, (code, key) in holders.named.items():
        if key in existing and (code, key) not in listed:
            detail_fr = f"La compétence {code} nomme {fr} {key}, qui ne la liste pas."
            detail_en = f"Competency {code} names {en} {key}, which does not list it."
            yield Fault("not_listed", pointer, detail_fr, detail_en)


def _empty_faults(referential: Referential) -> Iterator[Fault]:
    lists: Iterable[tuple[str, Sized]] = chain(
        [("/competencies", referential.competencies)],
        ((f"/competencies/{i}/criteria", part.criteria) for i, part in enumerate(referential.competencies)),
        ((f"/activities/{i}/items", part.items) for i, part in enumerate(referential.activities)),
        ((f"/modalities/{i}/deliverables", m.deliverables) for i, m in enumerate(referential.modalities)),
    )
    for pointer, parts in lists:
        if not parts:
            yield Fault("empty", pointer, "Cette liste ne peut pas être vide.", "This list cannot be empty.")


def _foreign_criteria(competencies: tuple[Competency, ...]) -> Iterator[Fault]:
    """The criteria of C.3 are C3.1, C3.2 and so on."""
    for i, competency in enumerate(competencies):
        prefix = competency.code.replace(".", "") + "."
        for j, criterion in enumerate(competency.criteria):
            if not criterion.code.startswith(prefix):
                detail_fr = f"{criterion.code} n'est pas un code de critère de la compétence {competency.code}."
                detail_en = f"{criterion.code} is not a criterion code of competency {competency.code}."
                yield Fault("foreign_criterion", f"/competencies/{i}/criteria/{j}/code", detail_fr, detail_en)


def _policy_faults(referential: Referential) -> Iterator[Fault]:
    """A threshold that can be reached, points that grow with the level, eliminatory criteria that exist."""
    policy = referential.policy
    if isinstance(policy, PartlyMetPolicy) and Fraction(policy.partly_met_below) > 1:
        yield _beyond_the_whole("/policy/partly_met_below", policy.partly_met_below)
    if not isinstance(policy, PointsPolicy):
        return
    if Fraction(policy.threshold) > 1:
        yield _beyond_the_whole("/policy/threshold", policy.threshold)
    if policy.partly_met >= policy.met:
        detail_fr = "Un critère partiellement atteint rapporte moins qu'un critère atteint."
        yield Fault(
            "points_not_growing", "/policy/partly_met", detail_fr, "A criterion partly met brings less than one met."
        )
    known = {criterion.code for competency in referential.competencies for criterion in competency.criteria}
    for i, code in enumerate(policy.eliminatory):
        pointer = f"/policy/eliminatory/{i}"
        if code not in known:
            yield Fault(
                "unknown_reference", pointer, f"Le critère {code} n'existe pas.", f"Criterion {code} does not exist."
            )
        elif code in policy.eliminatory[:i]:
            yield Fault("listed_twice", pointer, f"{code} y figure déjà.", f"{code} stands there already.")


def _beyond_the_whole(pointer: str, share: str) -> Fault:
    return Fault("beyond_the_whole", pointer, f"{share} dépasse le tout.", f"{share} is more than the whole.")
