"""Dead letters: what a consumer could not handle, kept with its cause until somebody replays it.

The letter itself is a row of the consumer's own database, in the transaction that records the event as received. The
dead-letter topic tells the world outside of it, by way of the outbox.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import announce, vault_of
from parchemin.common.ids import new_id
from parchemin.common.outbox import WRITTEN
from parchemin.common.tables import outbox
from parchemin.common.vault import KeyDestroyed, Purpose
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


def person_told_of(topic: str, key: str) -> UUID | None:
    """Whose identity a message of this topic and key tells; None on topics that tell nobody's. What has no id for its
    key is a person of its own."""
    if not is_compacted(topic):
        return None
    try:
        return UUID(key)
    except ValueError:
        return UUID(bytes=hashlib.sha256(key.encode()).digest()[:16])


async def sealed_letter(session: AsyncSession, letter: Mapping[str, Any]) -> dict[str, Any]:
    """The letter as it is kept: an identity is sealed under the person's key, and of who was erased nothing is kept."""
    person = person_told_of(letter["topic"], letter["key"])
    if person is None:
        return dict(letter)
    try:
        cipher = await vault_of(session).cipher(session, person, Purpose.IDENTITY)
        body = cipher.seal_bytes(letter["body"], place=_place(letter["event_id"]))
    except KeyDestroyed:
        return {**letter, "body": b""}
    return {**letter, "body": body, "sealed_for": person}


async def opened_letter(session: AsyncSession, letter: Row[Any]) -> bytes:
    """The bytes as they came; `KeyDestroyed` where the person was erased."""
    if letter.sealed_for is None:
        body: bytes = letter.body
        return body
    ciphers = await vault_of(session).ciphers(session, [letter.sealed_for], Purpose.IDENTITY)
    if letter.sealed_for not in ciphers:
        raise KeyDestroyed
    return ciphers[letter.sealed_for].open_bytes(letter.body, place=_place(letter.event_id))


def _place(event_id: UUID) -> str:
    return f"dead_letters.body:{event_id}"
