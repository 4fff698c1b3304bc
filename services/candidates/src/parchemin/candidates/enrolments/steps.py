"""The steps of an enrolment: those that are asked for, and those that follow."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.enrolments import rules
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.rules import Dates
from parchemin.candidates.enrolments.schemas import EnrolmentDates, EnrolmentStateChange
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.contracts.events.enrolments import EnrolmentStateChangedV1
from parchemin.contracts.vocabulary import EnrolmentState


class IllegalEnrolmentStep(Conflict):
    """An enrolment does not go from this state to that one."""

    code = "illegal_enrolment_step"
    detail = Text(
        "Un parcours « {state} » ne peut pas devenir « {wanted} ».",
        "An enrolment that is {state} cannot become {wanted}.",
    )


class EnrolmentEnded(Conflict):
    """Its last day has passed: it is taken up with a new one."""

    code = "enrolment_ended"
    detail = Text(
        "Le parcours s'est achevé le {day} : fixez d'abord une nouvelle date de fin.",
        "The enrolment ended on {day}: set a new end date first.",
    )


class WithdrawalReasonAmiss(Unprocessable):
    """A withdrawal has a reason, and nothing else has one."""

    code = "withdrawal_reason_amiss"


class EnrolmentDatesFaulty(Unprocessable):
    """Something begins after the enrolment's end."""

    code = "enrolment_dates_faulty"


async def step(
    session: AsyncSession,
    principal: Principal,
    enrolment_id: UUID,
    change: EnrolmentStateChange,
    expected: int,
    today: date,
) -> Enrolment:
    """Lead the enrolment to its next state."""
    enrolment = await find(session, Enrolment, enrolment_id, principal, for_update=True)
    require_version(enrolment, expected)
    before, wanted = EnrolmentState(enrolment.state), EnrolmentState(change.state)
    if not rules.may_become(before, wanted):
        raise IllegalEnrolmentStep(state=before, wanted=wanted)
    if (wanted is EnrolmentState.WITHDRAWN) != (change.reason is not None):
        text = Text("Un retrait a un motif, et lui seul.", "A withdrawal has a reason, and nothing else has.")
        raise WithdrawalReasonAmiss(faults=[FieldFault("/reason", WithdrawalReasonAmiss.code, text)])
    if wanted in rules.OPEN and rules.has_ended(enrolment.ends_on, today):
        raise EnrolmentEnded(day=enrolment.ends_on)
    enrolment.withdrawal_reason = change.reason
    await enter_state(session, enrolment, wanted, today)
    await audit.record(session, principal, f"enrolment.{wanted}", enrolment)
    return enrolment


async def enter_state(session: AsyncSession, enrolment: Enrolment, wanted: EnrolmentState, on: date) -> None:
    """Record where the enrolment stands, and tell of it. Whoever asks has looked whether it may."""
    if wanted is not EnrolmentState.WITHDRAWN:
        enrolment.withdrawal_reason = None
    enrolment.state, enrolment.state_since, enrolment.updated_at = wanted, on, utc_now()
    await publish(session, state_changed(enrolment))


def state_changed(enrolment: Enrolment) -> EnrolmentStateChangedV1:
    """The fact that the enrolment stands where it does."""
    return EnrolmentStateChangedV1(
        enrolment_id=enrolment.id,
        organisation_id=enrolment.organisation_id,
        state=EnrolmentState(enrolment.state),
        changed_on=enrolment.state_since,
    )


async def set_dates(
    session: AsyncSession, principal: Principal, enrolment_id: UUID, dates: EnrolmentDates, expected: int
) -> Enrolment:
    """Replace the dates of an enrolment."""
    enrolment = await find(session, Enrolment, enrolment_id, principal, for_update=True)
    require_version(enrolment, expected)
    refuse_misplaced(dates)
    enrolment.entry_on, enrolment.training_started_on = dates.entry_on, dates.training_started_on
    enrolment.ends_on, enrolment.updated_at = dates.ends_on, utc_now()
    return enrolment


def refuse_misplaced(dates: EnrolmentDates) -> None:
    """`EnrolmentDatesFaulty` where something begins after the end."""
    text = Text("Le parcours s'achève avant cette date.", "The enrolment ends before this date.")
    told = Dates(dates.entry_on, dates.training_started_on, dates.ends_on)
    faults = [FieldFault(f"/{member}", "ends_before", text) for member in rules.misplaced_dates(told)]
    if faults:
        raise EnrolmentDatesFaulty(faults=faults)
