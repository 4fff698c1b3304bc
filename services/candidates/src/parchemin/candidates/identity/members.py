"""Members of an entry that need more than a shape: numbers, countries, telephones, dates partly unknown."""

from typing import Annotated, Any

import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, field_validator

from parchemin.candidates.geography.countries import countries
from parchemin.candidates.identity.numbers import CPF_FILE_PATTERN, INE_PATTERN, holds_nir
from parchemin.common.problems.validation import refusal
from parchemin.common.text import CountryCode

HOME_REGION = "FR"
"""Whose a telephone number is that begins with 0."""


class PersonalEntry(BaseModel):
    """What is entered about a person: nothing that is not asked for, and a social-security number in no member."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _without_nir(cls, value: Any) -> Any:
        texts = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(text, str) and holds_nir(text) for text in texts):
            raise refusal(
                "nir_not_collected",
                fr="Le numéro de sécurité sociale n'est pas collecté : retirez-le.",
                en="The social-security number is not collected: take it out.",
            )
        return value


def _known(code: str) -> str:
    if code not in countries():
        raise refusal("country_unknown", fr="Ce code de pays n'existe pas (ISO 3166-1).", en="No such country code.")
    return code


def _dialled(said: str) -> str:
    """E.164 of a number as people write it; one without a country is French."""
    try:
        number = phonenumbers.parse(said, HOME_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise refusal(
            "phone_invalid",
            fr="Ce n'est pas un numéro de téléphone : +33612345678, 06 12 34 56 78.",
            en="Not a telephone number: +33612345678.",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _closed_up(said: object) -> object:
    """Capitals, without the blanks that people put between groups."""
    return "".join(said.split()).upper() if isinstance(said, str) else said


KnownCountry = Annotated[CountryCode, AfterValidator(_known)]
"""ISO 3166-1 alpha-2 of a country that there is; `XK` for Kosovo."""
Phone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40, pattern=r"^[0-9+ ().\u00a0\u202f/-]+$"),
    AfterValidator(_dialled),
]
Ine = Annotated[str, StringConstraints(pattern=INE_PATTERN), BeforeValidator(_closed_up)]
CpfFileNumber = Annotated[str, StringConstraints(pattern=CPF_FILE_PATTERN), BeforeValidator(_closed_up)]
