"""A fact of each type, every member given."""

import re
import types
import typing
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel

from parchemin.contracts.events import CATALOGUE
from parchemin.contracts.partial_dates import PartialDate

AT = datetime(2026, 7, 4, 10, 20, 30, 123456, tzinfo=UTC)
EVENT_ID = UUID("0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55")
EVENTS = sorted(CATALOGUE.values(), key=lambda event: event.type)
SIMPLE = {
    UUID: EVENT_ID, AwareDatetime: AT, date: AT.date(), int: 1, bool: True, str: "texte",
    PartialDate: PartialDate(1985, 6),
}  # fmt: skip
TEXTS = ("texte", "C.1", "C1.1", "M1", "A1", "1/2", "0123456789abcdef" * 4, "703.93")

each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)


def example(kind: Any) -> Any:
    """A value of that type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        patterns = [pattern for limit in arguments[1:] if (pattern := getattr(limit, "pattern", None))]
        if patterns:
            return next(text for text in TEXTS if re.search(patterns[0], text))
    if origin in (typing.Annotated, typing.Union, types.UnionType, typing.Literal):
        return arguments[0] if origin is typing.Literal else example(arguments[0])
    if origin is tuple:
        return (example(arguments[0]),)
    if issubclass(kind, BaseModel):
        hints = typing.get_type_hints(kind, include_extras=True)
        return kind(**{member: example(hints[member]) for member in kind.model_fields})
    return next(iter(kind)) if issubclass(kind, Enum) else SIMPLE[kind]
