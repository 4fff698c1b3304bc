"""A scenario file: what a school does in a year."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parchemin.contracts.vocabulary import (
    AccessPath,
    Attendance,
    CompetencyCode,
    CriterionCode,
    CriterionLevel,
    ExemptionDecision,
    MeasureKind,
    MeasureScope,
    ModalityCode,
    Sex,
)

Ref = Annotated[str, Field(min_length=1, max_length=64)]
"""The file's own name for a person, a juror or a session."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Organisation(Part):
    """The school."""

    name: str
    code: str


class BirthPlace(Part):
    """Where a candidate was born."""

    city: str
    country: str
    insee_code: str | None = None
    postal_code: str | None = None


class Candidate(Part):
    """A person, their access path, and the blocks they aim at."""

    ref: Ref
    birth_name: str
    used_name: str | None = None
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: date
    birth_place: BirthPlace
    email: str | None = None
    access_path: AccessPath
    blocks: tuple[int, ...]


class Measure(Part):
    """An accommodation measure."""

    kind: MeasureKind
    percent: int | None = None
    applies_to: tuple[MeasureScope, ...] = ()
    detail: str | None = None


class Accommodation(Part):
    """The measures granted to a candidate."""

    candidate: Ref
    measures: tuple[Measure, ...]


class Exemption(Part):
    """Proposed by the disability officer, decided by the certifier."""

    candidate: Ref
    competency: CompetencyCode
    argument: str
    decision: ExemptionDecision
    reason: str
    working_conditions: str = "Le poste visé ne comporte pas cette activité."
    integrity: str = "Les autres compétences du bloc attestent l'activité."


class Jury(Part):
    """By the file's own names."""

    president: Ref
    members: tuple[Ref, ...]

    @property
    def everyone(self) -> tuple[Ref, ...]:
        """The president first."""
        return (self.president, *self.members)


Levels = dict[CriterionCode, CriterionLevel]


class Registration(Part):
    """A candidate in a modality: levels that are not `met`, for all jurors, and one juror's own on top."""

    candidate: Ref
    modality: ModalityCode
    attendance: Attendance
    levels: Levels = {}
    sheets: dict[Ref, Levels] = {}

    def level(self, juror: str, criterion: str) -> CriterionLevel:
        """What this juror finds of this criterion."""
        return {**self.levels, **self.sheets.get(juror, {})}.get(criterion, CriterionLevel.MET)


class Override(Part):
    """The jury departs from the proposal."""

    candidate: Ref
    competency: CompetencyCode
    acquired: bool
    reason: str


class Session(Part):
    """An evaluation session."""

    ref: Ref
    date: date
    place: str
    modalities: tuple[ModalityCode, ...]
    jury: Jury
    registrations: tuple[Registration, ...]
    overrides: tuple[Override, ...] = ()


class Scenario(Part):
    """The whole file. Sessions are in the order of their dates."""

    name: str
    organisation: Organisation
    candidates: tuple[Candidate, ...]
    accommodations: tuple[Accommodation, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    sessions: tuple[Session, ...]

    @model_validator(mode="before")
    @classmethod
    def _in_order_of_dates(cls, scenario: Any) -> Any:
        if isinstance(scenario, dict) and isinstance(scenario.get("sessions"), list):
            sessions = sorted(scenario["sessions"], key=lambda session: str(session.get("date")))
            return {**scenario, "sessions": sessions}
        return scenario

    @model_validator(mode="after")
    def _refers_to_what_it_names(self) -> "Scenario":
        refs = Counter(candidate.ref for candidate in self.candidates)
        twice = sorted(ref for ref, count in refs.items() if count > 1)
        if twice:
            raise ValueError(f"candidates named twice: {', '.join(twice)}")
        named = [plan.candidate for plan in self.accommodations]
        named += [exemption.candidate for exemption in self.exemptions]
        for session in self.sessions:
            named += [registration.candidate for registration in session.registrations]
            named += [override.candidate for override in session.overrides]
        unknown = sorted(set(named) - set(refs))
        if unknown:
            raise ValueError(f"unknown candidates: {', '.join(unknown)}")
        return self

    def jurors(self) -> list[Ref]:
        """Everyone who sits on some jury, in the order of their first session."""
        return list(dict.fromkeys(juror for session in self.sessions for juror in session.jury.everyone))


def read_scenario(path: Path) -> Scenario:
    """The file at `path`; raises OSError, or pydantic's ValidationError that says what is wrong with it."""
    return Scenario.model_validate_json(path.read_bytes())
