"""Where an enrolment stands, as the API shows it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.progress.rules import BlockStatus, CertificationStatus, CompetencyStatus
from parchemin.contracts.vocabulary import EnrolmentState


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CompetencyProgress(_View):
    """One competency. `exempt` says that it is not assessed (*dispensée*), never why."""

    code: str
    block: int
    modality: str
    status: CompetencyStatus
    session_id: UUID | None = Field(description="Of the decision")
    decided_on: date | None


class BlockProgress(_View):
    """One block."""

    number: int
    title: str
    aimed: bool = Field(description="Whether the enrolment aims at it")
    status: BlockStatus
    decided_on: date | None


class CertificationProgress(BaseModel):
    """The certification."""

    status: CertificationStatus
    register_number: str | None
    awarded_on: date | None


class MissingModality(_View):
    """A modality that is to be taken for the blocks aimed at, and what it will assess."""

    modality: str
    title: str
    competencies: list[str]


class NextAppointment(_View):
    """When and where one modality is taken."""

    modality: str
    starts_at: datetime
    place: str


class NextSession(BaseModel):
    """The next session that the candidate was convened to."""

    session_id: UUID
    time_zone: str
    appointments: list[NextAppointment]


class EnrolmentProgress(BaseModel):
    """Where a candidate stands in an enrolment, as far as results are published."""

    enrolment_id: UUID
    referential_version: str
    state: EnrolmentState
    competencies: list[CompetencyProgress]
    blocks: list[BlockProgress]
    certification: CertificationProgress
    missing: list[MissingModality]
    next_session: NextSession | None
