"""The bus on a cluster that asks who comes, over TLS: by name and password, and by certificate."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from tests.engines.authority import Authority
from tests.engines.kafka import Guards, KafkaBroker, KafkaUnavailable
from tests.engines.missing import missing

from parchemin.common.bus import BusAway, Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]

USER, PASSWORD = "parchemin", "correct horse battery"
REQUEST_SECONDS = 1
Configure = Callable[..., KafkaSettings]


@dataclass(frozen=True)
class Guarded:
    """A broker with guards, who signed its certificate, and another whom it does not know."""

    guards: Guards
    authority: Authority
    stranger: Authority


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("certificates")
    authority, stranger = Authority(folder), Authority(folder, "stranger")
    guards = Guards(authority.certificate("broker").both, authority.file, USER, PASSWORD)
    try:
        broker = KafkaBroker.start(guards=guards)
    except KafkaUnavailable as reason:
        missing(f"no Kafka: {reason}")
    else:
        yield Guarded(guards, authority, stranger)
        broker.stop()


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """`configure(security_protocol=…)`: the settings of a process in whose environment that stands."""

    def configured(**values: object) -> KafkaSettings:
        values = {"request_timeout_ms": REQUEST_SECONDS * 1000, "namespace": f"test-{uuid4().hex}.", **values}
        for name, value in values.items():
            monkeypatch.setenv(f"PARCHEMIN_KAFKA_{name.upper()}", str(value))
        return KafkaSettings()

    return configured


@pytest.fixture
def by_password(guarded: Guarded) -> dict[str, object]:
    return {
        "bootstrap_servers": guarded.guards.by_password,
        "security_protocol": "SASL_SSL",
        "ca_file": guarded.authority.file,
        "sasl_username": USER,
        "sasl_password": PASSWORD,
    }


@pytest.fixture
def by_certificate(guarded: Guarded) -> dict[str, object]:
    client = guarded.authority.certificate("client")
    return {
        "bootstrap_servers": guarded.guards.by_certificate,
        "security_protocol": "SSL",
        "ca_file": guarded.authority.file,
        "certificate_file": client.certificate,
        "key_file": client.key,
    }


async def carries(settings: KafkaSettings) -> bool:
    """Whether an event arrives that is published by such a process, and which creates the topic too."""
    message, arrived = Message("parchemin.secured.v1", "a", b"{}"), asyncio.Event()

    async def deliver(delivered: Message) -> None:
        if delivered == message:
            arrived.set()

    bus = KafkaBus(settings, "secured")
    bus.subscribe("secured", [message.topic], deliver)
    await bus.start()
    try:
        assert await bus.publish([message]) == [None]
        async with asyncio.timeout(15):
            await arrived.wait()
    finally:
        await bus.stop()
    return True


async def is_refused(settings: KafkaSettings) -> bool:
    """Whether nothing is published and nothing hangs; what is said of it holds no secret."""
    bus = KafkaBus(settings, "secured")
    started = time.monotonic()
    try:
        with pytest.raises(BusAway) as refusal:
            await bus.publish([Message("parchemin.secured.v1", "a", b"{}")])
    finally:
        await bus.stop()
    assert time.monotonic() - started < 3 * REQUEST_SECONDS + 2
    assert PASSWORD not in str(refusal.value)
    return True


async def test_a_name_and_a_password_open_the_way_over_tls(
    configure: Configure, by_password: dict[str, object]
) -> None:
    assert await carries(configure(**by_password))


async def test_a_certificate_opens_the_way_over_tls(configure: Configure, by_certificate: dict[str, object]) -> None:
    assert await carries(configure(**by_certificate))


async def test_a_wrong_password_is_refused(configure: Configure, by_password: dict[str, object]) -> None:
    assert await is_refused(configure(**by_password | {"sasl_password": "wrong"}))


async def test_a_broker_whose_authority_is_not_ours_is_told_nothing(
    configure: Configure, guarded: Guarded, by_password: dict[str, object]
) -> None:
    assert await is_refused(configure(**by_password | {"ca_file": guarded.stranger.file}))


async def test_the_systems_authorities_are_asked_where_none_is_named(
    configure: Configure, by_password: dict[str, object]
) -> None:
    del by_password["ca_file"]
    assert await is_refused(configure(**by_password))


async def test_a_certificate_holds_for_the_address_that_it_names_only(
    configure: Configure, guarded: Guarded, by_password: dict[str, object]
) -> None:
    elsewhere = f"localhost:{guarded.guards.password_port}"
    assert await is_refused(configure(**by_password | {"bootstrap_servers": elsewhere}))


async def test_a_connection_in_the_clear_is_refused(configure: Configure, guarded: Guarded) -> None:
    assert await is_refused(configure(bootstrap_servers=guarded.guards.by_password))


async def test_who_shows_no_certificate_is_refused(configure: Configure, by_certificate: dict[str, object]) -> None:
    del by_certificate["certificate_file"], by_certificate["key_file"]
    assert await is_refused(configure(**by_certificate))


async def test_a_certificate_that_a_stranger_signed_is_refused(
    configure: Configure, guarded: Guarded, by_certificate: dict[str, object]
) -> None:
    theirs = guarded.stranger.certificate("intruder")
    assert await is_refused(
        configure(**by_certificate | {"certificate_file": theirs.certificate, "key_file": theirs.key})
    )
