"""What no civil register holds, told member by member."""

from datetime import date
from typing import Protocol

from parchemin.candidates.geography.birth_places import MEMBERS, Located, SaidPlace, Trouble, locate
from parchemin.candidates.geography.communes import Commune, gazetteer
from parchemin.candidates.geography.countries import countries
from parchemin.candidates.identity import rules
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.problems import FieldFault
from parchemin.contracts.partial_dates import PartialDate

_TROUBLES = {
    Trouble.CODE_UNKNOWN: Text("Aucune commune n'a jamais eu ce code.", "No commune ever bore this code."),
    Trouble.CODE_NOT_OF_DATE: Text(
        "Ce code n'était pas celui d'une commune à la date de naissance.",
        "This code was no commune's at the date of birth.",
    ),
    Trouble.NAME_DISAGREES: Text(
        "Le code INSEE et le nom ne désignent pas la même commune.",
        "The commune's code and the name are not of the same commune.",
    ),
    Trouble.NAME_UNKNOWN: Text(
        "Aucune commune ne portait ce nom à la date de naissance.", "No commune bore this name at the date of birth."
    ),
    Trouble.NAME_AMBIGUOUS: Text(
        "Plusieurs communes portaient ce nom : indiquez le code INSEE.",
        "Several communes bore this name: give the commune's code.",
    ),
    Trouble.POSTAL_CODE_ELSEWHERE: Text(
        "Ce code postal n'est pas celui de cette commune.", "This postal code is not of this commune."
    ),
}


class SaidBirthPlace(Protocol):
    """A birth place as it is entered."""

    city: str
    country: str
    insee_code: str | None
    postal_code: str | None


def birth_commune(born: PartialDate, place: SaidBirthPlace) -> Commune | None:
    """The commune of a birth in France; None abroad, or where it cannot be told."""
    if not is_french(place.country):
        return None
    return _located(born, place.city, place.insee_code, place.postal_code).commune


def is_french(country: str) -> bool:
    """Whether births in this country or territory have a French commune."""
    known = countries().get(country)
    return known is not None and known.french


def implausibilities(
    *,
    birth_date: PartialDate | date | None,
    country: str | None,
    insee_code: str | None,
    postal_code: str | None,
    city: str | None = None,
) -> list[FieldFault]:
    """What no civil register holds; of a member that is not known, nothing is said."""
    faults = []
    born = PartialDate.of(birth_date) if isinstance(birth_date, date) else birth_date
    if born is not None and not rules.birth_date_is_plausible(born, utc_now().date()):
        text = Text("Date de naissance invraisemblable.", "Implausible birth date.")
        faults.append(FieldFault("/birth_date", "birth_date_implausible", text))
        born = None
    if country is None:
        return faults
    if not is_french(country):
        if insee_code is not None or postal_code is not None:
            text = Text(
                "Un code INSEE ou postal ne vaut que pour une naissance en France.",
                "A commune or postal code is only for a birth in France.",
            )
            faults.append(FieldFault("/birth_place", "birth_code_abroad", text))
    elif born is not None and city is not None:
        found = _located(born, city, insee_code, postal_code)
        if found.trouble is not None:
            faults.append(_told(found, found.trouble))
    return faults


def _located(born: PartialDate, city: str, insee_code: str | None, postal_code: str | None) -> Located:
    return locate(gazetteer(), SaidPlace(city, insee_code, postal_code, born.earliest, born.latest))


def _told(found: Located, trouble: Trouble) -> FieldFault:
    """The trouble, with the communes of the public list that may have been meant."""
    text = _TROUBLES[trouble]
    meant = ", ".join(f"{commune.name} ({commune.code})" for commune in found.suggestions)
    if meant:
        text = Text(f"{text.fr} Peut-être : {meant}.", f"{text.en} Perhaps: {meant}.")
    return FieldFault(f"/birth_place/{MEMBERS[trouble]}", trouble.value, text)
