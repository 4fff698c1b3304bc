"""How the cluster is reached and what its topics are like; prefix `PARCHEMIN_KAFKA_`."""

from pathlib import Path
from ssl import SSLContext
from typing import Literal, TypedDict

from aiokafka.helpers import create_ssl_context
from pydantic import Field, PositiveInt, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Connection(TypedDict, total=False):
    """What every client of aiokafka takes."""

    bootstrap_servers: list[str]
    client_id: str
    request_timeout_ms: int
    security_protocol: str
    ssl_context: SSLContext
    sasl_mechanism: str
    sasl_plain_username: str
    sasl_plain_password: str


class KafkaSettings(BaseSettings):
    """The cluster, the topics, and this process's part in the groups."""

    model_config = SettingsConfigDict(
        env_prefix="PARCHEMIN_KAFKA_",
        frozen=True,
        hide_input_in_errors=True,  # among it is the password
    )

    bootstrap_servers: str = "127.0.0.1:9092"
    """`host:port`, several separated by commas."""
    namespace: str = Field(default="", pattern=r"^[a-zA-Z0-9._-]*$", max_length=60)
    """Set before the names of topics and groups, so that several installations share a cluster: `staging.`."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ca_file: Path | None = None
    """Who signs the brokers' certificates; the system's authorities where none is given."""
    certificate_file: Path | None = None
    """The client's own certificate, for mutual TLS."""
    key_file: Path | None = None
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str = ""
    sasl_password: SecretStr = SecretStr("")
    instance: str | None = Field(default=None, pattern=r"^[a-zA-Z0-9._-]+$", max_length=60)
    """Lasting name of this process (a pod of a StatefulSet): a restarted one takes its partitions back at once, and
    no other may have it. Without one a killed process holds its partitions until `session_timeout_ms`."""
    session_timeout_ms: PositiveInt = 10_000
    request_timeout_ms: PositiveInt = 10_000

    compression: Literal["none", "gzip", "lz4", "zstd"] = "zstd"
    max_message_bytes: PositiveInt = 8 * 1024 * 1024
    """The largest event that a topic takes: the minutes of a session grow with its candidates."""
    create_topics: bool = True
    """Create what is missing at start; else `parchemin topics` does."""
    partitions: PositiveInt = 6
    """Of each topic, and so the most processes of a group that share the work. Never raise it on a topic that has
    events: keys would change partition, and lose their order."""
    replication: PositiveInt = 1
    min_insync_replicas: PositiveInt = 1
    retention_hours: int = Field(default=-1, ge=-1)
    """How long facts stay on the topics; -1 for good, so that a new consumer can read all of the history."""
    identity_compaction_seconds: PositiveInt = 12 * 3600
    """How long after the next state of somebody's identity, their erasure among them, the one before may still be on
    the topic: the cluster compacts it within that time and one segment's (`identity_segment_seconds`)."""
    identity_segment_seconds: PositiveInt = 6 * 3600
    """After which a segment of an identity topic is closed: only closed ones are compacted."""
    identity_tombstone_seconds: PositiveInt = 24 * 3600
    """How long what says that a key is empty stays once all before it was compacted."""
    dead_letter_retention_hours: int = Field(default=14 * 24, ge=-1)

    @model_validator(mode="after")
    def _is_complete(self) -> "KafkaSettings":
        if self.security_protocol.startswith("SASL") and not (
            self.sasl_username and self.sasl_password.get_secret_value()
        ):
            raise ValueError("SASL takes PARCHEMIN_KAFKA_SASL_USERNAME and PARCHEMIN_KAFKA_SASL_PASSWORD")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("a client certificate takes both PARCHEMIN_KAFKA_CERTIFICATE_FILE and …_KEY_FILE")
        if self.min_insync_replicas > self.replication:
            raise ValueError("more replicas in sync than there are would refuse every event")
        return self

    def connection(self, client: str) -> Connection:
        """How a client called `client` connects."""
        connection = Connection(
            bootstrap_servers=[server.strip() for server in self.bootstrap_servers.split(",")],
            client_id=f"parchemin-{client}",
            request_timeout_ms=self.request_timeout_ms,
            security_protocol=self.security_protocol,
        )
        if "SSL" in self.security_protocol:
            connection["ssl_context"] = create_ssl_context(
                cafile=self.ca_file, certfile=self.certificate_file, keyfile=self.key_file
            )
        if self.security_protocol.startswith("SASL"):
            connection["sasl_mechanism"] = self.sasl_mechanism
            connection["sasl_plain_username"] = self.sasl_username
            connection["sasl_plain_password"] = self.sasl_password.get_secret_value()
        return connection

    def named(self, topic_or_group: str) -> str:
        """Its name on the cluster."""
        return f"{self.namespace}{topic_or_group}"

    def unnamed(self, on_cluster: str) -> str:
        """What the product calls it."""
        return on_cluster.removeprefix(self.namespace)
