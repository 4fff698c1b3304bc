"""What a person is told of who read their data."""

from typing import Any

import pytest
from sqlalchemy import func, select

from parchemin.candidates.privacy.access_log.journal import AccessJournal
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.contracts.vocabulary import Role


@pytest.mark.asyncio
async def test_a_person_reads_who_read_their_record_when_and_how_and_no_name(school: Any) -> None:
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    candidate = await school.candidate(subject="zoe")
    other = await school.candidate(birth_name="Autre")
    assert (await school.client.get(f"/v1/candidates/{candidate}", headers=zoe)).status_code == 200
    await school.client.get(f"/v1/candidates/{candidate}")
    await school.client.get(f"/v1/candidates/{candidate}", headers=school.officer)
    await school.client.get("/v1/candidates", params={"limit": 1})
    await school.app.state.access_journal.flush()
    path = f"/v1/candidates/{candidate}/accesses"
    told = (await school.client.get(path, headers=zoe)).json()["items"]
    assert [(one["kind"], one["role"]) for one in told] == [
        ("record", "administrator"),
        ("record", "disability_officer"),
        ("list", "administrator"),
    ]
    assert all(one["actor_subject"] is None for one in told)
    assert told[0]["actor"] == told[2]["actor"] != told[1]["actor"]
    to_staff = (await school.client.get(path)).json()["items"]
    assert [one["actor_subject"] for one in to_staff] == ["administrator", "officer", "administrator"]
    assert (await school.client.get(f"/v1/candidates/{other}/accesses")).json()["items"] == []
    assert (await school.client.get(f"/v1/candidates/{other}/accesses", headers=zoe)).status_code == 404


@pytest.mark.asyncio
async def test_a_full_journal_is_written_before_the_answer_and_the_rest_when_it_closes(school: Any) -> None:
    await school.candidate()
    await school.candidate(birth_name="Autre")
    journal = school.app.state.access_journal = AccessJournal(school.database, every_seconds=3600, bound=3)
    await school.client.get("/v1/candidates")
    assert await count(school) == 0
    await school.client.get("/v1/candidates")
    assert await count(school) == 4
    await school.client.get("/v1/candidates")
    await journal.close()
    assert await count(school) == 6


async def count(school: Any) -> int:
    async with school.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(RecordAccess)))
