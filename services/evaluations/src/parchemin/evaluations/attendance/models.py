"""What was written on the attendance sheet, entry by entry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import Attendance
from parchemin.evaluations.attendance.rules import Justification, ProofMethod
from parchemin.evaluations.base import Base

_ATTENDANCES = ", ".join(f"'{attendance}'" for attendance in Attendance)
_METHODS = ", ".join(f"'{method}'" for method in ProofMethod)
_JUSTIFICATIONS = ", ".join(f"'{justification}'" for justification in Justification)


class AttendanceRecord(Aggregate, Base, table=True):
    """One entry for one registration. Never changed: a correction is the next entry, and the last one holds.

    No image of a signature is kept, only its digest; no cause of an absence, only whether a document backs it.
    """

    __tablename__ = "attendance_records"
    __table_args__ = (
        UniqueConstraint("registration_id", "number"),
        CheckConstraint(f"attendance IN ({_ATTENDANCES})", name="attendance"),
        CheckConstraint(f"proof_method IN ({_METHODS})", name="proof_method"),
        CheckConstraint("proof_sha256 IS NULL OR proof_method IS NOT NULL", name="proof_sha256"),
        CheckConstraint(f"justification IN ({_JUSTIFICATIONS})", name="justification"),
        CheckConstraint(
            "attendance = 'present' OR (arrived_at IS NULL AND late IS NULL AND proof_method IS NULL)", name="away"
        ),
        CheckConstraint("attendance <> 'present' OR justification IS NULL", name="there"),
    )

    registration_id: UUID = Field(foreign_key="registrations.id")
    number: int
    """1 for the first entry, 2 for its correction, and so on."""
    attendance: str = Field(max_length=20)
    arrived_at: datetime | None = None
    late: bool | None = None
    """By the settings of the time; None where lateness was not measured."""
    proof_method: str | None = Field(default=None, max_length=20)
    proof_sha256: str | None = Field(default=None, max_length=64)
    justification: str | None = Field(default=None, max_length=20)
    recorded_by: str = Field(max_length=255)
    """`sub` of the token."""
