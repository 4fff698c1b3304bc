"""`parchemin progress rebuild`, on the embedded defaults."""

import asyncio
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from typer.testing import CliRunner

from parchemin.candidates.progress.models import ProgressFact
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish
from parchemin.common.settings import house
from parchemin.contracts.events.evaluations import BlockValidatedV1
from parchemin.standalone.cli import app

runner = CliRunner()


def validated(enrolment: UUID, block: int) -> BlockValidatedV1:
    return BlockValidatedV1(
        enrolment_id=enrolment,
        candidate_id=new_id(),
        organisation_id=new_id(),
        referential_version="1.0",
        validation_id=new_id(),
        block=block,
        session_id=new_id(),
        validated_on=date(2026, 7, 2),
        competencies=(),
    )


def database(var: Path, service: str) -> Database:
    return Database(f"sqlite+aiosqlite:///{var}/{service}.sqlite3")


async def tell(var: Path, *events: BlockValidatedV1) -> None:
    evaluations = database(var, "evaluations")
    async with evaluations.transaction() as session:
        await publish(session, *events)
    await evaluations.dispose()


async def facts(var: Path, *, damage: bool = False) -> list[tuple[UUID, int]]:
    candidates = database(var, "candidates")
    try:
        if damage:
            async with candidates.transaction() as session:
                await session.execute(delete(ProgressFact))
                session.add(ProgressFact(enrolment_id=new_id(), kind="block", subject=new_id(), body={"block": 9}))
        async with candidates.reading() as session:
            rows = (await session.execute(select(ProgressFact).order_by(ProgressFact.subject))).scalars()
            return [(row.enrolment_id, row.body["block"]) for row in rows]
    finally:
        await candidates.dispose()


def test_the_projection_is_made_anew_from_the_outbox_of_evaluations(var: Path) -> None:
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    enrolment = new_id()
    asyncio.run(tell(var, validated(enrolment, 1), validated(enrolment, 2)))
    for damage in (False, True):
        asyncio.run(facts(var, damage=damage))
        rebuilt = runner.invoke(app, ["progress", "rebuild"])
        assert (rebuilt.exit_code, "2 facts were read again" in rebuilt.stdout) == (0, True), rebuilt.output
        assert asyncio.run(facts(var)) == [(enrolment, 1), (enrolment, 2)]


def test_a_history_that_may_be_cut_off_changes_nothing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    asyncio.run(tell(var, validated(new_id(), 1)))
    assert runner.invoke(app, ["progress", "rebuild"]).exit_code == 0
    before = asyncio.run(facts(var))
    monkeypatch.setenv("PARCHEMIN_EVALUATIONS_OUTBOX_RETENTION_DAYS", "30")
    refused = runner.invoke(app, ["progress", "rebuild"])
    assert refused.exit_code == 2
    assert "PARCHEMIN_EVALUATIONS_OUTBOX_RETENTION_DAYS" in refused.stderr
    assert asyncio.run(facts(var)) == before


def test_a_cluster_that_is_away_is_said(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    house.cache_clear()
    monkeypatch.setenv("PARCHEMIN_BUS", "kafka")
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    monkeypatch.setenv("PARCHEMIN_KAFKA_REQUEST_TIMEOUT_MS", "500")
    away = runner.invoke(app, ["progress", "rebuild"])
    assert away.exit_code == 1
    assert "KafkaConnectionError" in away.stderr
