"""What is handed in, as the API shows it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.text import Line
from parchemin.contracts.vocabulary import ModalityCode
from parchemin.evaluations.submissions.rules import DeliverableState, DepositState, DossierState, VersionKind

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PreparationEntry(BaseModel):
    """When the dossiers of a session are prepared, with offsets."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"opens_at": "2026-05-04T08:00:00+02:00", "due_at": "2026-06-01T18:00:00+02:00"}},
    )

    opens_at: AwareDatetime
    due_at: AwareDatetime = Field(description="The deadline; extra time may lengthen a candidate's own")


class PreparationView(BaseModel):
    """When the dossiers of a session are prepared; null where nothing was set: until the session runs."""

    session_id: UUID
    opens_at: datetime | None
    due_at: datetime | None


class NewUpload(BaseModel):
    """A file to be handed in as a version of a deliverable."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "registration_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "deliverable": 2,
                "file_name": "budget.xlsx",
                "size": 48213,
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            }
        },
    )

    registration_id: UUID
    deliverable: int = Field(ge=1, le=999, description="Rank among the modality's deliverables, from 1")
    file_name: Line = Field(description="Its extension must agree with the content")
    size: int = Field(ge=1, le=1 << 40)
    sha256: Sha256


class UploadView(BaseModel):
    """A file on its way in, and what became of it."""

    id: UUID
    registration_id: UUID
    deliverable: int
    file_name: str | None = Field(description="Null once the person was erased")
    size: int
    sha256: str
    part_size: int = Field(description="Bytes of each part; the last one is what is left")
    part_count: int
    missing_parts: list[int] = Field(description="Still to be sent, at most 1000 of them; empty once handed in")
    state: DepositState
    late: bool
    received_at: datetime | None
    verdict: str | None = Field(description="Code of why it was refused")
    verdict_text: str | None = Field(description="The same for a person: French, or English by `Accept-Language`")
    expires_at: datetime = Field(description="What is not handed in by then is swept away")
    created_at: datetime
    updated_at: datetime


class NewSnapshotDeposit(BaseModel):
    """A snapshot of a production to be handed in as a version of a deliverable."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"deliverable": 2, "snapshot_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c60"}},
    )

    deliverable: int = Field(ge=1, le=999, description="Rank among the modality's deliverables, from 1")
    snapshot_id: UUID = Field(description="Of a production of the same enrolment, as the budget service gave it")


class SnapshotFigures(BaseModel):
    """What a snapshot of a production says."""

    id: UUID = Field(description="Its id in the budget service")
    taken_at: datetime
    currency: str = Field(description="ISO 4217")
    total: str = Field(description="String decimal", examples=["13047.45"])


class VersionView(BaseModel):
    """A version of a deliverable: a file, or a snapshot of a production."""

    id: UUID = Field(description="Of a file's content: `/v1/submission_files/{id}/content`")
    kind: VersionKind
    number: int
    state: DepositState
    file_name: str | None = Field(description="Null for a snapshot, as `media_type` and `size`")
    media_type: str | None
    size: int | None
    sha256: str = Field(description="Of the file; of the figures as canonical JSON (RFC 8785) for a snapshot")
    snapshot: SnapshotFigures | None = Field(description="Null for a file")
    received_at: datetime
    late: bool
    verdict: str | None


class DeliverableView(BaseModel):
    """One line of the checklist, as the referential words it."""

    index: int
    title: str
    state: DeliverableState
    versions: list[VersionView] = Field(description="The first one first; the last accepted one counts")


class SubmissionView(BaseModel):
    """The dossier of one registration."""

    registration_id: UUID
    session_id: UUID
    enrolment_id: UUID
    modality: ModalityCode
    dossier: str
    state: DossierState
    opens_at: datetime | None
    deadline: datetime | None = Field(description="The candidate's own; null: until the session runs")
    frozen: bool = Field(description="Nothing is handed in any more")
    deliverables: list[DeliverableView]
    updated_at: datetime
