"""What the evaluations service knows of a person: from the registration to the award, and what they handed in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.personal_files import Piece, json_piece, plain_name, row_of, stored_piece
from parchemin.common.storage.store import ContentStore
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.appeals.service import text_place as appeal_place
from parchemin.evaluations.attendance.models import AttendanceRecord
from parchemin.evaluations.awards.models import Award, BlockValidation
from parchemin.evaluations.convocations.models import Convocation
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.erasure.texts import opener
from parchemin.evaluations.follow_up.models import FollowUp
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.incidents.service import text_place as incident_place
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.submissions.models import Deposit
from parchemin.evaluations.submissions.names import file_names
from parchemin.evaluations.submissions.rules import DepositState

_KEPT_FILES = (DepositState.ACCEPTED,)


async def gather(session: AsyncSession, candidate_id: UUID, *, store: ContentStore) -> list[Piece]:
    """One query for each table, however many sessions there were.

    What the jury wrote is the person's too (CJEU, C-434/16, Nowak), once results are published and not before; who of
    the staff or the jury wrote it is not.
    """
    enrolments = select(col(KnownEnrolment.id)).where(col(KnownEnrolment.candidate_id) == candidate_id)
    registrations = select(Registration).where(col(Registration.enrolment_id).in_(enrolments))
    own = registrations.with_only_columns(col(Registration.id))
    published = select(col(EvaluationSession.id)).where(col(EvaluationSession.published_at).is_not(None))
    tables: dict[str, tuple[Select[Any], tuple[str, ...]]] = {
        "parcours": (select(KnownEnrolment).where(col(KnownEnrolment.candidate_id) == candidate_id), ()),
        "inscriptions": (registrations, ()),
        "convocations": (
            select(Convocation).where(col(Convocation.enrolment_id).in_(enrolments)),
            ("convened_by", "digest"),
        ),
        "presences": (
            select(AttendanceRecord).where(col(AttendanceRecord.registration_id).in_(own)),
            ("recorded_by",),
        ),
        "grilles": (
            select(Sheet).where(
                col(Sheet.registration_id).in_(own),
                col(Sheet.session_id).in_(published),
                col(Sheet.signed_at).is_not(None),
            ),
            ("juror_id", "digest"),
        ),
        "decisions": (
            select(Decision).where(col(Decision.enrolment_id).in_(enrolments), col(Decision.session_id).in_(published)),
            ("sheets",),
        ),
        "blocs_valides": (select(BlockValidation).where(col(BlockValidation.candidate_id) == candidate_id), ()),
        "certifications": (select(Award).where(col(Award.candidate_id) == candidate_id), ()),
        "enquetes": (select(FollowUp).where(col(FollowUp.candidate_id) == candidate_id), ("token_hash",)),
    }
    pieces = []
    for name, (statement, without) in tables.items():
        rows = (await session.scalars(statement)).all()
        listed = sorted((row_of(row, *without) for row in rows), key=lambda row: str(row["id"]))
        pieces.append(json_piece(f"evaluations/{name}.json", listed))
    appeals = (await session.scalars(select(Appeal).where(col(Appeal.enrolment_id).in_(enrolments)))).all()
    incidents = (await session.scalars(select(Incident).where(col(Incident.registration_id).in_(own)))).all()
    return [
        *pieces,
        json_piece("evaluations/recours.json", await _appeals(session, appeals)),
        json_piece("evaluations/incidents.json", await _incidents(session, incidents)),
        *await _deposits(session, candidate_id, store),
    ]


async def _appeals(session: AsyncSession, appeals: Sequence[Appeal]) -> list[dict[str, Any]]:
    """With their texts; what the instruction found is the candidate's to read once it is ruled on."""
    opened = await opener(session, [appeal.sealed_for for appeal in appeals])
    listed = []
    for appeal in sorted(appeals, key=lambda appeal: appeal.id):
        report = None if appeal.ruled_at is None else appeal.report
        listed.append(
            row_of(appeal, "filed_by", "ruled_by", "sealed_for")
            | {
                "grounds": opened(appeal.sealed_for, appeal.grounds, appeal_place("grounds", appeal.id)),
                "report": opened(appeal.sealed_for, report, appeal_place("report", appeal.id)),
            }
        )
    return listed


async def _incidents(session: AsyncSession, incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    opened = await opener(session, [incident.sealed_for for incident in incidents])
    return [
        row_of(incident, "reported_by", "ended_by", "sealed_for")
        | {"description": opened(incident.sealed_for, incident.description, incident_place(incident.id))}
        for incident in sorted(incidents, key=lambda incident: incident.id)
    ]


async def _deposits(session: AsyncSession, candidate_id: UUID, store: ContentStore) -> list[Piece]:
    """What was handed in, each version: a list, and the files that were accepted."""
    rows = select(Deposit).where(col(Deposit.candidate_id) == candidate_id).order_by(col(Deposit.id))
    deposits = list(await session.scalars(rows))
    kept = [deposit for deposit in deposits if deposit.state in _KEPT_FILES and deposit.snapshot_id is None]
    called = await file_names(session, deposits)
    names = {deposit.id: f"evaluations/remises/{deposit.id}-{plain_name(called[deposit.id] or '')}" for deposit in kept}
    listed = [
        row_of(deposit, "part_size", "retry_at") | {"file_name": called[deposit.id], "file": names.get(deposit.id)}
        for deposit in deposits
    ]
    files = [stored_piece(names[deposit.id], deposit.size, store, deposit.sha256) for deposit in kept]
    return [json_piece("evaluations/remises.json", listed), *files]
