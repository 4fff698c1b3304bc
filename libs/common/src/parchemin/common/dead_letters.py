"""Dead letters: what a consumer could not handle, kept with its cause until somebody replays it.

The letter itself is a row of the consumer's own database, in the transaction that records the event as received. The
dead-letter topic tells the world outside of it, by way of the outbox.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import announce
from parchemin.common.ids import new_id
from parchemin.common.outbox import WRITTEN
from parchemin.common.tables import outbox
from parchemin.contracts.topics import dead_letter_topic, is_compacted

TYPE = "dead_letter"


async def tell_of_dead_letter(session: AsyncSession, letter: Mapping[str, Any]) -> None:
    """Write the letter (a row of `dead_letters`) to the outbox: the bytes as they came, the cause in the headers.

    Where the bytes are somebody's identity they stay in the database: identities travel on their own topics only.
    """
    told = {
        "parchemin-consumer": letter["consumer"],
        "parchemin-cause": letter["cause"],
        "parchemin-attempts": str(letter["attempts"]),
        "parchemin-event-id": str(letter["event_id"]),
        "parchemin-topic": letter["topic"],
        "parchemin-source": letter["source"],
        "traceparent": letter["traceparent"],
    }
    row = {
        "event_id": new_id(),
        "topic": dead_letter_topic(letter["consumer"]),
        "key": letter["key"],
        "type": TYPE,
        "body": b"" if is_compacted(letter["topic"]) else letter["body"],
        "headers": {name: value for name, value in told.items() if value is not None},
        "occurred_at": utc_now(),
    }
    await session.execute(insert(outbox), row)
    announce(session, WRITTEN)
