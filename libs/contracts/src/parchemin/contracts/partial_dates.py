"""A date of which the day, or the month too, may be unknown, as the civil register allows for a birth."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """`1985`, `1985-06` or `1985-06-17`. The value is known to exist: no 31 June, and no day without its month."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day without its month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """What a text in one of the three forms says; ValueError otherwise."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError("not a date")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None  # noqa: S101 - the pattern has it
        return cls(year, month, day)

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """A date that is known whole."""
        return cls(day.year, day.month, day.day)

    @property
    def whole(self) -> date | None:
        """The date where nothing of it is unknown."""
        return date(self.year, self.month, self.day) if self.month is not None and self.day is not None else None

    @property
    def earliest(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def compatible(self, other: "PartialDate") -> bool:
        """Whether both can be the same day."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": PATTERN, "examples": ["1985-06-17", "1985-06", "1985"]}


def _validated(value: object) -> PartialDate:
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, date):
        return PartialDate(value.year, value.month, value.day)
    if isinstance(value, str):
        try:
            return PartialDate.parse(value)
        except ValueError:
            pass
    raise PydanticCustomError(
        "partial_date_parsing",
        "{en}",
        {
            "fr": "Une date est attendue : AAAA-MM-JJ, ou AAAA-MM, ou AAAA si le reste est inconnu.",
            "en": "Input should be a date: YYYY-MM-DD, or YYYY-MM, or YYYY where the rest is unknown",
        },
    )
