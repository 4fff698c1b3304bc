"""Rules of retention: what a dry run says is what a real one does, once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.erasures.models import Sitting
from parchemin.candidates.privacy.retention.rules import RetentionCode, in_force
from parchemin.candidates.privacy.retention.service import shipped_rules
from parchemin.candidates.settings import Settings
from parchemin.contracts.vocabulary import Role

LONG_AGO = datetime.now(UTC) - timedelta(days=3000)


def test_each_rule_has_a_source_and_its_days_a_setting() -> None:
    rules = in_force(shipped_rules(), date(2026, 11, 24))
    assert [rule.code for rule in rules] == list(RetentionCode)
    assert all(rule.source for rule in rules)
    named = [rule.days_setting for rule in rules if rule.days_setting is not None]
    assert set(named) <= set(Settings.model_fields)
    assert [rule.code for rule in rules if rule.days_setting is None] == [RetentionCode.REGISTER_AND_MINUTES]
    assert in_force(shipped_rules(), date(2020, 1, 1)) == []


def test_a_later_rule_takes_the_place_of_the_one_before_from_its_day_on() -> None:
    [rule] = [rule for rule in shipped_rules() if rule.code is RetentionCode.ACCESS_LOG]
    later = rule.model_copy(update={"since": date(2030, 1, 1), "source": "other"})
    assert in_force([later, rule], date(2029, 12, 31)) == [rule]
    assert in_force([later, rule], date(2030, 1, 1)) == [later]


async def run(school: Any, *, dry_run: bool) -> dict[str, list[str]]:
    answer = await school.client.post("/v1/retention_runs", json={"dry_run": dry_run})
    assert answer.status_code == 201, answer.text
    return {one["rule"]: one["ids"] for one in answer.json()["findings"]}


async def age(school: Any, *, only: UUID | None = None) -> None:
    """Nothing has moved for years, but for this candidate."""
    async with school.database.transaction() as session:
        for model in (Candidate, Enrolment):
            rows = update(model).values(updated_at=LONG_AGO)
            await session.execute(rows if only is None or model is Enrolment else rows.where(col(model.id) != only))


@pytest.mark.asyncio
async def test_a_run_does_what_the_dry_run_said_and_the_next_finds_nothing(school: Any) -> None:
    never = await school.candidate(birth_name="Jamais")
    recent = await school.candidate(birth_name="Nouveau", email="nouveau@example.org")
    enrolment = await school.followed(email="zoe@example.org")
    enrolled = (await school.client.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"]
    await school.client.post(
        "/v1/accommodations",
        json={"enrolment_id": enrolment, "measures": [{"kind": "accessible_premises"}]},
        headers=school.officer,
    )
    await age(school, only=UUID(recent))
    async with school.database.transaction() as session:
        session.add(
            Sitting(
                enrolment_id=UUID(enrolment),
                session_id=uuid4(),
                candidate_id=UUID(enrolled),
                decided_on=LONG_AGO.date(),
            )
        )
        await session.execute(update(RecordAccess).values(created_at=LONG_AGO))
    said = await run(school, dry_run=True)
    assert said == await run(school, dry_run=True)
    assert said["never_enrolled"] == [never]
    assert said["idle_contact"] == [enrolled]
    assert said["disability_evidence"] == [enrolled]
    assert await run(school, dry_run=False) == said
    assert all(ids == [] for ids in (await run(school, dry_run=False)).values())
    await school.app.state.eraser.erase_due()
    assert (await school.client.get(f"/v1/candidates/{never}")).status_code == 410
    assert (await school.client.get(f"/v1/candidates/{enrolled}")).json()["email"] is None
    assert (await school.client.get(f"/v1/candidates/{recent}")).json()["email"] == "nouveau@example.org"
    async with school.database.reading() as session:
        assert list(await session.scalars(select(Accommodation.id))) == []


@pytest.mark.asyncio
async def test_evidence_is_kept_while_a_session_is_open_and_old_readings_go(school: Any, stranger: Any) -> None:
    enrolment = await school.followed()
    candidate = (await school.client.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"]
    await school.proposal(enrolment, "C.1")
    await school.client.get(f"/v1/candidates/{candidate}")
    async with school.database.transaction() as session:
        for decided_on in (LONG_AGO.date(), None):
            session.add(
                Sitting(
                    enrolment_id=UUID(enrolment),
                    session_id=uuid4(),
                    candidate_id=UUID(candidate),
                    decided_on=decided_on,
                )
            )
        await session.execute(update(RecordAccess).values(created_at=LONG_AGO))
    found = await run(school, dry_run=True)
    assert found["disability_evidence"] == []
    assert len(found["access_log"]) == 1
    elsewhere = await school.client.post(
        "/v1/retention_runs", json={"dry_run": False}, headers=stranger(Role.ADMINISTRATOR)
    )
    assert all(one["count"] == 0 for one in elsewhere.json()["findings"]), "another school's data is not looked at"
    assert await run(school, dry_run=False) == found
    assert (await school.client.get(f"/v1/candidates/{candidate}/accesses")).json()["items"] == []
