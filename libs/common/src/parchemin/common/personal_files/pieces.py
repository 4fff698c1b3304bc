"""What a part is made of: files of JSON, and files as they were kept."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.storage.store import ContentStore


@dataclass(frozen=True, slots=True)
class Piece:
    """One file. Its content is read when it is written, a block at a time: it may be large."""

    name: str
    """Where it stands in the archive: `evaluations/registrations.json`."""
    size: int
    content: Callable[[], Iterator[bytes]]
    """Exactly `size` bytes."""


Gather = Callable[[AsyncSession, UUID], Awaitable[Sequence[Piece]]]
"""All that a service knows of a candidate, in a session that changes nothing."""


def json_piece(name: str, value: Any) -> Piece:
    """A value as indented JSON; ids, dates and numbers as the API writes them."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str).encode() + b"\n"
    return Piece(name, len(text), lambda: iter([text]))


def stored_piece(name: str, size: int, store: ContentStore, key: str) -> Piece:
    """A file as it lies in a store."""
    return Piece(name, size, lambda: store.stream(key))


def row_of(record: BaseModel, *without: str) -> dict[str, Any]:
    """A row of a table as the person is shown it; not who of the staff wrote it, nor what is of the machine alone."""
    return record.model_dump(exclude={"version", "organisation_id", *without})


def plain_name(name: str) -> str:
    """What a file is called, fit for every file system: no folder in it, nothing unseen, not too long."""
    tidy = "".join(character for character in name if character.isprintable() and character not in '/\\:*?"<>|')
    return tidy.strip(" .")[-100:] or "fichier"
