"""What is known of who a candidate is. It is only ever stored sealed, under a key of the person's own."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from parchemin.contracts.vocabulary import Sex


class PlaceOfBirth(BaseModel):
    """As the civil register has it."""

    model_config = ConfigDict(frozen=True)

    city: str
    country: str
    insee_code: str | None = None
    postal_code: str | None = None


class Person(BaseModel):
    """A record as it was entered, which was the time for its checks: reading it back asks for no more than its shape.

    A member that is added has a default, which stands for the records of before.
    """

    model_config = ConfigDict(frozen=True)

    birth_name: str
    used_name: str | None = None
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: date
    birth_place: PlaceOfBirth
    email: str | None = None
    subject: str | None = None
    """`sub` of the person's own tokens."""
