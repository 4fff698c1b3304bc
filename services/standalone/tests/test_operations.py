"""The commands of who runs an installation: migrate, topics, work, dead-letters."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.envelope import wrap
from parchemin.contracts.events.candidates import EnrolmentBlocksExtendedV1, EnrolmentOpenedV1
from parchemin.contracts.vocabulary import AccessPath
from parchemin.standalone.cli import app
from parchemin.standalone.services import ServiceName, service_of

runner = CliRunner()


def deliver(event: EnrolmentOpenedV1 | EnrolmentBlocksExtendedV1) -> str:
    """Have the evaluations service handle the event; returns the event's id."""

    async def handle() -> str:
        service = service_of(ServiceName.EVALUATIONS)
        assert service.consumer is not None
        envelope = wrap(event, event_id=new_id(), at=utc_now())
        await service.consumer.deliver(Message(event.topic, event.key, envelope.to_bytes(), source="somewhere/0/7"))
        await service.database.dispose()
        return str(envelope.id)

    return asyncio.run(handle())


def test_migrate_brings_the_named_databases_up_to_date(var: Path) -> None:
    result = runner.invoke(app, ["migrate", "budget"])
    assert result.exit_code == 0, result.output
    assert [file.name for file in var.glob("*.sqlite3")] == ["budget.sqlite3"]
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    assert len(list(var.glob("*.sqlite3"))) == 4


def test_a_dead_letter_is_listed_without_what_is_in_it_and_goes_when_it_is_replayed(var: Path) -> None:
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    assert "No dead letters" in runner.invoke(app, ["dead-letters", "list"]).output
    enrolment, organisation = new_id(), new_id()
    extension = EnrolmentBlocksExtendedV1(enrolment_id=enrolment, organisation_id=organisation, blocks=(1, 2))
    parked = deliver(extension)  # of an enrolment that the service has never heard of

    listed = runner.invoke(app, ["dead-letters", "list", "--json"])
    letter = json.loads(listed.stdout)
    assert letter["event_id"] == parked
    assert letter["source"] == "somewhere/0/7"
    assert letter["cause"] == "unexpected: NoResultFound"
    assert "body" not in letter
    assert str(organisation) not in listed.stdout
    failed = runner.invoke(app, ["dead-letters", "replay"])
    assert failed.exit_code == 1
    assert "1 still parked" in failed.output

    opened = EnrolmentOpenedV1(
        enrolment_id=enrolment,
        organisation_id=organisation,
        candidate_id=new_id(),
        referential_version="1.0",
        access_path=AccessPath.APPRENTICESHIP,
        blocks=(1,),
    )
    asyncio.run(_publish_referential())
    deliver(opened)
    replayed = runner.invoke(app, ["dead-letters", "replay", "--service", "evaluations", "--event", parked])
    assert replayed.exit_code == 0, replayed.output
    assert "1 handled, 0 still parked" in replayed.output
    assert "No dead letters" in runner.invoke(app, ["dead-letters", "list"]).output


async def _publish_referential() -> None:
    service = service_of(ServiceName.EVALUATIONS)
    for task in service.on_start:
        await task()
    await service.database.dispose()


def test_work_for_some_services_takes_a_bus_that_reaches_the_others(var: Path) -> None:
    result = runner.invoke(app, ["work", "documents"])
    assert result.exit_code == 2
    assert "PARCHEMIN_BUS=kafka" in result.stderr


def test_topics_says_that_the_cluster_is_away(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    monkeypatch.setenv("PARCHEMIN_KAFKA_REQUEST_TIMEOUT_MS", "500")
    result = runner.invoke(app, ["topics"])
    assert result.exit_code == 1
    assert "KafkaConnectionError" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.kafka
def test_topics_creates_what_is_missing(
    var: Path, kafka_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if kafka_environment["PARCHEMIN_KAFKA_CREATE_TOPICS"] == "false":
        pytest.skip("the mock cluster creates no topics on request")
    for name, value in kafka_environment.items():
        monkeypatch.setenv(name, value)
    first = runner.invoke(app, ["topics"])
    assert first.exit_code == 0, first.output
    assert "parchemin.evaluations.identity.v1 created" in first.output
    assert "parchemin.documents.dead-letters.v1 created" in first.output
    assert "10 of 10 were there" in runner.invoke(app, ["topics"]).output


def test_the_register_is_verified_and_its_head_compared_with_what_was_noted(var: Path) -> None:
    assert runner.invoke(app, ["migrate", "evaluations"]).exit_code == 0
    whole = runner.invoke(app, ["register", "verify", "--json"])
    assert (whole.exit_code, json.loads(whole.stdout)) == (
        0,
        {"position": 0, "hash": "0" * 64, "faults": 0, "complete": True},
    )
    noted = runner.invoke(app, ["register", "verify", "--expect-head", f"3:{'a' * 64}"])
    assert noted.exit_code == 1
    assert "position 3 was noted as the head (truncated)" in noted.stdout
    told = runner.invoke(app, ["register", "verify", "--json", "--expect-head", f"3:{'a' * 64}"])
    fault, head = map(json.loads, told.stdout.splitlines())
    assert (fault["code"], fault["position"], head["faults"]) == ("truncated", 0, 1)
    assert runner.invoke(app, ["register", "verify", "--expect-head", "three"]).exit_code == 2
