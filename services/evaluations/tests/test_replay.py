"""Outcomes are made anew from their history, and what was tampered with shows."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from parchemin.evaluations.replay.service import Difference, Replay, replay

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

MODALITIES = ("M1", "M2", "M3", "M4")
Tampering = Callable[["School"], Awaitable[None]]


async def replayed(school: "School") -> tuple[list[Difference], Replay]:
    done, state = Replay(), school.app.state
    found = [difference async for difference in replay(state.database, state.settings.default_policy, done)]
    return found, done


async def a_year(school: "School") -> list[str]:
    """A success, a retake with a departure of the jury, an exemption learnt late, a ruling that revokes an award."""
    first, second, third, fourth = [await school.enrol() for _ in range(4)]
    await school.decide(first, *MODALITIES)
    await school.decide(second, *MODALITIES, C1_1="not_met")
    held = await school.plan("M1", held_on="2024-09-10")
    (registration,) = await school.run(held, (second, "M1"))
    await school.deliberate(held, [registration], C1_1="not_met")
    url = f"/v1/registrations/{registration['id']}"
    entry = {"acquired": True, "reason": "L'oral l'a établi."}
    president = school.juror(held.president)
    school.done(await school.put(f"{url}/overrides/C.1", entry, of=url, by=president))
    school.done(await school.lead(held, "closed", deliberated_on="2024-09-10"))
    await school.decide(third, "M1", "M2", "M3")
    for competency in ("C.19", "C.20", "C.21", "C.22"):
        await school.exempt(third, competency)
    await school.decide(fourth, *MODALITIES)
    await school.overturn(fourth, "M1", C_1=False)
    return [first, second, third, fourth]


async def test_every_outcome_of_a_year_follows_from_its_history(
    school: "School", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parchemin.evaluations.replay.service.BATCH", 3)
    await a_year(school)
    found, done = await replayed(school)
    assert found == []
    assert (done.enrolments, done.stored.digest()) == (4, done.rebuilt.digest())
    # four of M4 are exempt; a retake of M1 decides its seven competencies again, a ruling one
    assert done.decisions == 4 * 22 - 4 + 7 + 1


async def _at_database(school: "School", *statements: str) -> None:
    async with school.app.state.database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


TAMPERINGS = {
    "decision_differs": "UPDATE decisions SET proposed = 'not_acquired', outcome = 'not_acquired' WHERE outcome = "
    "'acquired' AND competency = 'C.9'",
    "blocks_differ": "DELETE FROM block_validations WHERE block = 2",
    "ruling_without_appeal": "UPDATE appeals SET state = 'rejected'",
    "award_differs": "UPDATE awards SET revoked_at = awarded_at WHERE revoked_at IS NULL",
}


@pytest.mark.parametrize("code", TAMPERINGS)
async def test_what_was_tampered_with_shows(school: "School", code: str) -> None:
    enrolment = await school.enrol()
    await school.decide(enrolment, *MODALITIES, C1_1="not_met", C1_2="not_met")
    await school.overturn(enrolment, "M1", C_1=True)
    assert (await replayed(school))[0] == []
    await _at_database(school, TAMPERINGS[code].replace("awarded_at", "updated_at"))
    found, done = await replayed(school)
    assert code in {difference.code for difference in found}
    assert {str(difference.enrolment_id) for difference in found} == {enrolment}
    if code != "ruling_without_appeal":
        assert done.stored.digest() != done.rebuilt.digest()
