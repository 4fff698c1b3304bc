"""Panels of three jurors in the middle of their sessions, on a database of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.statements import table_of
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, JurorQuality, SessionState
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.referential.service import REGISTERED, publish_registered
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat

MODALITY = "M1"
JURY = 3


@dataclass(frozen=True, slots=True)
class Panel:
    """Who judges whom: each juror of a panel writes a sheet for each of its registrations."""

    jurors: tuple[UUID, ...]
    registrations: tuple[UUID, ...]


def criteria() -> Sequence[str]:
    """What there is to judge: all of the modality."""
    referential = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
    return [c.code for competency in referential.competencies_of_modality(MODALITY) for c in competency.criteria]


async def seat_panels(database: Database, organisation: UUID, panels: int, candidates: int) -> list[Panel]:
    """So many sessions that run, with so many candidates each, all present."""
    await publish_registered(database)
    return [await _seat(database, organisation, candidates) for _ in range(panels)]


async def _seat(database: Database, organisation: UUID, candidates: int) -> Panel:
    held, jury = new_id(), [new_id() for _ in range(JURY)]
    listed = [(new_id(), new_id()) for _ in range(candidates)]
    mine = {"organisation_id": organisation}
    rows: list[tuple[type[Any], list[dict[str, Any]]]] = [
        (Juror, [{"id": juror, "subject": str(juror), **PERSON, **mine} for juror in jury]),
        (KnownEnrolment, [{"id": enrolment, "candidate_id": new_id(), **PATH, **mine} for _, enrolment in listed]),
        (EvaluationSession, [{"id": held, **SESSION, **mine}]),
        (JurySeat, [{"session_id": held, "juror_id": juror, "president": juror == jury[0], **SWORN} for juror in jury]),
        (
            Registration,
            [
                {"id": registration, "session_id": held, "enrolment_id": enrolment, **PRESENT, **mine}
                for registration, enrolment in listed
            ],
        ),
    ]
    async with database.transaction() as session:
        for model, values in rows:
            await session.execute(insert(table_of(model)), [model(**value).model_dump() for value in values])
    return Panel(tuple(jury), tuple(registration for registration, _ in listed))


PERSON = {"first_name": "Claire", "last_name": "Marchand", "quality": JurorQuality.PROFESSIONAL, "external": True}
SWORN = {"sworn_at": utc_now() + timedelta(days=1)}
"""After the last candidate was registered."""
PATH = {"referential_version": "1.0", "blocks": [1, 2, 3]}
SESSION = {
    "referential_version": "1.0",
    "place": "Paris",
    "held_on": date(2026, 6, 17),
    "modalities": [MODALITY],
    "state": SessionState.RUNNING,
}
PRESENT = {"modality": MODALITY, "attendance": Attendance.PRESENT}
