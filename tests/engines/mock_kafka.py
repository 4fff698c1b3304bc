"""A Kafka-protocol broker without Java, that fails on command: librdkafka's mock cluster in a process of its own.

For laptops without Java, and for the faults that a real broker has no switch for. It is no Kafka: nothing outlives the
process, topics cannot be created by the admin interface (asking about one makes it, with four partitions).
"""

import subprocess
import sys
import threading
from enum import IntEnum
from pathlib import Path

PROGRAM = Path(__file__).with_name("mock_cluster.py")


class Request(IntEnum):
    """Kinds of requests that can be made to fail, by Kafka's api key."""

    PRODUCE = 0
    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3
    OFFSET_COMMIT = 8
    OFFSET_FETCH = 9
    FIND_COORDINATOR = 10
    JOIN_GROUP = 11
    HEARTBEAT = 12
    SYNC_GROUP = 14
    INIT_PRODUCER_ID = 22


class MockKafkaError(Exception):
    """The mock cluster ended, or refused a command."""


class MockKafka:
    """A running mock cluster. Error codes are Kafka's, or `KafkaError._TRANSPORT` of confluent-kafka to hang up."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._turn = threading.Lock()
        self.bootstrap = self._answer()

    @classmethod
    def start(cls, brokers: int = 1) -> "MockKafka":
        """Start it with that many brokers."""
        return cls(
            subprocess.Popen(
                [sys.executable, str(PROGRAM), str(brokers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def down(self) -> None:
        """Hang up on everybody, and on whoever calls again."""
        self._tell("down")

    def up(self) -> None:
        """Take calls again after `down`."""
        self._tell("up")

    def delay(self, milliseconds: int) -> None:
        """Answer everything that much later; 0 ends it."""
        self._tell("delay", milliseconds)

    def fail(self, request: Request, *errors: int) -> None:
        """The next requests of that kind get these errors, one each."""
        self._tell("fail", request.value, *errors)

    def heal(self, request: Request) -> None:
        """Forget the errors that no request of that kind has got yet."""
        self._tell("heal", request.value)

    def create_topic(self, name: str, partitions: int) -> None:
        self._tell("topic", name, partitions)

    def fail_topic(self, name: str, error: int) -> None:
        """Whoever asks about that topic gets this error; 0 ends it."""
        self._tell("topic_error", name, error)

    def _tell(self, command: str, *words: str | int) -> None:
        line = " ".join([command, *map(str, words)])
        with self._turn:
            if self._process.stdin is None:
                raise MockKafkaError("the mock cluster has no input")
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
            answer = self._answer()
        if answer != "0":
            raise MockKafkaError(f"{line}: librdkafka's error {answer}")

    def _answer(self) -> str:
        line = "" if self._process.stdout is None else self._process.stdout.readline()
        if not line:
            raise MockKafkaError("the mock cluster ended")
        return line.strip()
