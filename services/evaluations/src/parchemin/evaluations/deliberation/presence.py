"""Who deliberates: present members of the jury, who together still are a jury. That is its quorum."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.problems import Unprocessable
from parchemin.evaluations.juries.fitness import require_fit_jury
from parchemin.evaluations.juries.rules import JuryRules
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat


class NotOnJury(Unprocessable):
    """Somebody is said to be present who has no seat, or the president is not."""

    code = "not_on_jury"
    detail = Text(
        "Les présents sont des membres du jury, président compris.",
        "Those present are members of the jury, its president among them.",
    )


async def seat_present(
    session: AsyncSession,
    principal: Principal,
    held: EvaluationSession,
    seats: Sequence[JurySeat],
    present: Sequence[UUID] | None,
    rules: Sequence[JuryRules],
) -> None:
    """Record who sits: those named; else those who sat when the deliberation opened; else all. Refused where they are
    no jury."""
    sat = {seat.juror_id for seat in seats if seat.present in {None, True}}
    named = sat if present is None else set(present)
    president = next(seat.juror_id for seat in seats if seat.president)
    if not named <= {seat.juror_id for seat in seats} or president not in named:
        raise NotOnJury
    for seat in seats:
        seat.present = seat.juror_id in named
    await require_fit_jury(session, principal, held, [seat for seat in seats if seat.present], rules)
