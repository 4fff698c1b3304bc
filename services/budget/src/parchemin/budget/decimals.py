"""Decimals on their way in and out of the API: strings, since a JSON number is a float to most readers."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, GetPydanticSchema
from pydantic_core import core_schema


def two_places(value: Decimal) -> str:
    """An amount or a percentage, as the API says it: `703.93`."""
    return f"{value:.2f}"


def plain(value: Decimal) -> str:
    """A quantity, without idle zeros and without an exponent: `2.5`, `10`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read(pattern: str) -> GetPydanticSchema:
    """A string of this form, as a `Decimal`; a JSON number is refused, and OpenAPI says `string`."""
    schema = core_schema.no_info_after_validator_function(
        Decimal,
        core_schema.str_schema(pattern=pattern),
        serialization=core_schema.to_string_ser_schema(when_used="json"),
    )
    return GetPydanticSchema(lambda _source, _handler: schema)


Quantity = Annotated[
    Decimal,
    _read(r"^[0-9]{1,7}(\.[0-9]{1,3})?$"),
    Field(description="String decimal, 3 places at most", examples=["2.5"]),
]
Rate = Annotated[
    Decimal,
    _read(r"^[0-9]{1,10}(\.[0-9]{1,2})?$"),
    Field(description="String decimal, 2 places at most, in the production's currency", examples=["281.57"]),
]
Percent = Annotated[
    Decimal,
    _read(r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$"),
    Field(description="String decimal from 0 to 100, 2 places at most", examples=["7.50"]),
]

MoneyText = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", description="String decimal with 2 places")]
QuantityText = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]{1,3})?$", description="String decimal")]
