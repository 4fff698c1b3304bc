"""The view of where a candidate stands, and making it anew."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from services.candidates.tests.enrolments.telling import Story, in_year, parked, state_of
from sqlalchemy import select, text

from parchemin.candidates.progress.models import CancelledSession, ProgressFact
from parchemin.candidates.progress.rebuilding import rebuild
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.statements import table_of
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.events.sessions import SessionCancelledV1
from parchemin.contracts.vocabulary import CompetencyOutcome, Role

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def progress(school: "School", enrolment: str, by: dict[str, str] | None = None) -> Any:
    answer = await school.client.get(f"/v1/enrolments/{enrolment}/progress", headers=by or school.administrator)
    assert answer.status_code == 200, answer.text
    return answer.json()


def statuses(view: Any) -> dict[str, str]:
    return {each["code"]: each["status"] for each in view["competencies"]}


async def test_a_candidate_sees_what_they_have_what_is_missing_and_what_comes(school: "School") -> None:
    enrolment = await school.followed(subject="zoe")
    await school.decision(await school.proposal(enrolment, "C.4"))
    story, held = Story(school, enrolment), uuid4()
    await school.tell(story.results(held, C_1="acquired", C_2="acquired", C_3="not_acquired", C_4="exempt"))
    await school.tell(story.validated(1))
    await school.tell(story.convened(uuid4(), 1, in_year(2099)))
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe", scopes=["candidates:read"])
    view = await progress(school, enrolment, zoe)
    assert statuses(view) == {
        "C.1": "acquired",
        "C.2": "acquired",
        "C.3": "not_acquired",
        "C.4": "exempt",
        "C.5": "not_assessed",
    }
    assert [(block["number"], block["status"]) for block in view["blocks"]] == [(1, "validated"), (2, "begun")]
    assert view["certification"] == {"status": "pending", "register_number": None, "awarded_on": None}
    assert view["missing"] == [{"modality": "M2", "title": "Modalité 2", "competencies": ["C.3", "C.5"]}]
    assert view["next_session"]["appointments"] == [
        {"modality": "M2", "starts_at": "2099-03-02T08:00:00Z", "place": "Lyon"}
    ]
    lea = school.bearer(Role.CANDIDATE, organisation=school.id, subject="lea", scopes=["candidates:read"])
    url = f"/v1/enrolments/{enrolment}/progress"
    assert (await school.client.get(url, headers=lea)).status_code == 404
    stranger = school.bearer(Role.ADMINISTRATOR, organisation=uuid4())
    assert (await school.client.get(url, headers=stranger)).status_code == 404
    assert await parked(school) == []


async def test_a_later_convocation_replaces_the_one_before_and_a_cancelled_session_is_none(school: "School") -> None:
    enrolment = await school.enrolment()
    story, held = Story(school, enrolment), uuid4()
    await school.tell(story.convened(held, 2, in_year(2098)))
    await school.tell(story.convened(held, 1, in_year(2097)))
    coming = (await progress(school, enrolment))["next_session"]
    assert (coming["session_id"], coming["appointments"][0]["starts_at"][:4]) == (str(held), "2098")
    await school.tell(SessionCancelledV1(session_id=held, organisation_id=school.id))
    assert (await progress(school, enrolment))["next_session"] is None


async def history(school: "School", enrolment: str) -> list[Event]:
    """A year with a retake, an appeal and an award that was revoked and made again."""
    story, first, second, award, again = Story(school, enrolment), uuid4(), uuid4(), uuid4(), uuid4()
    validation = uuid4()
    return [
        story.convened(first, 1, in_year(2026)),
        story.results(first, C_1="not_acquired", C_2="acquired"),
        story.ruled(first, "C.1", CompetencyOutcome.ACQUIRED),
        story.validated(1, validation),
        story.convened(second, 1, in_year(2099)),
        story.results(second, C_3="acquired", C_4="acquired", C_5="acquired"),
        story.validated(2),
        story.awarded(award),
        story.validation_revoked(validation),
        story.award_revoked(award),
        story.validated(1),
        story.awarded(again),
        SessionCancelledV1(session_id=uuid4(), organisation_id=school.id),
    ]


async def rows(school: "School") -> list[str]:
    async with school.database.reading() as session:
        return [
            str(row)
            for model in (ProgressFact, CancelledSession)
            for row in sorted(map(str, await session.execute(select(table_of(model)))))
        ]


async def bodies(events: list[Event]) -> AsyncIterator[bytes]:
    yield b"not an event"
    for event in events:
        yield wrap(event, event_id=new_id(), at=utc_now()).to_bytes()


async def test_the_projection_is_made_anew_from_the_history_whatever_happened_to_it(school: "School") -> None:
    enrolment = await school.enrolment()
    events = await history(school, enrolment)
    for event in events:
        await school.tell(event)
    before, view = await rows(school), await progress(school, enrolment)
    assert await state_of(school, enrolment) == "completed"
    assert view["certification"]["status"] == "awarded"
    damages = (
        "SELECT 1",
        "DELETE FROM progress_facts WHERE kind = 'results'",
        "UPDATE progress_facts SET body = '{}', number = 99",
        "DELETE FROM cancelled_sessions",
    )
    for damage in damages:
        async with school.database.transaction() as session:
            await session.execute(text(damage))
            session.add(ProgressFact(enrolment_id=uuid4(), kind="award", subject=uuid4(), body={}))
        async with school.database.transaction() as session:
            assert await rebuild(session, bodies(events)) == len(events)
        assert await rows(school) == before
        assert await progress(school, enrolment) == view
        assert await state_of(school, enrolment) == "completed"


async def test_an_enrolment_whose_facts_came_before_the_projection_is_completed_by_the_rebuilding(
    school: "School",
) -> None:
    enrolment = await school.enrolment(blocks=(1,))
    async with school.database.transaction() as session:
        assert await rebuild(session, bodies([Story(school, enrolment).validated(1)])) == 1
    assert await state_of(school, enrolment) == "completed"


async def test_no_view_tells_of_times_that_a_measure_lengthened(school: "School") -> None:
    enrolment = await school.enrolment()
    soon = datetime.now(UTC) + timedelta(days=2)
    await school.tell(Story(school, enrolment).convened(UUID(int=5), 1, soon))
    [appointment] = (await progress(school, enrolment))["next_session"]["appointments"]
    assert appointment.keys() == {"modality", "starts_at", "place"}
