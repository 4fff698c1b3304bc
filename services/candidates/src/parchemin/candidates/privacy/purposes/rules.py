"""The register of processing (*registre des activités de traitement*, GDPR art. 30): why each field is held. Pure."""

from collections.abc import Collection, Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class LegalBasis(StrEnum):
    """What makes a processing lawful (GDPR art. 6, and art. 9 for the last)."""

    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Entry):
    """A text in both languages."""

    fr: str
    en: str


class Lists(_Entry):
    """Several texts, in both languages."""

    fr: tuple[str, ...]
    en: tuple[str, ...]


class Processing(_Entry):
    """One processing: what for, on which ground, who is told, how long."""

    code: str
    service: str
    purpose: Words
    legal_basis: LegalBasis
    source: str
    recipients: Lists
    retention: Words
    fields: tuple[str, ...]
    """Members of a candidate's record; `birth_place.city` is one within another."""
    tables: tuple[str, ...]
    """Of the candidates service, where what is told of a person stands."""


class Register(_Entry):
    """All of them."""

    edition: str
    processings: tuple[Processing, ...]


def unexplained(register: Register, fields: Collection[str], tables: Collection[str]) -> list[str]:
    """Fields and tables that hold something of a person and that no processing accounts for."""
    explained = {field for one in register.processings for field in one.fields}
    accounted = {table for one in register.processings for table in one.tables}
    return sorted({*fields} - explained) + sorted({*tables} - accounted)


def overstated(register: Register, fields: Collection[str], tables: Collection[str]) -> list[str]:
    """Fields and tables that the register names and that are not there, or that two processings claim."""
    named = [name for one in register.processings for name in (*one.fields, *one.tables)]
    return sorted({*named} - {*fields, *tables}) + sorted({name for name in named if named.count(name) > 1})


def members_of(shape: type[BaseModel], place: str = "") -> Iterator[str]:
    """Names of all that a record may hold, down to single values."""
    for name, field in shape.model_fields.items():
        inner = [kind for kind in _kinds(field.annotation) if issubclass(kind, BaseModel)]
        if inner:
            for kind in inner:
                yield from members_of(kind, f"{place}{name}.")
        else:
            yield f"{place}{name}"


def _kinds(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _kinds(argument)
