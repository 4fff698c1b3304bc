"""What the register of holders says of a person, and nothing else."""

from pydantic import BaseModel, ConfigDict

from parchemin.candidates.identity.person import Person
from parchemin.contracts.partial_dates import PartialDate
from parchemin.contracts.vocabulary import Sex


class HolderIdentity(BaseModel):
    """Civil identity as the transmission of holders asks for it (art. L. 6113-8): no used name, no contact."""

    model_config = ConfigDict(frozen=True)

    birth_name: str
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: PartialDate
    birth_city: str
    birth_country: str
    birth_insee_code: str | None = None
    birth_postal_code: str | None = None

    @classmethod
    def of(cls, person: Person) -> "HolderIdentity":
        """Of all that is known of the person, what the register keeps."""
        place = person.birth_place
        return cls(
            birth_name=person.birth_name,
            first_names=person.first_names,
            sex=person.sex,
            birth_date=person.birth_date,
            birth_city=place.city,
            birth_country=place.country,
            birth_insee_code=place.insee_code,
            birth_postal_code=place.postal_code,
        )
