"""The referential of the certification as a value: what is taught, judged and handed in, word for word.

The models hold shape and size only. That the parts agree with one another (totals, references, orphans) is
the business of ``parchemin.evaluations.referential.rules``, which answers with every fault at once.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from parchemin.contracts.vocabulary import CompetencyCode, CriterionCode, ModalityCode

_T = TypeVar("_T")


def _not_an_alias(version: str) -> str:
    """Refuse "current", which the API reads as "the version in force"."""
    if version.casefold() == "current":
        raise ValueError('"current" names the version in force and cannot be a version')
    return version


ActivityCode = Annotated[str, StringConstraints(pattern=r"^A[0-9]{1,3}$")]
BlockNumber = Annotated[int, Field(ge=1, le=999)]
ReferentialVersion = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$"), AfterValidator(_not_an_alias)
]
# One line that begins with a visible character: no control character reaches a page or a database.
Wording = Annotated[
    str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", min_length=1, max_length=2000)
]
Listed = Annotated[tuple[_T, ...], Field(max_length=999)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Block(_Part):
    """A block of competencies, validated on its own (référentiel, "Bloc de compétences n° 1" to "n° 3")."""

    number: BlockNumber
    title: Wording
    competencies: Listed[CompetencyCode]


class Activity(_Part):
    """A professional activity and what it consists of (référentiel, "référentiel d'activités", A1 to A7)."""

    code: ActivityCode
    title: Wording
    items: Listed[Wording]


class Criterion(_Part):
    """What a jury judges one by one (référentiel, "critères d'évaluation", C1 to C22).

    ``code`` is the rank under the competency (``C13.3`` under ``C.13``): the source numbers only the
    competencies. ``sub_criteria`` detail the criterion and are not judged apart.
    """

    code: CriterionCode
    text: Wording
    sub_criteria: Listed[Wording]


class Competency(_Part):
    """A competency and the criteria it is judged by (référentiel, "référentiel de compétences", C.1 to C.22).

    ``statement`` is ``None`` where the source lacks it (référentiel 1.0, C.18). ``criteria_heading`` stands
    over the criteria of C.11 and C.16 and is not a criterion.
    """

    code: CompetencyCode
    block: BlockNumber
    activity: ActivityCode
    modality: ModalityCode
    statement: Wording | None
    criteria_title: Wording
    criteria_heading: Wording | None
    criteria: Listed[Criterion]


class Modality(_Part):
    """An assessment: from a brief or a project, a dossier and an oral (référentiel, M1 to M4)."""

    code: ModalityCode
    title: Wording
    support: Literal["brief", "project"]
    competencies: Listed[CompetencyCode]
    dossier: Wording
    deliverables: Listed[Wording]


Share = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}$")]
"""A part of the whole, as ``1/2``."""


class PartlyMetPolicy(_Part):
    """A competency is acquired without a criterion that is not met, and with strictly less than a share of its
    criteria partly met."""

    rule: Literal["partly_met"]
    partly_met_below: Share


class AllCriteriaPolicy(_Part):
    """A competency is acquired when all its criteria are met."""

    rule: Literal["all_criteria"]


class PointsPolicy(_Part):
    """A competency is acquired with a share of the points that its criteria can bring, rounded up, and without an
    eliminatory criterion that is not met. What is not met brings no point."""

    rule: Literal["points"]
    met: Annotated[int, Field(ge=1, le=100)]
    """Points of a criterion that is met."""
    partly_met: Annotated[int, Field(ge=0, le=100)]
    """Points of a criterion that is partly met."""
    threshold: Share
    eliminatory: Listed[CriterionCode] = ()


ValidationPolicy = Annotated[PartlyMetPolicy | AllCriteriaPolicy | PointsPolicy, Field(discriminator="rule")]


class Referential(_Part):
    """One version of the registered document, with the lookups that everything else goes by.

    Each lookup raises ``KeyError`` on a code or number that the referential does not have.
    """

    version: ReferentialVersion
    title: Wording
    blocks: Listed[Block]
    activities: Listed[Activity]
    competencies: Listed[Competency]
    modalities: Listed[Modality]
    policy: ValidationPolicy | None = Field(default=None, exclude_if=lambda policy: policy is None)
    """How the levels of criteria become a proposal; the installation's default policy where none is said."""

    def block(self, number: int) -> Block:
        """Return the block of that number."""
        return _found((block for block in self.blocks if block.number == number), number)

    def competency(self, code: str) -> Competency:
        """Return the competency of that code, as ``C.7``."""
        return _found((competency for competency in self.competencies if competency.code == code), code)

    def modality(self, code: str) -> Modality:
        """Return the modality of that code, as ``M3``."""
        return _found((modality for modality in self.modalities if modality.code == code), code)

    def competencies_of_block(self, number: int) -> tuple[Competency, ...]:
        """Return what the block is made of, in its order."""
        return tuple(self.competency(code) for code in self.block(number).competencies)

    def competencies_of_modality(self, code: str) -> tuple[Competency, ...]:
        """Return what the modality assesses, in its order ("Évalue les compétences C.1 à C.7")."""
        return tuple(self.competency(competency) for competency in self.modality(code).competencies)

    def blocks_of_modality(self, code: str) -> frozenset[int]:
        """Return the numbers of the blocks that the modality contributes to (M3 and M4 both to block 3)."""
        return frozenset(competency.block for competency in self.competencies_of_modality(code))

    def criteria_of(self, competencies: Iterable[str]) -> tuple[Criterion, ...]:
        """Return the criteria of these competency codes, in the order of the codes."""
        return tuple(criterion for code in competencies for criterion in self.competency(code).criteria)


def _found(candidates: Iterable[_T], wanted: str | int) -> _T:
    for candidate in candidates:
        return candidate
    raise KeyError(wanted)
