"""Identifiers: UUIDv7, so that rows of one time lie together in an index (RFC 9562 §5.7)."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new identifier, greater than those made before it in this process."""
    return uuid7()
