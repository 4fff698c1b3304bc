"""How the cluster is reached, by settings: what is incomplete is refused at start, and no secret is shown."""

from pathlib import Path
from ssl import CERT_REQUIRED, TLSVersion

import pytest
from pydantic import ValidationError
from tests.engines.authority import Authority

from parchemin.common.bus.kafka import KafkaSettings

PASSWORD = "not to be told"


def settings(monkeypatch: pytest.MonkeyPatch, **values: object) -> KafkaSettings:
    """The settings of a process in whose environment that stands."""
    for name, value in values.items():
        monkeypatch.setenv(f"PARCHEMIN_KAFKA_{name.upper()}", str(value))
    return KafkaSettings()


def test_a_broker_of_this_machine_is_asked_in_the_clear_where_nothing_is_set() -> None:
    assert KafkaSettings().connection("budget") == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "client_id": "parchemin-budget",
        "request_timeout_ms": 10_000,
        "security_protocol": "PLAINTEXT",
    }


def test_several_brokers_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = settings(monkeypatch, bootstrap_servers="one:9092, other:9092").connection("budget")
    assert connection["bootstrap_servers"] == ["one:9092", "other:9092"]


def test_topics_and_groups_have_the_namespace_on_the_cluster_only(monkeypatch: pytest.MonkeyPatch) -> None:
    named = settings(monkeypatch, namespace="staging.")
    assert named.named("parchemin.budget.v1") == "staging.parchemin.budget.v1"
    assert named.unnamed("staging.parchemin.budget.v1") == "parchemin.budget.v1"


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize("given", [{}, {"sasl_username": "budget"}, {"sasl_password": PASSWORD}])
def test_sasl_takes_a_name_and_a_password(
    monkeypatch: pytest.MonkeyPatch, protocol: str, given: dict[str, str]
) -> None:
    with pytest.raises(ValidationError, match="SASL takes"):
        settings(monkeypatch, security_protocol=protocol, **given)


@pytest.mark.parametrize("given", ["certificate_file", "key_file"])
def test_a_client_certificate_takes_its_key(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    with pytest.raises(ValidationError, match="takes both"):
        settings(monkeypatch, security_protocol="SSL", **{given: "client.pem"})


def test_more_replicas_in_sync_than_there_are_would_refuse_every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="in sync"):
        settings(monkeypatch, replication=2, min_insync_replicas=3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"security_protocol": "TLS"},
        {"sasl_mechanism": "GSSAPI"},
        {"namespace": "staging/"},
        {"instance": ""},
        {"compression": "snappy"},
        {"partitions": 0},
        {"retention_hours": -2},
    ],
)
def test_what_kafka_would_not_take_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        settings(monkeypatch, **wrong)


def test_a_password_is_given_to_the_client_and_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = settings(monkeypatch, security_protocol="SASL_PLAINTEXT", sasl_username="budget", sasl_password=PASSWORD)
    connection = complete.connection("budget")
    assert connection["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (connection["sasl_plain_username"], connection["sasl_plain_password"]) == ("budget", PASSWORD)
    assert PASSWORD not in repr(complete)


def test_a_refusal_does_not_show_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="SASL takes") as refused:
        settings(monkeypatch, security_protocol="SASL_SSL", sasl_password=PASSWORD)
    assert PASSWORD not in str(refused.value)


def test_tls_asks_for_a_certificate_that_holds_for_the_broker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = settings(monkeypatch, security_protocol="SSL", ca_file=authority.file).connection("x")["ssl_context"]
    assert context.verify_mode == CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= TLSVersion.TLSv1_2
    assert [found["subject"] for found in context.get_ca_certs()] == [((("commonName", "authority"),),)]


def test_an_authority_that_cannot_be_read_opens_no_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        settings(monkeypatch, security_protocol="SSL", ca_file=tmp_path / "gone.pem").connection("budget")
