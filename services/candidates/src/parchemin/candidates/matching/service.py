"""The match risk of candidates whose identities are known."""

from parchemin.candidates.geography.birth_places import SaidPlace, locate
from parchemin.candidates.geography.communes import gazetteer
from parchemin.candidates.geography.countries import countries
from parchemin.candidates.identity.person import Person
from parchemin.candidates.matching.rules import Birth, Risk, risks_of


def match_risks(person: Person) -> tuple[Risk, ...]:
    """What the national register would stumble over, with the official lists of today."""
    place, born = person.birth_place, person.birth_date
    country = countries().get(place.country)
    french = country is not None and country.french
    located = None
    if french:
        said = SaidPlace(place.city, place.insee_code, place.postal_code, born.earliest, born.latest)
        located = locate(gazetteer(), said)
    return risks_of(person, Birth(french, located, country.insee_code if country is not None else None))
