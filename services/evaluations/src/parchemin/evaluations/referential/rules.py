"""What a referential must satisfy before the certifier may publish it.

Candidates are enrolled on a published version for good, so its parts have to agree with one another, and with
the totals that the certifier declares beside it (3 blocks, 22 competencies and 85 criteria for version 1.0).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from parchemin.contracts.referential import Competency, Referential


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
class _Kind:
    """A kind of part: how it is called, and where it stands in the referential."""

    fr: str
    en: str
    path: str


@dataclass(frozen=True)
class _Part:
    key: str
    pointer: str


@dataclass(frozen=True)
class _Link:
    """A competency and its holder (block, activity or modality), as one of the two states it."""

    competency: str
    holder: str
    pointer: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.competency, self.holder


_BLOCK = _Kind("le bloc", "block", "blocks")
_ACTIVITY = _Kind("l'activité", "activity", "activities")
_COMPETENCY = _Kind("la compétence", "competency", "competencies")
_CRITERION = _Kind("le critère", "criterion", "competencies")
_MODALITY = _Kind("la modalité", "modality", "modalities")


def publication_faults(referential: Referential, totals: Totals) -> tuple[Fault, ...]:
    """Return every fault of the referential; it may be published when there is none.

    A competency without a statement is no fault: the registered source itself lacks one (référentiel, C.18).
    """
    blocks = [_Part(str(block.number), f"/blocks/{i}/number") for i, block in enumerate(referential.blocks)]
    activities = _coded(_ACTIVITY, (activity.code for activity in referential.activities))
    modalities = _coded(_MODALITY, (modality.code for modality in referential.modalities))
    competencies = _coded(_COMPETENCY, (competency.code for competency in referential.competencies))
    codes = frozenset(competency.key for competency in competencies)

    of_blocks, of_activities, of_modalities = _stated_by_competencies(referential.competencies)
    by_blocks, by_modalities = _stated_by_holders(referential)
    return tuple(
        chain(
            _total_faults(referential, totals),
            _duplicate_faults(_BLOCK, blocks),
            _duplicate_faults(_ACTIVITY, activities),
            _duplicate_faults(_COMPETENCY, competencies),
            _duplicate_faults(_CRITERION, _criteria(referential.competencies)),
            _duplicate_faults(_MODALITY, modalities),
            _holder_faults(_BLOCK, blocks, of_blocks),
            _holder_faults(_ACTIVITY, activities, of_activities),
            _holder_faults(_MODALITY, modalities, of_modalities),
            _listing_faults(_BLOCK, codes, of_blocks, by_blocks),
            _listing_faults(_MODALITY, codes, of_modalities, by_modalities),
            _empty_faults(referential),
            _criterion_code_faults(referential.competencies),
        )
    )


def _coded(kind: _Kind, codes: Iterable[str]) -> list[_Part]:
    return [_Part(code, f"/{kind.path}/{i}/code") for i, code in enumerate(codes)]


def _criteria(competencies: tuple[Competency, ...]) -> list[_Part]:
    return [
        _Part(criterion.code, f"/competencies/{i}/criteria/{j}/code")
        for i, competency in enumerate(competencies)
        for j, criterion in enumerate(competency.criteria)
    ]


def _stated_by_competencies(
    competencies: tuple[Competency, ...],
) -> tuple[list[_Link], list[_Link], list[_Link]]:
    """Return the block, the activity and the modality that each competency names."""
    return (
        [_Link(c.code, str(c.block), f"/competencies/{i}/block") for i, c in enumerate(competencies)],
        [_Link(c.code, c.activity, f"/competencies/{i}/activity") for i, c in enumerate(competencies)],
        [_Link(c.code, c.modality, f"/competencies/{i}/modality") for i, c in enumerate(competencies)],
    )


def _stated_by_holders(referential: Referential) -> tuple[list[_Link], list[_Link]]:
    """Return the competencies that each block and each modality lists."""
    by_blocks = [
        _Link(code, str(block.number), f"/blocks/{i}/competencies/{j}")
        for i, block in enumerate(referential.blocks)
        for j, code in enumerate(block.competencies)
    ]
    by_modalities = [
        _Link(code, modality.code, f"/modalities/{i}/competencies/{j}")
        for i, modality in enumerate(referential.modalities)
        for j, code in enumerate(modality.competencies)
    ]
    return by_blocks, by_modalities


def _total_faults(referential: Referential, totals: Totals) -> Iterator[Fault]:
    criteria = sum(len(competency.criteria) for competency in referential.competencies)
    for fr, en, path, declared, counted in (
        ("blocs", "blocks", "blocks", totals.blocks, len(referential.blocks)),
        ("compétences", "competencies", "competencies", totals.competencies, len(referential.competencies)),
        ("critères", "criteria", "competencies", totals.criteria, criteria),
    ):
        if declared != counted:
            yield Fault(
                "total_differs",
                f"/{path}",
                f"Nombre de {fr} : {declared} selon le total de contrôle, {counted} dans le référentiel.",
                f"Number of {en}: {declared} by the control total, {counted} in the referential.",
            )


def _duplicate_faults(kind: _Kind, parts: Iterable[_Part]) -> Iterator[Fault]:
    seen: set[str] = set()
    for part in parts:
        if part.key in seen:
            yield Fault(
                "duplicate",
                part.pointer,
                f"Le référentiel décrit plus d'une fois {kind.fr} {part.key}.",
                f"The referential describes {kind.en} {part.key} more than once.",
            )
        seen.add(part.key)


def _holder_faults(kind: _Kind, holders: list[_Part], named: list[_Link]) -> Iterator[Fault]:
    """Every holder that a competency names exists, and every holder is named by a competency."""
    existing = frozenset(holder.key for holder in holders)
    for link in named:
        if link.holder not in existing:
            yield Fault(
                "unknown_reference",
                link.pointer,
                f"La compétence {link.competency} nomme {kind.fr} {link.holder}, absent du référentiel.",
                f"Competency {link.competency} names {kind.en} {link.holder}, which does not exist.",
            )
    used = frozenset(link.holder for link in named)
    for holder in holders:
        if holder.key not in used:
            yield Fault(
                "orphan",
                holder.pointer,
                f"Aucune compétence ne nomme {kind.fr} {holder.key}.",
                f"No competency names {kind.en} {holder.key}.",
            )
