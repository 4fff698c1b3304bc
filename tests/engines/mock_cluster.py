"""librdkafka's mock cluster as a process of its own: prints its address, obeys the lines of its standard input.

The library is the one inside the confluent-kafka wheel. It keeps everything in memory, makes a topic of four partitions
for whoever asks about one, and has no admin interface. It ends with its standard input.
"""

import ctypes
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

PRODUCER = 0  # rd_kafka_type_t
ALL_BROKERS = -1
ERROR_BYTES = 512


class Cluster:
    """One mock cluster; each method is a command, its parameters the words after it."""

    def __init__(self, brokers: int) -> None:
        self._library = library = ctypes.CDLL(str(_shared_library()))
        for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
            getattr(library, name).restype = ctypes.c_void_p
        library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        reason = ctypes.create_string_buffer(ERROR_BYTES)
        settings = ctypes.c_void_p(library.rd_kafka_conf_new())
        library.rd_kafka_conf_set(settings, b"log_level", b"0", reason, ctypes.c_size_t(ERROR_BYTES))
        client = library.rd_kafka_new(PRODUCER, settings, reason, ctypes.c_size_t(ERROR_BYTES))
        if not client:
            raise OSError(reason.value.decode())
        self._cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(ctypes.c_void_p(client), brokers))
        if not self._cluster:
            raise OSError("librdkafka made no mock cluster")
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, ctypes.c_int32(0))

    @property
    def bootstrap(self) -> str:
        address: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return address.decode()

    def down(self) -> int:
        return int(self._library.rd_kafka_mock_broker_set_down(self._cluster, ALL_BROKERS))

    def up(self) -> int:
        return int(self._library.rd_kafka_mock_broker_set_up(self._cluster, ALL_BROKERS))

    def delay(self, milliseconds: str) -> int:
        return int(self._library.rd_kafka_mock_broker_set_rtt(self._cluster, ALL_BROKERS, int(milliseconds)))

    def fail(self, request: str, *errors: str) -> int:
        """The next requests of that kind (Kafka's api key) get these errors, one each."""
        codes = (ctypes.c_int * len(errors))(*map(int, errors))
        self._library.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(int(request)), ctypes.c_size_t(len(errors)), codes
        )
        return 0

    def heal(self, request: str) -> int:
        """Forget the errors that no such request has got yet."""
        self._library.rd_kafka_mock_clear_request_errors(self._cluster, ctypes.c_int16(int(request)))
        return 0

    def topic(self, name: str, partitions: str) -> int:
        return int(self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), int(partitions), 1))

    def topic_error(self, name: str, error: str) -> int:
        """Whoever asks about that topic gets this error; 0 is none."""
        self._library.rd_kafka_mock_topic_set_error(self._cluster, name.encode(), int(error))
        return 0


def _shared_library() -> Path:
    """Its name has a digest that changes with each release."""
    package = find_spec("confluent_kafka")
    if package is None or package.origin is None:
        raise OSError("confluent-kafka is not installed")
    beside = Path(package.origin).parents[1]
    found = sorted(
        [*beside.glob("confluent_kafka.libs/librdkafka*"), *beside.glob("confluent_kafka/.dylibs/*rdkafka*")]
    )
    if not found:
        raise OSError("confluent-kafka's wheel has no librdkafka inside")
    return found[0]


def main() -> None:
    cluster = Cluster(brokers=int(sys.argv[1]))
    _say(cluster.bootstrap)
    commands: dict[str, Callable[..., int]] = {
        command.__name__: command
        for command in (
            cluster.down,
            cluster.up,
            cluster.delay,
            cluster.fail,
            cluster.heal,
            cluster.topic,
            cluster.topic_error,
        )
    }
    for line in sys.stdin:
        command, *words = line.split()
        _say(str(commands[command](*words)))


def _say(answer: str) -> None:
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
