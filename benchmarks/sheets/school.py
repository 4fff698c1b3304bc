"""A school in the middle of its sessions: the rows that sheets are signed against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import Attendance, JurorQuality, SessionState
from parchemin.evaluations.enrolments.models import KnownEnrolment, KnownExemption
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.referential.service import publish_registered
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat

JURY = 4
CANDIDATES = 24
SHEETS_PER_SESSION = JURY * CANDIDATES
MODALITY = "M2"
EXEMPT = "C.8"
LEVELS = 22
"""Exempt from one of the six competencies of M2, everyone is judged on so many criteria."""
_LATER = utc_now() + timedelta(days=1)
"""Sworn after the last candidate was registered."""


@dataclass(frozen=True, slots=True)
class Due:
    """A sheet that is to be signed."""

    organisation_id: UUID
    session_id: UUID
    registration_id: UUID
    enrolment_id: UUID
    juror_id: UUID


async def found_school(database: Database, sheets: int, organisation: UUID | None = None) -> list[Due]:
    """Sessions that run, everybody present, for that many sheets: which are due, one session's after another's."""
    await publish_registered(database)
    organisation = organisation or new_id()
    due: list[Due] = []
    while len(due) < sheets:
        due += await _hold_session(database, organisation)
    return due[:sheets]


async def _hold_session(database: Database, organisation: UUID) -> list[Due]:
    session_id = new_id()
    jury = [new_id() for _ in range(JURY)]
    candidates = [(new_id(), new_id()) for _ in range(CANDIDATES)]
    rows: Sequence[tuple[type[Any], Iterator[dict[str, Any]]]] = [
        (Juror, (_juror(organisation, juror) for juror in jury)),
        (KnownEnrolment, (_enrolment(organisation, enrolment) for _, enrolment in candidates)),
        (KnownExemption, ({"enrolment_id": enrolment, "competency": EXEMPT} for _, enrolment in candidates)),
        (EvaluationSession, iter([_session(organisation, session_id)])),
        (JurySeat, (_seat(session_id, juror, juror == jury[0]) for juror in jury)),
        (
            Registration,
            (
                _registration(organisation, session_id, registration, enrolment)
                for registration, enrolment in candidates
            ),
        ),
    ]
    async with database.transaction() as session:
        for model, values in rows:
            whole = [model(**value).model_dump() for value in values]
            await session.execute(insert(table_of(model)), whole)
    return [
        Due(organisation, session_id, registration, enrolment, juror)
        for registration, enrolment in candidates
        for juror in jury
    ]


def _juror(organisation: UUID, juror: UUID) -> dict[str, Any]:
    return {
        "id": juror,
        "organisation_id": organisation,
        "first_name": "Claire",
        "last_name": "Marchand",
        "quality": JurorQuality.PROFESSIONAL,
        "external": True,
        "subject": str(juror),
        "fields": [],
        "qualified": True,
    }


def _enrolment(organisation: UUID, enrolment: UUID) -> dict[str, Any]:
    return {
        "id": enrolment,
        "organisation_id": organisation,
        "candidate_id": new_id(),
        "referential_version": "1.0",
        "blocks": [1, 2, 3],
    }


def _session(organisation: UUID, session_id: UUID) -> dict[str, Any]:
    return {
        "id": session_id,
        "organisation_id": organisation,
        "referential_version": "1.0",
        "place": "Paris",
        "held_on": date(2026, 6, 17),
        "modalities": [MODALITY],
        "state": SessionState.RUNNING,
    }


def _seat(session_id: UUID, juror: UUID, president: bool) -> dict[str, Any]:
    return {"session_id": session_id, "juror_id": juror, "president": president, "sworn_at": _LATER}


def _registration(organisation: UUID, session_id: UUID, registration: UUID, enrolment: UUID) -> dict[str, Any]:
    return {
        "id": registration,
        "organisation_id": organisation,
        "session_id": session_id,
        "enrolment_id": enrolment,
        "modality": MODALITY,
        "attendance": Attendance.PRESENT,
    }
