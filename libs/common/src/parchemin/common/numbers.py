"""Whole numbers that come from outside."""

from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError


def _written_as_a_number(value: object) -> object:
    """6 and 6.0 are the same whole number (JSON Schema, `integer`); "6" and true are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticKnownError("int_type")
    return value


WRITTEN_AS_A_NUMBER = BeforeValidator(_written_as_a_number)
"""`Annotated[int, Field(ge=1), WRITTEN_AS_A_NUMBER]`: after the bounds, so that these are documented."""
