"""An erased identity leaves the log of the cluster within the bound that the topics have."""

import asyncio
import time
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.engines.kafka import KafkaBroker
from tests.erasure.scanning import found

from parchemin.common.bus import Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings, apply_to_identities, create_topics
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.events.candidates import IDENTITY_TOPIC, CandidateIdentifiedV1, Identity
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.vocabulary import Sex

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka, pytest.mark.slow]

TOKENS = {"birth name": "Quolvexandre", "login": "login-xqvorbel"}
SECONDS = 60
SEGMENT_SECONDS = 1


def message(event: Event) -> Message:
    return Message(event.topic, event.key, wrap(event, event_id=new_id(), at=utc_now()).to_bytes())


@pytest.mark.timeout(150)
async def test_an_identity_is_in_no_file_of_the_log_after_its_erasure(kafka_broker: KafkaBroker) -> None:
    before: dict[str, Any] = {"bootstrap_servers": kafka_broker.bootstrap, "compression": "none", "partitions": 1}
    await create_topics(KafkaSettings(**before), [IDENTITY_TOPIC])  # as an earlier release, with other bounds
    settings = KafkaSettings(
        **before,
        identity_compaction_seconds=SEGMENT_SECONDS,
        identity_segment_seconds=SEGMENT_SECONDS,
        identity_tombstone_seconds=SEGMENT_SECONDS,
    )
    assert await apply_to_identities(settings, [IDENTITY_TOPIC]) == [IDENTITY_TOPIC]
    person, school = uuid4(), uuid4()
    identity = Identity(
        birth_name=TOKENS["birth name"],
        used_name=None,
        first_names=("Zoé",),
        sex=Sex.FEMALE,
        birth_date=date(1999, 6, 17),
        birth_city="Paris",
        birth_country="FR",
        subject=TOKENS["login"],
    )
    erased = message(CandidateErasedV1(candidate_id=person, organisation_id=school, erased_at=utc_now()))
    bus = KafkaBus(settings, "candidates")
    await bus.start()
    try:
        await tell(bus, message(CandidateIdentifiedV1(candidate_id=person, organisation_id=school, pii=identity)))
        assert set(found(TOKENS, [kafka_broker.folder])) == set(TOKENS)
        await asyncio.sleep(2 * SEGMENT_SECONDS)
        await tell(bus, erased)
        await asyncio.sleep(2 * SEGMENT_SECONDS)
        await tell(bus, erased)  # once more, as the housekeeping does: its segment is closed by that
        deadline = time.monotonic() + SECONDS
        while holders := found(TOKENS, [kafka_broker.folder]):
            assert time.monotonic() < deadline, holders
            await asyncio.sleep(0.5)
    finally:
        await bus.stop()


async def tell(bus: KafkaBus, told: Message) -> None:
    assert await bus.publish([told]) == [None]
