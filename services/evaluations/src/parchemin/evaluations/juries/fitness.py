"""Whether the jury of a session may sit: checked when it opens, when a juror is replaced, and when it deliberates."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.problems import Conflict, FieldFault
from parchemin.contracts.vocabulary import AccessPath, JurorQuality, Sex
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.juries.rules import JuryRules, Seat, jury_faults
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.service import jurors_by_id
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat


class JuryUnfit(Conflict):
    """The jury breaks a rule of composition."""

    code = "jury_unfit"
    detail = Text("La composition du jury n'est pas conforme.", "The composition of the jury breaks a rule.")


async def require_fit_jury(
    session: AsyncSession,
    principal: Principal,
    held: EvaluationSession,
    seats: Sequence[JurySeat],
    rules: Sequence[JuryRules],
) -> tuple[JuryRules, ...]:
    """The rules that this jury was held to; refused with each rule that it breaks, its version and its source."""
    jurors = await jurors_by_id(session, principal, {seat.juror_id for seat in seats})
    judged = [_judged(seat, jurors[seat.juror_id]) for seat in seats]
    paths = await _access_paths(session, held)
    applied = tuple(each for each in rules if each.apply_to(paths))
    faults = {fault for each in applied for fault in jury_faults(judged, each)}
    if faults:
        ordered = sorted(faults, key=lambda fault: (fault.code, fault.fr))
        raise JuryUnfit(faults=[FieldFault("/jury", fault.code, Text(fault.fr, fault.en)) for fault in ordered])
    return applied


def _judged(seat: JurySeat, juror: Juror) -> Seat:
    return Seat(
        juror_id=seat.juror_id,
        president=seat.president,
        external=juror.external,
        quality=JurorQuality(juror.quality),
        qualified=juror.qualified,
        sex=Sex(juror.sex) if juror.sex else None,
    )


async def _access_paths(session: AsyncSession, held: EvaluationSession) -> set[AccessPath]:
    statement = (
        select(col(KnownEnrolment.access_path))
        .join(Registration, col(Registration.enrolment_id) == col(KnownEnrolment.id))
        .where(col(Registration.session_id) == held.id)
        .distinct()
    )
    return {AccessPath(path) for path in (await session.execute(statement)).scalars() if path is not None}
