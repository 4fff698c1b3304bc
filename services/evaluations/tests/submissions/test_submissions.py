"""Dossiers: what is asked for, who sees what, until when, and what is given out."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from services.evaluations.tests.conftest import HELD_ON, School, done
from services.evaluations.tests.submissions.corpus import pdf, script
from services.evaluations.tests.submissions.handing_in import NOTE, entrant, lengthen, moment, prepare

from parchemin.common.ids import new_id
from parchemin.contracts.events.sessions import SubmissionReceivedV1
from parchemin.contracts.vocabulary import MeasureScope, Role

pytestmark = pytest.mark.asyncio
SchoolWith = Callable[..., Awaitable[School]]
DAY = timedelta(days=1)


async def test_the_checklist_is_the_referentials_word_for_word(school: School) -> None:
    zoe = await entrant(school, modality="M2")
    dossier = await zoe.dossier()
    asked = (await school.get("/v1/referentials/current"))["modalities"][1]
    assert [line["title"] for line in dossier["deliverables"]] == asked["deliverables"]
    assert [line["index"] for line in dossier["deliverables"]] == [1, 2, 3, 4, 5]
    assert dossier["dossier"] == asked["dossier"]
    assert {line["state"] for line in dossier["deliverables"]} == {"missing"}
    assert (dossier["state"], dossier["frozen"], dossier["deadline"]) == ("incomplete", False, None)


async def test_a_dossier_is_complete_once_everything_is_accepted_and_a_new_version_counts(school: School) -> None:
    zoe = await entrant(school)
    for deliverable in range(1, 5):
        await zoe.hand_in(deliverable=deliverable)
    assert (await zoe.dossier())["state"] == "complete"
    second = await zoe.hand_in(b"Nouvelle version.\n", deliverable=2)
    await zoe.hand_in(pdf(script), "budget.pdf", deliverable=2)
    line = (await zoe.dossier())["deliverables"][1]
    assert line["state"] == "received"
    assert [(v["number"], v["state"], v["verdict"]) for v in line["versions"]] == [
        (1, "accepted", None),
        (2, "accepted", None),
        (3, "refused", "pdf_script"),
    ]
    assert line["versions"][1]["id"] == second["id"]
    assert (await zoe.content(line["versions"][0])).content == NOTE
    assert (await zoe.content(line["versions"][2])).status_code == 404


async def test_after_the_deadline_nothing_changes_any_more(school: School) -> None:
    zoe = await entrant(school)
    first, second = [done(await zoe.announce()) for _ in range(2)]
    for upload in (first, second):
        await zoe.send(upload, NOTE)
    done(await zoe.complete(first))
    done(await prepare(school, zoe.held, opens=-2 * DAY, due=-timedelta(seconds=1)))
    due = (await school.get(f"/v1/sessions/{zoe.held.id}/preparation"))["due_at"]
    for answer in (await zoe.complete(second), await zoe.announce()):
        assert (answer.status_code, answer.json()["code"]) == (409, "deadline_passed")
        assert due[:19] in answer.json()["detail"]
    await school.app.state.examiner.examine_due()
    dossier = await zoe.dossier()
    assert dossier["frozen"] is True
    (version,) = dossier["deliverables"][0]["versions"]
    assert (version["state"], version["late"]) == ("accepted", False)  # handed in before, examined after


async def test_within_the_grace_a_deposit_is_late_and_the_jury_sees_it(school_with: SchoolWith) -> None:
    school = await school_with(submissions_grace_minutes=60)
    zoe = await entrant(school)
    done(await prepare(school, zoe.held, opens=-2 * DAY, due=-timedelta(minutes=30)))
    for deliverable in range(1, 5):
        assert (await zoe.hand_in(deliverable=deliverable))["late"] is True
    juror = school.juror(zoe.held.president)
    seen = await zoe.dossier(by=juror)
    assert (seen["state"], {line["state"] for line in seen["deliverables"]}) == ("late", {"late"})
    assert [fact.late for fact in await school.facts(SubmissionReceivedV1)] == [True] * 4
    done(await prepare(school, zoe.held, opens=-2 * DAY, due=-timedelta(minutes=61)))
    assert (await zoe.announce()).json()["code"] == "deadline_passed"


async def test_extra_time_for_the_preparation_lengthens_the_own_deadline_only(school: School) -> None:
    zoe = await entrant(school)
    ali = await entrant(school, held=zoe.held, login="ali")
    done(await prepare(school, zoe.held, opens=-9 * DAY, due=-DAY))
    await lengthen(school, zoe.enrolment, 25, MeasureScope.PREPARATION)
    await lengthen(school, ali.enrolment, 25, MeasureScope.EVALUATION)
    window = await school.get(f"/v1/sessions/{zoe.held.id}/preparation")
    opens, due = moment(window["opens_at"]), moment(window["due_at"])
    assert moment((await zoe.dossier())["deadline"]) == due + (due - opens) / 4
    assert moment((await ali.dossier())["deadline"]) == due
    assert (await zoe.hand_in())["late"] is False
    assert (await ali.announce()).json()["code"] == "deadline_passed"
    day = date.fromisoformat(HELD_ON)
    await lengthen(school, zoe.enrolment, 25, valid_from=day + DAY)
    assert moment((await zoe.dossier())["deadline"]) == due
    await lengthen(school, zoe.enrolment, 25, valid_from=day)
    assert moment((await zoe.dossier())["deadline"]) == due + (due - opens) / 4


async def test_nothing_is_taken_before_the_preparation_opens(school: School) -> None:
    zoe = await entrant(school)
    done(await prepare(school, zoe.held, opens=DAY, due=2 * DAY))
    assert (await zoe.announce()).json()["code"] == "preparation_not_open"


async def test_without_a_preparation_deposits_are_taken_until_the_session_runs(school: School) -> None:
    zoe = await entrant(school)
    done(await school.lead(zoe.held, "open"))
    upload = done(await zoe.announce())
    await zoe.send(upload, NOTE)
    done(await school.lead(zoe.held, "running"))
    for answer in (await zoe.complete(upload), await zoe.announce()):
        assert (answer.status_code, answer.json()["code"]) == (409, "submission_frozen")
    assert (await zoe.dossier())["frozen"] is True


async def test_a_preparation_is_set_by_the_session_that_was_read_until_it_runs(school: School) -> None:
    held = await school.plan("M1")
    url = f"/v1/sessions/{held.id}"
    entry = {"opens_at": "2026-05-04T08:00:00+02:00", "due_at": "2026-06-01T18:00:00+02:00"}
    stale = await school.etag(url)
    told = done(await school.put(f"{url}/preparation", entry, of=url))
    assert (told["opens_at"], told["due_at"]) == ("2026-05-04T06:00:00Z", "2026-06-01T16:00:00Z")
    assert await school.get(f"{url}/preparation") == told
    await school.refuses("stale_version", "PUT", f"{url}/preparation", entry, match=stale)
    etag = await school.etag(url)
    for due, code in (
        (entry["opens_at"], "preparation_implausible"),
        ("9999-12-31T23:59:59-01:00", "preparation_implausible"),
        ("2026-06-01T18:00:00", "invalid"),
    ):
        await school.refuses(code, "PUT", f"{url}/preparation", {**entry, "due_at": due}, match=etag)
    done(await school.lead(held, "open"))
    done(await school.lead(held, "running"))
    await school.refuses("wrong_state", "PUT", f"{url}/preparation", entry, match=await school.etag(url))


async def test_a_candidate_sees_the_own_dossier_and_no_other(school: School) -> None:
    zoe = await entrant(school)
    ali = await entrant(school, held=zoe.held, login="ali")
    file = await zoe.hand_in()
    urls = [f"/v1/registrations/{zoe.registration}/submission", f"/v1/uploads/{file['id']}"]
    for url in urls:
        assert (await school.call("GET", url, by=ali.token)).status_code == 404
    assert (await zoe.content(file, by=ali.token)).status_code == 404
    assert (await zoe.part(file, 1, NOTE, by=ali.token)).status_code == 404
    assert (await zoe.complete(file, by=ali.token)).status_code == 404
    assert (await zoe.announce(by=ali.token)).status_code == 404
    assert (await school.get("/v1/uploads", by=ali.token))["items"] == []
    listed = await school.get(f"/v1/sessions/{zoe.held.id}/submissions", by=ali.token)
    assert [item["registration_id"] for item in listed["items"]] == [ali.registration]
    elsewhere = await school.plan("M1")
    assert (await school.call("GET", f"/v1/sessions/{elsewhere.id}/submissions", by=ali.token)).status_code == 404
    stranger = school.another()
    await stranger.identify(new_id(), "zoe")
    assert (await zoe.dossier())["registration_id"] == zoe.registration
    assert (await school.call("GET", urls[0], by=stranger.candidate("zoe"))).status_code == 404


async def test_the_jury_of_the_session_sees_what_was_accepted(school: School) -> None:
    zoe = await entrant(school)
    accepted = await zoe.hand_in()
    await zoe.hand_in(pdf(script), "a.pdf", deliverable=2)
    done(await zoe.announce(deliverable=3))
    juror = school.juror(zoe.held.jury[1])
    (seen,) = (await school.get(f"/v1/sessions/{zoe.held.id}/submissions", by=juror))["items"]
    assert seen == await zoe.dossier(by=juror)
    assert [[v["id"] for v in line["versions"]] for line in seen["deliverables"]] == [[accepted["id"]], [], [], []]
    assert [line["state"] for line in seen["deliverables"]] == ["received", "missing", "missing", "missing"]
    assert (await zoe.content(accepted, by=juror)).status_code == 200
    other = await school.plan("M1")
    outsider = school.juror(other.president)
    assert (await zoe.content(accepted, by=outsider)).status_code == 404
    url = f"/v1/registrations/{zoe.registration}/submission"
    assert (await school.call("GET", url, by=outsider)).status_code == 404
    staff = await zoe.dossier(by=school.staff)
    assert [line["state"] for line in staff["deliverables"]] == ["received", "refused", "missing", "missing"]


async def test_a_juror_with_a_conflict_of_interest_does_not_get_the_file(school: School) -> None:
    zoe = await entrant(school)
    file = await zoe.hand_in()
    tie = {"juror_id": zoe.held.jury[1], "enrolment_id": zoe.enrolment, "kind": "trained"}
    done(await school.call("POST", "/v1/conflicts_of_interest", tie))
    refused = await zoe.content(file, by=school.juror(zoe.held.jury[1]))
    assert (refused.status_code, refused.json()["code"]) == (403, "juror_has_a_tie")
    assert (await zoe.content(file, by=school.juror(zoe.held.jury[2]))).status_code == 200


async def test_a_file_is_saved_and_never_shown(school: School) -> None:
    zoe = await entrant(school)
    file = await zoe.hand_in(pdf(pages=3), "Budget de Zoé.pdf", deliverable=2)
    answer = await zoe.content(file)
    assert answer.content == pdf(pages=3) or len(answer.content) == file["size"]
    headers = answer.headers
    assert headers["content-disposition"] == f'attachment; filename="M1-2-v1-{zoe.registration[-12:]}.pdf"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")
    assert headers["content-type"] == "application/octet-stream"
    assert headers["cache-control"] == "no-store"
    assert (await zoe.content(file, **{"If-None-Match": headers["etag"]})).status_code == 304


async def test_a_part_of_a_file_may_be_asked_for(school: School) -> None:
    zoe = await entrant(school)
    file = await zoe.hand_in(b"0123456789")
    for asked, given, told in (
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ):
        answer = await zoe.content(file, Range=asked)
        assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, given, told)
    for asked in ("bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=a-b"):
        answer = await zoe.content(file, Range=asked)
        assert (answer.status_code, answer.content) == (200, b"0123456789")
    answer = await zoe.content(file, Range="bytes=10-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")


async def test_staff_hands_in_for_a_candidate(school: School) -> None:
    zoe = await entrant(school)
    upload = done(await zoe.announce(by=school.staff))
    assert (await zoe.part(upload, 1, NOTE, by=school.staff)).status_code == 204
    assert (await zoe.announce(by=school.juror(zoe.held.president))).status_code == 403
    assert (await zoe.announce(by=school.bearer(Role.CANDIDATE, organisation=school.id))).status_code == 404
