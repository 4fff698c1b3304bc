"""Until their moment of publication, results are for the jury and the staff."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from parchemin.common.clock import utc_now
from parchemin.contracts.events.evaluations import BlockValidatedV1, CertificationAwardedV1, DeliberationClosedV1
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.deliberation.publishing import ResultsPublisher

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Held, School

pytestmark = pytest.mark.asyncio

MODALITIES = ("M1", "M2", "M3", "M4")


def later(**delta: float) -> str:
    return (utc_now() + timedelta(**delta)).isoformat()


async def embargoed(
    school: "School", enrolment: str, modalities: Sequence[str] = MODALITIES
) -> tuple["Held", list[dict[str, Any]]]:
    held = await school.plan(*modalities)
    registrations = await school.run(held, *((enrolment, modality) for modality in modalities))
    await school.deliberate(held, registrations)
    school.done(await school.lead(held, "closed", publish_at=later(days=3), adopted_by="majority"))
    return held, registrations


def publisher(school: "School") -> ResultsPublisher:
    service = school.app.state.service
    return ResultsPublisher(service.database, service.settings.jury_rules, poll_seconds=1)


async def test_before_its_moment_nothing_follows_and_no_program_sees_it(school: "School") -> None:
    enrolment = await school.enrol()
    held, registrations = await embargoed(school, enrolment)
    scopes = ["evaluations:read", "evaluations:write"]
    program = school.bearer(Role.CLIENT, organisation=school.id, scopes=scopes)
    url = f"/v1/registrations/{registrations[0]['id']}"
    before = await school.get(url, by=program)
    assert (before["results"], before["assessed_competencies"]) == ([], registrations[0]["assessed_competencies"])
    for by in (school.staff, school.juror(held.president)):
        assert {result["outcome"] for result in (await school.get(url, by=by))["results"]} == {"acquired"}
    assert await school.blocks(enrolment) == []
    assert await school.award(enrolment) is None
    for kind in (DeliberationClosedV1, BlockValidatedV1, CertificationAwardedV1):
        assert await school.facts(kind) == []
    again = await school.plan("M1")
    body = {"session_id": again.id, "enrolment_id": enrolment, "modality": "M1"}
    await school.refuses("results_pending", "POST", "/v1/registrations", body, by=program)
    assert await publisher(school).publish_due() == 0


async def test_an_exemption_meanwhile_gives_nothing_away(school: "School") -> None:
    enrolment = await school.enrol()
    await embargoed(school, enrolment, ("M1", "M2", "M3"))
    for competency in ("C.19", "C.20", "C.21", "C.22"):
        await school.exempt(enrolment, competency)
    assert await school.blocks(enrolment) == []
    assert await school.facts(BlockValidatedV1) == []


async def test_the_staff_may_publish_sooner_or_later_and_only_once(school: "School") -> None:
    enrolment = await school.enrol()
    held, _ = await embargoed(school, enrolment)
    url = f"/v1/sessions/{held.id}"
    moved = school.done(await school.put(f"{url}/publication", {"publish_at": later(days=9)}, of=url))
    assert moved["published_at"] is None
    assert datetime.fromisoformat(moved["results_at"]) > utc_now() + timedelta(days=8)
    stale = {"publish_at": later()}
    await school.refuses("stale_version", "PUT", f"{url}/publication", stale, match='"1"')
    await school.refuses("precondition_required", "PUT", f"{url}/publication", stale)
    published = school.done(await school.put(f"{url}/publication", {"publish_at": later(days=-1)}, of=url))
    assert published["published_at"] is not None
    assert published["adopted_by"] == "majority"
    assert await school.blocks(enrolment) == [1, 2, 3]
    (minutes,) = await school.facts(DeliberationClosedV1)
    assert (minutes.adopted_by, len(minutes.registrations)) == ("majority", 4)
    match = await school.etag(url)
    await school.refuses("results_published", "PUT", f"{url}/publication", stale, match=match)
    draft = f"/v1/sessions/{(await school.plan('M1')).id}"
    await school.refuses("wrong_state", "PUT", f"{draft}/publication", stale, match='"1"')


async def test_results_are_published_when_their_moment_has_come(
    school: "School", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes look for them at once: what follows, follows once."""
    enrolments = [await school.enrol() for _ in range(2)]
    for enrolment in enrolments:
        await embargoed(school, enrolment)
    ahead = utc_now() + timedelta(days=4)
    monkeypatch.setattr("parchemin.evaluations.deliberation.publishing.utc_now", lambda: ahead)
    assert await publisher(school).publish_due() == 2
    assert await publisher(school).publish_due() == 0
    for enrolment in enrolments:
        assert await school.blocks(enrolment) == [1, 2, 3]
    numbers = [fact.register_number for fact in await school.facts(CertificationAwardedV1)]
    assert numbers == ["2024-0001", "2024-0002"]


async def test_a_departure_is_voted_by_those_who_sit_and_may(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    tie = {"juror_id": held.jury[2], "enrolment_id": enrolment, "kind": "employs"}
    school.done(await school.call("POST", "/v1/conflicts_of_interest", tie))
    (registration,) = await school.run(held, (enrolment, "M1"))
    for juror in held.jury[:2]:
        await school.sign(registration, juror, C1_1="not_met", C1_2="not_met")
    school.done(await school.lead(held, "deliberating"))
    url, president = f"/v1/registrations/{registration['id']}", school.juror(held.president)
    entry = {"acquired": True, "reason": "L'oral a établi la compétence."}
    match = await school.etag(url)
    for vote in (
        {"in_favour": 3},
        {"in_favour": 1},
        {"in_favour": 1, "against": 1, "president_in_favour": False},
        {"in_favour": 0, "against": 2, "president_in_favour": False},
    ):
        body = {**entry, "vote": vote}
        problem = await school.refuses("vote_refused", "PUT", f"{url}/overrides/C.1", body, by=president, match=match)
        assert "2 membre(s)" in problem["detail"]
    cast = {"in_favour": 1, "against": 1, "abstentions": 0, "president_in_favour": True}
    body = {**entry, "vote": cast}
    view = school.done(await school.call("PUT", f"{url}/overrides/C.1", body, by=president, match=match))
    assert view["overrides"][0]["vote"] == cast
    school.done(await school.lead(held, "closed", adopted_by="casting_vote"))
    (minutes,) = await school.facts(DeliberationClosedV1)
    (printed,) = minutes.registrations[0].overrides
    assert printed.vote is not None
    assert printed.vote.model_dump() == cast


async def test_a_decision_says_why_after_the_closing(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    await school.deliberate(held, [registration], C1_1="not_met")
    school.done(await school.lead(held, "closed"))
    url = f"/v1/registrations/{registration['id']}"
    said = {}
    for language in ("fr", "en"):
        answer = await school.call("GET", url, by={**school.staff, "Accept-Language": language})
        assert answer.headers["content-language"] == language
        said[language] = {result["competency"]: result["explanation"] for result in answer.json()["results"]}
    assert said["fr"]["C.1"].startswith("C.1 non acquise : 1 critère")
    assert said["en"]["C.1"].startswith("C.1 not acquired: 1 of")
