"""A Kafka broker for the tests: own folder, own ports on loopback, gone when they end.

Its libraries come from deploy/kafka/pom.xml by Maven, once, into a cache outside the repository. To fetch them ahead of
time: `python -m tests.engines.kafka`.
"""

import base64
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from tests.engines.lifeline import Lifeline
from tests.engines.ports import free_port

POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
DOWNLOAD_SECONDS = 130  # below the time limit of a test: the reason is told, and not a stack
READY_SECONDS = 60

# One broker that is its own controller; groups form at once; nothing is made that nobody asked for. A broker that was
# killed may register again only when its session is over: that is short.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
num.partitions=6
auto.create.topics.enable=false
message.max.bytes=16777216
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
"""
# Beside it: one that asks for a name and a password, and one that asks for a certificate.
GUARDED_SETTINGS = """\
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},\
PASSWORD://127.0.0.1:{password_port},MUTUAL://127.0.0.1:{mutual_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},\
PASSWORD://127.0.0.1:{password_port},MUTUAL://127.0.0.1:{mutual_port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PASSWORD:SASL_SSL,MUTUAL:SSL
listener.name.password.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.password.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.mutual.ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
"""
# A short-lived virtual machine: started in seconds, compiled once, one collector thread.
VIRTUAL_MACHINE = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LOG_LEVEL = "-Dorg.apache.logging.log4j.level=WARN"


class KafkaUnavailable(Exception):
    """There is no Kafka broker to start on this machine."""


@dataclass(frozen=True)
class Guards:
    """What a broker asks of those who come by its guarded listeners, and what it shows them."""

    keystore: Path
    """The broker's key and certificate, in one PEM file."""
    truststore: Path
    """Who signs the certificates of its clients."""
    user: str
    password: str
    password_port: int = field(default_factory=free_port)
    mutual_port: int = field(default_factory=free_port)

    @property
    def by_password(self) -> str:
        """Its address for those with a name and a password: `SASL_SSL`, `SCRAM-SHA-512`."""
        return f"127.0.0.1:{self.password_port}"

    @property
    def by_certificate(self) -> str:
        """Its address for those with a certificate: `SSL`."""
        return f"127.0.0.1:{self.mutual_port}"


class KafkaBroker:
    """A running broker. `kill`, `pause`, `resume` and `restart` are the faults; the data outlive them all."""

    def __init__(
        self, folder: Path, port: int, java: Path, libraries: Path, *, keep: bool, guards: Guards | None = None
    ) -> None:
        self.folder = folder
        self.port = port
        self._java = java
        self._libraries = libraries
        self._keep = keep
        self._guards = guards
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: Lifeline | None = None

    @classmethod
    def start(cls, folder: Path | None = None, port: int | None = None, guards: Guards | None = None) -> "KafkaBroker":
        """Start a broker with a new data folder, or with the one of a broker before it: that is kept then.

        With `guards` it has two listeners more, beside the one that asks nothing.
        """
        java, found = _java(), libraries()
        keep = folder is not None
        folder = folder or Path(tempfile.mkdtemp(prefix="parchemin-kafka-"))
        folder.mkdir(parents=True, exist_ok=True)
        broker = cls(folder.resolve(), port or free_port(), java, found, keep=keep, guards=guards)
        try:
            broker._settle()
            broker.restart()
        except KafkaUnavailable:
            broker.stop()
            raise
        return broker

    @property
    def bootstrap(self) -> str:
        """Its address, as clients want it."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._running().pid

    def stop(self) -> None:
        """End it, and its folder unless it came with one."""
        if self._keep and self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait()
        self.kill()
        if not self._keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it at once, as when the power goes for the process but not for the machine."""
        if self._lifeline is not None:
            self._lifeline.cut()
            self._lifeline = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing answers."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)  # it goes on for a moment

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._running().send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start it on the same port and data, after ending it where it runs; return when it answers."""
        self.kill()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("kafka.Kafka"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        end = f"kill -KILL {self._process.pid}" + ("" if self._keep else '; rm -rf "$0"')
        self._lifeline = Lifeline(["/bin/sh", "-c", end, str(self.folder)])
        self._wait_until_ready(self._process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ProcessLookupError("the broker does not run")
        return self._process

    def _settle(self) -> None:
        """Write its settings; format its data folder where that is new."""
        data, controller = self.folder / "data", self.folder / "controller"
        formatted = (data / "meta.properties").exists()
        if not formatted:
            controller.write_text(str(free_port()))  # kept: the data remember the controller by its address
        settings = SETTINGS.format(port=self.port, controller=controller.read_text(), data=data)
        users: list[str] = []
        if (guards := self._guards) is not None:
            settings += GUARDED_SETTINGS.format(port=self.port, controller=controller.read_text(), **vars(guards))
            users = ["--add-scram", f"SCRAM-SHA-512=[name={guards.user},password={guards.password}]"]
        (self.folder / "server.properties").write_text(settings)
        if formatted:
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(
            self._command("kafka.tools.StorageTool", "format", "--standalone", *users, f"--cluster-id={cluster}", "-c"),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode != 0:
            raise KafkaUnavailable(f"Kafka's data folder was not made: {_last_line(done.stdout)}")

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [
            str(self._java),
            *VIRTUAL_MACHINE,
            LOG_LEVEL,
            "-cp",
            f"{self._libraries}/*",
            program,
            *arguments,
            str(self.folder / "server.properties"),
        ]

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                log = (self.folder / "log").read_bytes()
                raise KafkaUnavailable(f"Kafka ended with {process.returncode}: {_last_line(log)}")
            if answers(self.bootstrap):
                return
            time.sleep(0.05)
        raise KafkaUnavailable(f"Kafka did not answer within {READY_SECONDS} s")


def answers(bootstrap: str, seconds: float = 0.5) -> bool:
    """Whether a broker there lists its topics within that time, each partition with a leader."""
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "reconnect.backoff.max.ms": 100})
    try:
        topics = client.list_topics(timeout=seconds).topics.values()
    except KafkaException:
        return False
    return all(partition.leader >= 0 for topic in topics for partition in topic.partitions.values())


def libraries(limit: float | None = DOWNLOAD_SECONDS) -> Path:
    """The broker's libraries, fetched the first time in `limit` seconds; several processes may want them at once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parchemin" / "kafka"
    found = cache / hashlib.sha256(POM.read_bytes()).hexdigest()[:16]
    if found.is_dir():
        return found
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("Maven is not installed: it fetches Kafka")
    _java()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.is_dir():
            _fetch(maven, cache, found, limit)
    return found


def _fetch(maven: str, cache: Path, target: Path, limit: float | None) -> None:
    """Fetch into a folder aside, then give it its name: what has the name is whole."""
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as aside:
        fetched = Path(aside) / "libraries"
        goal = "dependency:copy-dependencies"
        command = [maven, "-q", "-B", "-f", str(POM), goal, "-DincludeScope=runtime", f"-DoutputDirectory={fetched}"]
        try:
            subprocess.run(
                command,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=limit,
            )
        except subprocess.TimeoutExpired as error:
            raise KafkaUnavailable(f"Maven did not bring Kafka within {limit} s") from error
        except subprocess.CalledProcessError as error:
            raise KafkaUnavailable(f"Maven did not bring Kafka: {_first_line(error.stdout)}") from error
        fetched.rename(target)


def _java() -> Path:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        raise KafkaUnavailable("Java is not installed: Kafka wants 17 or later")
    return Path(found)


def _first_line(output: bytes) -> str:
    return next(iter(_lines(output)), "it said nothing")


def _last_line(output: bytes) -> str:
    return next(reversed(_lines(output)), "it said nothing")


def _lines(output: bytes) -> list[str]:
    return [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]


if __name__ == "__main__":
    try:
        libraries(limit=None)
    except KafkaUnavailable as reason:
        sys.exit(str(reason))
