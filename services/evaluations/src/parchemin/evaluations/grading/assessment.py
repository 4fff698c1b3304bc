"""What a juror may judge here and now: two statements, the second one under the locks of the first.

Both are built once and run on the connection, without the mapper: a sheet is what jurors hand in most, and all at the
same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.ownership import one
from parchemin.common.problems import Conflict, Forbidden
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import Attendance, SessionState
from parchemin.evaluations.deliberation.rules import competencies_to_assess, criteria_to_judge
from parchemin.evaluations.enrolments.service import SETTLED, standing_of
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.consequences import GradingSuspended, barred_registrations
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.service import calling_juror
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.service import visible_registrations
from parchemin.evaluations.sessions.models import ConflictOfInterest, EvaluationSession, JurySeat
from parchemin.evaluations.sessions.service import WrongState


class CandidateNotPresent(Conflict):
    """Only who was present is graded."""

    code = "candidate_not_present"
    detail = Text(
        "Seul un candidat présent est évalué.",
        "Only a candidate who was present is graded.",
    )


class JurorInConflict(Conflict):
    """The juror trained, employs or is related to the candidate."""

    code = "juror_in_conflict"
    detail = Text(
        "Un conflit d'intérêts est déclaré : vous n'évaluez pas ce candidat.",
        "A conflict of interest is declared: you do not grade this candidate.",
    )


class StatementMissing(Conflict):
    """The juror has not sworn since the candidate was registered."""

    code = "statement_missing"
    detail = Text(
        "Votre déclaration sur l'honneur ne couvre pas encore ce candidat.",
        "Your sworn statement does not cover this candidate yet.",
    )


@dataclass(frozen=True, slots=True)
class Assessment:
    """A juror before a candidate who is present: who they are, and what there is to judge."""

    organisation_id: UUID
    session_id: UUID
    registration_id: UUID
    enrolment_id: UUID
    juror_id: UUID
    modality: str
    known_criteria: frozenset[str]
    """All of the modality."""
    criteria: tuple[str, ...]
    """Those that this registration assesses."""
    competencies: tuple[str, ...]
    sheet_id: UUID | None
    """The juror's sheet that stands, where there is one."""


_jurors, _seats, _conflicts = table_of(Juror), table_of(JurySeat), table_of(ConflictOfInterest)
_sessions, _registrations, _sheets = table_of(EvaluationSession), table_of(Registration), table_of(Sheet)
_barred = barred_registrations()

HELD = (
    select(
        _registrations.c.id.label("registration_id"),
        _registrations.c.organisation_id,
        _registrations.c.session_id,
        _registrations.c.enrolment_id,
        _registrations.c.modality,
        _jurors.c.id.label("juror_id"),
        _sessions.c.state,
        _sessions.c.referential_version,
    )
    .join_from(_registrations, _sessions, _sessions.c.id == _registrations.c.session_id)
    .join(_jurors, _jurors.c.organisation_id == _registrations.c.organisation_id)
    .where(
        _registrations.c.organisation_id == bindparam("organisation_id"),
        _jurors.c.subject == bindparam("subject"),
    )
    .with_for_update(read=True, of=[_jurors, _sessions])
)
"""The caller and the session, held until the end of the transaction: no conflict of interest is declared for the
juror meanwhile, and the session stays in its state. What else is read here never changes."""

_HELD_FOR_REGISTRATION = HELD.where(_registrations.c.id == bindparam("registration_id"))

_FACTS = (
    select(
        _registrations.c.attendance,
        (_seats.c.sworn_at >= _registrations.c.created_at).label("sworn"),
        _seats.c.juror_id.label("seat"),
        _conflicts.c.id.label("conflict"),
        _sheets.c.id.label("sheet"),
        _barred.c.registration_id.label("barred"),
        SETTLED.c.outcome,
        SETTLED.c.competency,
    )
    .select_from(_registrations)
    .outerjoin(
        _seats,
        (_seats.c.session_id == _registrations.c.session_id)
        & (_seats.c.juror_id == bindparam("juror_id"))
        & _seats.c.replaced_at.is_(None),
    )
    .outerjoin(
        _conflicts,
        (_conflicts.c.enrolment_id == _registrations.c.enrolment_id) & (_conflicts.c.juror_id == bindparam("juror_id")),
    )
    .outerjoin(
        _sheets,
        (_sheets.c.registration_id == _registrations.c.id)
        & (_sheets.c.juror_id == bindparam("juror_id"))
        & (_sheets.c.state != "corrected"),
    )
    .outerjoin(_barred, _barred.c.registration_id == _registrations.c.id)
    .outerjoin(SETTLED, SETTLED.c.enrolment_id == _registrations.c.enrolment_id)
    .where(_registrations.c.id == bindparam("registration_id"))
)
"""What changes only while the juror or the session is not held, and what is settled for the candidate: a row each."""


def caller_of(principal: Principal) -> dict[str, object]:
    """The parameters of `HELD`."""
    return {"organisation_id": principal.organisation, "subject": principal.subject}


async def assessment(
    session: AsyncSession, principal: Principal, registration_id: UUID, held: RowMapping | None = None
) -> Assessment:
    """What the caller may judge of this registration; refused where they may not, or not now.

    `held` is what `HELD` gave for it, where that was read already.
    """
    connection = await session.connection()
    if held is None:
        which = {**caller_of(principal), "registration_id": registration_id}
        held = (await connection.execute(_HELD_FOR_REGISTRATION, which)).mappings().one_or_none()
    if held is None:
        return await _refuse(session, principal, registration_id)
    seen = {"registration_id": registration_id, "juror_id": held["juror_id"]}
    facts = (await connection.execute(_FACTS, seen)).mappings().all()
    if facts[0]["seat"] is None:
        return await _refuse(session, principal, registration_id)
    if held["state"] != SessionState.RUNNING:
        raise WrongState(state=held["state"], needed=SessionState.RUNNING)
    if facts[0]["attendance"] != Attendance.PRESENT:
        raise CandidateNotPresent
    if not facts[0]["sworn"]:
        raise StatementMissing
    if facts[0]["conflict"] is not None:
        raise JurorInConflict
    if facts[0]["barred"] is not None:
        raise GradingSuspended
    return await _assessment(session, held, registration_id, facts)


async def _refuse(session: AsyncSession, principal: Principal, registration_id: UUID) -> NoReturn:
    """Say why there is no such registration for the caller to judge."""
    await calling_juror(session, principal)
    await one(session, visible_registrations(principal), Registration, registration_id)
    raise Forbidden


async def _assessment(
    session: AsyncSession, held: RowMapping, registration_id: UUID, facts: Sequence[RowMapping]
) -> Assessment:
    referential = await referential_of(session, held["referential_version"])
    standing = standing_of((fact["outcome"], fact["competency"]) for fact in facts)
    modality = held["modality"]
    every = referential.competencies_of_modality(modality)
    return Assessment(
        organisation_id=held["organisation_id"],
        session_id=held["session_id"],
        registration_id=registration_id,
        enrolment_id=held["enrolment_id"],
        juror_id=held["juror_id"],
        modality=modality,
        known_criteria=frozenset(criterion.code for competency in every for criterion in competency.criteria),
        criteria=criteria_to_judge(referential, modality, standing),
        competencies=competencies_to_assess(referential, modality, standing),
        sheet_id=facts[0]["sheet"],
    )
