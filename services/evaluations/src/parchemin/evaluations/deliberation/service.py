"""Use cases of the jury while it deliberates."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Language, Text
from parchemin.common.ownership import one
from parchemin.common.problems import Conflict, Forbidden, NotFound
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, SessionState
from parchemin.evaluations.awards.rules import Acquisition, Progress, Settlement, settle
from parchemin.evaluations.awards.service import progress_of
from parchemin.evaluations.deliberation.explanation import explain
from parchemin.evaluations.deliberation.models import Override
from parchemin.evaluations.deliberation.policy import LEVELS, Ground, Policy
from parchemin.evaluations.deliberation.rules import CompetencyFinding, newly_acquired
from parchemin.evaluations.deliberation.schemas import CompetencyProposal, CriterionProposal, GroundsView, ProposalView
from parchemin.evaluations.deliberation.session_findings import (
    RegistrationFindings,
    SessionFindings,
    find_all,
    find_some,
)
from parchemin.evaluations.deliberation.votes import Vote, vote_fault
from parchemin.evaluations.jurors.service import calling_juror
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.schemas import OverrideEntry, VoteEntry
from parchemin.evaluations.registrations.service import visible_registrations
from parchemin.evaluations.sessions.conflicts import conflicting_pairs
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.service import locked_session, require_state, seats_of


class VoteRefused(Conflict):
    """The voices are not those of the jury, or do not carry the decision."""

    code = "vote_refused"
    detail = Text(
        "Ce vote ne porte pas la décision : {voters} membre(s) votent, à la majorité ; le président départage.",
        "This vote does not carry the decision: {voters} member(s) vote, by majority; the president decides a tie.",
    )


class NotAssessed(Conflict):
    """The jury decides on what it assessed: not on what is acquired or exempt, nor for who was not there or was
    excluded."""

    code = "not_assessed"
    detail = Text(
        "Cette compétence n'est pas évaluée dans cette inscription.",
        "This competency is not assessed in this registration.",
    )


async def propose(
    session: AsyncSession, held: EvaluationSession, default: Policy, language: Language
) -> list[ProposalView]:
    """What the sheets come to, for every registration, why, and what would follow if the session closed now."""
    require_state(held, SessionState.DELIBERATING)
    found = await find_all(session, held, default)
    following = await _following(session, held, found)
    return [_view(one, following[one.enrolment.id], language) for one in found.registrations]


async def override(
    session: AsyncSession,
    principal: Principal,
    registration_id: UUID,
    competency: str,
    entry: OverrideEntry,
    default: Policy,
    expected: int,
) -> Registration:
    """Depart from the proposal for one competency, or come back to it; the president writes it."""
    registration = await one(session, visible_registrations(principal), Registration, registration_id)
    held = await locked_session(session, principal, registration.session_id)
    juror = await calling_juror(session, principal)
    seats = (await seats_of(session, [held.id]))[held.id]
    if not any(seat.president and seat.juror_id == juror.id for seat in seats):
        raise Forbidden
    require_state(held, SessionState.DELIBERATING)
    require_version(registration, expected)
    if entry.vote is not None:
        await _require_carried(session, registration, seats, entry.vote)
    finding = await _assessed_finding(session, held, registration, competency, default)
    proposed = finding.proposed is CompetencyOutcome.ACQUIRED
    statement = select(Override).where(
        col(Override.registration_id) == registration.id, col(Override.competency) == competency
    )
    standing = (await session.execute(statement)).scalar_one_or_none()
    if standing is not None:
        await session.delete(standing)
        await session.flush()
    if entry.acquired is not proposed:
        session.add(
            Override(
                organisation_id=registration.organisation_id,
                registration_id=registration.id,
                competency=competency,
                acquired=entry.acquired,
                reason=entry.reason,
                vote=entry.vote.model_dump() if entry.vote else None,
            )
        )
    registration.updated_at = utc_now()
    return registration


async def _require_carried(
    session: AsyncSession, registration: Registration, seats: Sequence[JurySeat], entry: VoteEntry
) -> None:
    """Members vote who are present and have no tie with the candidate."""
    ties = await conflicting_pairs(session, [seat.juror_id for seat in seats])
    voters = [seat for seat in seats if seat.present and (seat.juror_id, registration.enrolment_id) not in ties]
    if vote_fault(Vote(**entry.model_dump()), len(voters)) is not None:
        raise VoteRefused(voters=len(voters))


async def _assessed_finding(
    session: AsyncSession, held: EvaluationSession, registration: Registration, competency: str, default: Policy
) -> CompetencyFinding:
    (found,) = (await find_some(session, held, [registration], default)).registrations
    finding = next((finding for finding in found.findings if finding.code == competency), None)
    if finding is None:
        raise NotFound
    settled = finding.proposed in {CompetencyOutcome.KEPT, CompetencyOutcome.EXEMPT}
    excluded = finding.grounds.ground is Ground.EXCLUDED
    if settled or excluded or registration.attendance != Attendance.PRESENT:
        raise NotAssessed
    return finding


async def _following(session: AsyncSession, held: EvaluationSession, found: SessionFindings) -> dict[UUID, Settlement]:
    grouped = found.by_enrolment()
    known = await progress_of(session, [group[0].enrolment for group in grouped.values()])
    return {
        enrolment_id: settle(found.referential, _if_closed(known[enrolment_id], held, group))
        for enrolment_id, group in grouped.items()
    }


def _if_closed(known: Progress, held: EvaluationSession, group: Sequence[RegistrationFindings]) -> Progress:
    here = Acquisition(held.held_on, held.id)
    gained = {code: here for one in group for code in newly_acquired(one.findings)}
    return replace(known, acquired={**known.acquired, **gained})


def _view(found: RegistrationFindings, following: Settlement, language: Language) -> ProposalView:
    return ProposalView(
        registration_id=found.registration.id,
        enrolment_id=found.enrolment.id,
        candidate_id=found.enrolment.candidate_id,
        modality=found.registration.modality,
        attendance=Attendance(found.registration.attendance or Attendance.ABSENT),
        competencies=[
            CompetencyProposal(
                competency=finding.code,
                proposed=finding.proposed,
                grounds=GroundsView.model_validate(finding.grounds),
                explanation=explain(finding.code, finding.grounds, language),
                decided=finding.outcome,
                reason=finding.reason,
                criteria=[
                    CriterionProposal(
                        criterion=code,
                        agreed=level,
                        given=sorted((sheet[code] for sheet in found.sheets if code in sheet), key=LEVELS.index),
                    )
                    for code, level in finding.levels.items()
                ],
            )
            for finding in found.findings
        ],
        blocks_to_validate=[validation.block for validation in following.validations],
        certification_to_award=following.award is not None,
    )
