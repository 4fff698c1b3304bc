"""What the evaluations service knows of a person: from the registration to the award, and what they handed in."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.personal_files import Piece, json_piece, plain_name, row_of, stored_piece
from parchemin.common.storage.store import ContentStore
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.attendance.models import AttendanceRecord
from parchemin.evaluations.awards.models import Award, BlockValidation
from parchemin.evaluations.convocations.models import Convocation
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.follow_up.models import FollowUp
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.submissions.models import Deposit
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
        "incidents": (select(Incident).where(col(Incident.registration_id).in_(own)), ("reported_by", "ended_by")),
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
        "recours": (select(Appeal).where(col(Appeal.enrolment_id).in_(enrolments)), ("filed_by", "ruled_by")),
        "blocs_valides": (select(BlockValidation).where(col(BlockValidation.candidate_id) == candidate_id), ()),
        "certifications": (select(Award).where(col(Award.candidate_id) == candidate_id), ()),
        "enquetes": (select(FollowUp).where(col(FollowUp.candidate_id) == candidate_id), ("token_hash",)),
    }
    pieces = []
    for name, (statement, without) in tables.items():
        rows = (await session.scalars(statement)).all()
        listed = sorted((row_of(row, *without) for row in rows), key=lambda row: str(row["id"]))
        pieces.append(json_piece(f"evaluations/{name}.json", listed))
    return pieces + await _deposits(session, candidate_id, store)


async def _deposits(session: AsyncSession, candidate_id: UUID, store: ContentStore) -> list[Piece]:
    """What was handed in, each version: a list, and the files that were accepted."""
    rows = select(Deposit).where(col(Deposit.candidate_id) == candidate_id).order_by(col(Deposit.id))
    deposits = list(await session.scalars(rows))
    kept = [deposit for deposit in deposits if deposit.state in _KEPT_FILES and deposit.snapshot_id is None]
    names = {deposit.id: f"evaluations/remises/{deposit.id}-{plain_name(deposit.file_name)}" for deposit in kept}
    listed = [{**row_of(deposit, "part_size", "retry_at"), "file": names.get(deposit.id)} for deposit in deposits]
    files = [stored_piece(names[deposit.id], deposit.size, store, deposit.sha256) for deposit in kept]
    return [json_piece("evaluations/remises.json", listed), *files]
