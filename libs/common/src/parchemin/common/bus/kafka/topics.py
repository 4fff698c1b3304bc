"""Creating topics as they should be. One that exists is left as it is."""

from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.contracts.topics import is_compacted, is_for_dead_letters

HOUR_MS = 3_600_000


async def create_topics(settings: KafkaSettings, topics: Collection[str]) -> list[str]:
    """Create those of `topics` that the cluster does not have; return these. Raises `KafkaError` where it cannot."""
    admin = AIOKafkaAdminClient(**settings.connection("topics"))
    try:
        await admin.start()
        there = set(await admin.list_topics())
        missing = sorted(topic for topic in set(topics) if settings.named(topic) not in there)
        if not missing:
            return []
        response = await admin.create_topics([_new(settings, topic) for topic in missing])
        errors = {topic: for_code(code) for topic, code, *_detail in response.topic_errors if code}
        for error in errors.values():
            if error is not TopicAlreadyExistsError:  # another process was quicker, and its topic is not listed yet
                raise error
        return [topic for topic in missing if settings.named(topic) not in errors]
    except (OSError, TimeoutError) as error:
        raise KafkaError(f"topics cannot be created: {type(error).__name__}") from error
    finally:
        await admin.close()


async def answers(settings: KafkaSettings) -> bool:
    """Whether the cluster is there, and lets us in."""
    admin = AIOKafkaAdminClient(**settings.connection("probe"))
    try:
        await admin.start()
        return bool(await admin.list_topics())
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()


async def apply_to_identities(settings: KafkaSettings, topics: Collection[str]) -> list[str]:
    """Give the identity topics among `topics`, those made by an earlier release too, the bound on how long an erased
    identity stays. Raises `KafkaError` where it cannot."""
    identities = sorted(topic for topic in topics if is_compacted(topic))
    admin = AIOKafkaAdminClient(**settings.connection("topics"))
    try:
        await admin.start()
        answers = await admin.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, settings.named(topic), _configuration(settings, topic))
                for topic in identities
            ]
        )
        for answer in answers:
            for code, *_rest in answer.resources:
                if code:
                    raise for_code(code)
    except (OSError, TimeoutError) as error:
        raise KafkaError(f"topics cannot be changed: {type(error).__name__}") from error
    finally:
        await admin.close()
    return identities


def _new(settings: KafkaSettings, topic: str) -> NewTopic:
    configuration = _configuration(settings, topic)
    return NewTopic(settings.named(topic), settings.partitions, settings.replication, topic_configs=configuration)


def _configuration(settings: KafkaSettings, topic: str) -> dict[str, str]:
    configuration = {
        "min.insync.replicas": str(settings.min_insync_replicas),
        "max.message.bytes": str(settings.max_message_bytes),
        # by the cluster's clock: it refuses a time that is an hour ahead of its own, and keeps messages by it
        "message.timestamp.type": "LogAppendTime",
    }
    if is_compacted(topic):
        configuration |= {
            "cleanup.policy": "compact",
            # an erased identity is gone within a bounded time, however little else happens on the topic
            "max.compaction.lag.ms": str(settings.identity_compaction_seconds * 1000),
            "segment.ms": str(settings.identity_segment_seconds * 1000),
            "min.cleanable.dirty.ratio": "0.01",
            "file.delete.delay.ms": "10000",
            "delete.retention.ms": str(settings.identity_tombstone_seconds * 1000),
        }
    else:
        hours = settings.dead_letter_retention_hours if is_for_dead_letters(topic) else settings.retention_hours
        configuration["retention.ms"] = str(hours * HOUR_MS if hours >= 0 else -1)
    return configuration
