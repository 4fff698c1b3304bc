"""The attendance sheet as the API shows it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.dates import Instant
from parchemin.contracts.vocabulary import Attendance
from parchemin.evaluations.attendance.models import AttendanceRecord
from parchemin.evaluations.attendance.rules import Justification, ProofMethod, SignIn

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Proof(BaseModel):
    """How the candidate signed. The signature itself is kept elsewhere, if at all: here only its digest."""

    model_config = ConfigDict(extra="forbid")

    method: ProofMethod
    sha256: Sha256 | None = Field(
        default=None, description="Of the image of the signature or of the scanned sheet, where one is kept"
    )


class AttendanceEntry(BaseModel):
    """What the attendance sheet says of one candidate.

    `arrived_at` and `proof` go with `present`, `justification` with `absent` and `excused`.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "attendance": "present",
                    "arrived_at": "2026-06-15T08:52:00+02:00",
                    "proof": {"method": "paper", "sha256": "9f86d081884c7d659a2feaa0c55ad015" * 2},
                },
                {"attendance": "excused", "justification": "documented"},
            ]
        },
    )

    attendance: Attendance
    arrived_at: Instant | None = Field(default=None, description="When, with its offset: on the session's day")
    proof: Proof | None = None
    justification: Justification | None = Field(
        default=None, description="Whether the school has seen a document; never the cause of the absence"
    )

    def as_sign_in(self) -> SignIn:
        """As the rules read it."""
        return SignIn(self.attendance, self.arrived_at, self.proof is not None, self.justification)


class AttendanceRecordView(BaseModel):
    """One entry of the attendance sheet; the one with the highest number holds."""

    id: UUID
    registration_id: UUID
    number: int
    attendance: Attendance
    arrived_at: datetime | None
    late: bool | None
    proof: Proof | None
    justification: Justification | None
    recorded_by: str = Field(description="`sub` of the token that it was recorded with")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: AttendanceRecord) -> "AttendanceRecordView":
        """The entry as the staff reads it."""
        return cls(**record.model_dump(include=set(cls.model_fields)), proof=proof_of(record))


class AttendanceLine(BaseModel):
    """One line of a session's attendance sheet."""

    registration_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    modality: str
    attendance: Attendance | None = Field(description="Null until the candidate was called")
    counts_as_attempt: bool | None = Field(description="An excused absence does not; null until they were called")
    arrived_at: datetime | None
    late: bool | None = Field(description="Null where lateness is not measured")
    proof: Proof | None
    justification: Justification | None = Field(description="For the staff alone; null for a juror")
    updated_at: datetime = Field(description="Of the registration")


def proof_of(record: AttendanceRecord) -> Proof | None:
    """How the candidate signed, by this entry."""
    if record.proof_method is None:
        return None
    return Proof(method=ProofMethod(record.proof_method), sha256=record.proof_sha256)
