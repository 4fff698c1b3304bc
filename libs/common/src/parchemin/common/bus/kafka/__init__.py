"""The bus on Apache Kafka: what a school's information system runs in production."""

from parchemin.common.bus.kafka.bus import KafkaBus
from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.common.bus.kafka.topics import apply_to_identities, create_topics

__all__ = ["KafkaBus", "KafkaSettings", "apply_to_identities", "create_topics"]
