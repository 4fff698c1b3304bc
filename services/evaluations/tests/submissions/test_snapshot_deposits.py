"""Snapshots of productions as deliverables: whose, until when, and what the dossier shows of them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from services.evaluations.tests.conftest import School, done
from services.evaluations.tests.submissions.handing_in import NOTE, entrant, prepare, tell_snapshot
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError

from parchemin.common.ids import new_id
from parchemin.common.tables import inbox
from parchemin.contracts.events.sessions import SubmissionReceivedV1
from parchemin.evaluations.submissions.models import KnownSnapshot

pytestmark = pytest.mark.asyncio
SchoolWith = Callable[..., Awaitable[School]]
DAY = timedelta(days=1)


async def test_a_snapshot_in_time_fills_the_deliverable(school: School) -> None:
    zoe = await entrant(school)
    snapshot = await tell_snapshot(school, zoe.enrolment, "13047.45")
    answer = await zoe.hand_in_snapshot(snapshot, deliverable=2)
    assert answer.status_code == 201, answer.text
    dossier = await zoe.dossier()
    assert answer.json() == dossier
    line = dossier["deliverables"][1]
    (version,) = line["versions"]
    assert (line["state"], version["kind"], version["number"], version["late"]) == ("received", "snapshot", 1, False)
    assert version["sha256"] == snapshot.sha256
    assert (version["file_name"], version["media_type"], version["size"]) == (None, None, None)
    shown = version["snapshot"]
    assert (shown["id"], shown["currency"], shown["total"]) == (str(snapshot.snapshot_id), "EUR", "13047.45")
    assert await zoe.dossier(by=school.juror(zoe.held.president)) == dossier
    (fact,) = await school.facts(SubmissionReceivedV1)
    assert (str(fact.submission_id), fact.snapshot_id) == (version["id"], snapshot.snapshot_id)
    assert (fact.deliverable, fact.number, fact.sha256, fact.late) == (2, 1, snapshot.sha256, False)


async def test_files_and_snapshots_are_versions_of_one_deliverable(school: School) -> None:
    zoe = await entrant(school)
    first, second = [await tell_snapshot(school, zoe.enrolment, total) for total in ("1.00", "2.00")]
    for snapshot in (first, first):  # the last one is not handed in again
        done(await zoe.hand_in_snapshot(snapshot))
    await zoe.hand_in()
    for snapshot in (second, first):
        done(await zoe.hand_in_snapshot(snapshot))
    versions = (await zoe.dossier())["deliverables"][0]["versions"]
    assert [(v["number"], v["kind"]) for v in versions] == [
        (1, "snapshot"),
        (2, "file"),
        (3, "snapshot"),
        (4, "snapshot"),
    ]
    assert [v["snapshot"] and v["snapshot"]["total"] for v in versions] == ["1.00", None, "2.00", "1.00"]
    assert [v["size"] for v in versions] == [None, len(NOTE), None, None]
    assert len(await school.facts(SubmissionReceivedV1)) == 4


async def test_snapshots_complete_a_dossier_and_are_no_files(school: School) -> None:
    zoe = await entrant(school)
    snapshot = await tell_snapshot(school, zoe.enrolment)
    for deliverable in range(1, 5):
        done(await zoe.hand_in_snapshot(snapshot, deliverable=deliverable))
    dossier = await zoe.dossier()
    assert dossier["state"] == "complete"
    version = dossier["deliverables"][0]["versions"][0]
    assert (await zoe.content(version)).status_code == 404
    assert (await school.call("GET", f"/v1/uploads/{version['id']}", by=zoe.token)).status_code == 404
    assert (await school.get("/v1/uploads", by=zoe.token))["items"] == []
    refused = await zoe.hand_in_snapshot(snapshot, deliverable=5)
    assert (refused.status_code, refused.json()["code"]) == (422, "deliverable_unknown")


async def test_within_the_grace_a_snapshot_is_late(school_with: SchoolWith) -> None:
    school = await school_with(submissions_grace_minutes=60)
    zoe = await entrant(school)
    snapshot = await tell_snapshot(school, zoe.enrolment)
    done(await prepare(school, zoe.held, opens=-2 * DAY, due=-timedelta(minutes=30)))
    line = done(await zoe.hand_in_snapshot(snapshot))["deliverables"][0]
    assert (line["state"], line["versions"][0]["late"]) == ("late", True)
    assert [fact.late for fact in await school.facts(SubmissionReceivedV1)] == [True]


async def test_after_the_deadline_before_the_opening_and_once_it_runs_no_snapshot_is_taken(school: School) -> None:
    zoe = await entrant(school)
    snapshot = await tell_snapshot(school, zoe.enrolment)
    url = f"/v1/registrations/{zoe.registration}/submission/snapshots"
    body = {"deliverable": 1, "snapshot_id": str(snapshot.snapshot_id)}
    done(await prepare(school, zoe.held, opens=DAY, due=2 * DAY))
    await school.refuses("preparation_not_open", "POST", url, body, by=zoe.token)
    done(await prepare(school, zoe.held, opens=-2 * DAY, due=-timedelta(seconds=1)))
    await school.refuses("deadline_passed", "POST", url, body, by=zoe.token)
    done(await prepare(school, zoe.held, opens=-2 * DAY, due=DAY))
    done(await school.lead(zoe.held, "open"))
    done(await school.lead(zoe.held, "running"))
    await school.refuses("submission_frozen", "POST", url, body, by=zoe.token)
    assert await school.facts(SubmissionReceivedV1) == []


async def test_only_the_enrolments_own_snapshot_is_found(school: School) -> None:
    zoe = await entrant(school)
    ali = await entrant(school, held=zoe.held, login="ali")
    other = school.another()
    alis = await tell_snapshot(school, ali.enrolment)
    misplaced = await tell_snapshot(other, zoe.enrolment)
    url = f"/v1/registrations/{zoe.registration}/submission/snapshots"
    for snapshot_id in (alis.snapshot_id, misplaced.snapshot_id, new_id()):
        body = {"deliverable": 1, "snapshot_id": str(snapshot_id)}
        for by in (zoe.token, school.staff):
            await school.refuses("not_found", "POST", url, body, by=by)
    own = await tell_snapshot(school, zoe.enrolment)
    assert (await zoe.hand_in_snapshot(own, by=ali.token)).status_code == 404
    assert (await zoe.hand_in_snapshot(own, by=other.staff)).status_code == 404
    assert (await zoe.hand_in_snapshot(own, by=school.juror(zoe.held.president))).status_code == 403
    done(await zoe.hand_in_snapshot(own, by=school.staff))


async def test_a_snapshot_that_is_told_twice_is_known_once(school: School) -> None:
    zoe = await entrant(school)
    event = await tell_snapshot(school, zoe.enrolment)
    again = new_id()
    await school.tell(event.model_copy(update={"total": "9.99"}), again)  # under another id: what is known stays
    await school.tell(event, again)
    async with school.app.state.database.transaction() as session:
        await session.execute(delete(inbox))
    await school.tell(event, again)
    async with school.app.state.database.reading() as session:
        rows = (await session.execute(select(KnownSnapshot.total, func.count()).group_by(KnownSnapshot.total))).all()
    assert [tuple(row) for row in rows] == [("281.57", 1)]
    assert await school.parked() == []


@pytest.mark.parametrize(
    "change", ["size = 1", "state = 'refused', verdict = 'pdf_script'", "snapshot_id = NULL", "media_type = 'a/b'"]
)
async def test_the_database_keeps_files_and_snapshots_apart(school: School, change: str) -> None:
    zoe = await entrant(school)
    done(await zoe.hand_in_snapshot(await tell_snapshot(school, zoe.enrolment)))
    with pytest.raises(IntegrityError):
        async with school.app.state.database.transaction() as session:
            await session.execute(text(f"UPDATE deposits SET {change}"))  # noqa: S608 - the cases above


@pytest.mark.parametrize(
    "change", ["state = 'lost'", "received_at = NULL", "number = NULL", "verdict = 'pdf_script'", "media_type = NULL"]
)
async def test_the_constraints_on_files_are_as_they_were(school: School, change: str) -> None:
    zoe = await entrant(school)
    await zoe.hand_in()
    with pytest.raises(IntegrityError):
        async with school.app.state.database.transaction() as session:
            await session.execute(text(f"UPDATE deposits SET {change}"))  # noqa: S608 - the cases above
