"""What other services hear of productions, and what this one hears of enrolments."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from services.budget.tests.builders import ENROLMENT, SCHOOL, hear_of_enrolment, production
from sqlalchemy import func, select

from parchemin.budget.app import create_app
from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.settings import Settings
from parchemin.common.bus import LocalBus, Message
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.relay import Relay
from parchemin.contracts.envelope import CloudEvent, wrap
from parchemin.contracts.events.budget import ProductionOpenedV1
from parchemin.contracts.events.candidates import EnrolmentOpenedV1
from parchemin.contracts.vocabulary import AccessPath, Role

pytestmark = pytest.mark.asyncio


async def test_a_production_is_heard_of_once(
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
) -> None:
    heard: list[CloudEvent] = []

    async def listen(message: Message) -> None:
        heard.append(CloudEvent.model_validate_json(message.body))

    bus = LocalBus()
    bus.subscribe("listener", [ProductionOpenedV1.topic], listen)
    app = create_app(Settings(database_url=database_url("budget"), migrate_on_start=False), bus)
    client = await serve(app)
    await hear_of_enrolment(app, ENROLMENT, SCHOOL)
    caller = bearer(Role.ADMINISTRATOR, organisation=SCHOOL)
    opened = await client.post("/v1/productions", json=production(currency="CHF"), headers=caller)
    assert opened.status_code == 201, opened.text
    await Relay("budget", app.state.database, bus, poll_seconds=60).publish_pending()
    facts = {event.id: ProductionOpenedV1.read(event.data) for event in heard}
    assert list(facts.values()) == [
        ProductionOpenedV1(
            production_id=UUID(opened.json()["id"]),
            organisation_id=SCHOOL,
            enrolment_id=ENROLMENT,
            currency="CHF",
        )
    ]
    assert heard[0].partitionkey == opened.json()["id"]


async def test_an_enrolment_that_is_told_twice_is_known_once(
    database_url: Callable[[str], str], serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]]
) -> None:
    app = create_app(Settings(database_url=database_url("budget"), migrate_on_start=False))
    await serve(app)
    event = EnrolmentOpenedV1(
        enrolment_id=ENROLMENT,
        organisation_id=SCHOOL,
        candidate_id=new_id(),
        referential_version="1.0",
        access_path=AccessPath.VAE,
        blocks=(3,),
    )
    body = wrap(event, event_id=new_id(), at=utc_now()).to_bytes()
    for _ in range(2):
        await app.state.service.consumer.deliver(Message(event.topic, event.key, body))
    async with app.state.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(KnownEnrolment)) == 1
