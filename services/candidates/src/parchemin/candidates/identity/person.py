"""What is known of who a candidate is. It is only ever stored sealed, under a key of the person's own."""

from pydantic import BaseModel, ConfigDict

from parchemin.contracts.partial_dates import PartialDate
from parchemin.contracts.vocabulary import Sex


class PlaceOfBirth(BaseModel):
    """As the civil register has it."""

    model_config = ConfigDict(frozen=True)

    city: str
    country: str
    insee_code: str | None = None
    """Of the commune at the date of birth: as it was entered, or as postal code and name tell it."""
    postal_code: str | None = None


class PostalAddress(BaseModel):
    """Where letters reach the person."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[str, ...]
    postal_code: str | None = None
    city: str
    country: str


class Person(BaseModel):
    """A record as it was entered, which was the time for its checks: reading it back asks for no more than its shape.

    A member that is added has a default, which stands for the records of before.
    """

    model_config = ConfigDict(frozen=True)

    birth_name: str
    used_name: str | None = None
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: PartialDate
    birth_place: PlaceOfBirth
    nationalities: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    postal_address: PostalAddress | None = None
    ine: str | None = None
    cpf_file_number: str | None = None
    subject: str | None = None
    """`sub` of the person's own tokens."""
