"""What kinds of topics there are."""


def is_compacted(topic: str) -> bool:
    """Whether the topic keeps the latest state for each key, and not every fact: the topics of identities do."""
    return ".identity." in topic


def dead_letter_topic(consumer: str) -> str:
    """Where this consumer tells of the messages that it has parked."""
    return f"parchemin.{consumer}.dead-letters.v1"


def is_for_dead_letters(topic: str) -> bool:
    """Whether it is such a topic."""
    return topic.endswith(".dead-letters.v1")
