"""Communes and countries as the API shows them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.geography.communes import Commune, Kind


class CommuneView(BaseModel):
    """One code under one name, for as long as both held."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "code": "20004",
                "name": "Ajaccio",
                "kind": "C",
                "department": "20",
                "since": None,
                "until": "1976-01-01",
                "postal_codes": ["20000", "20090", "20167"],
            }
        },
    )

    code: str = Field(description="Code officiel géographique: what a birth place takes as `insee_code`")
    name: str
    kind: Kind = Field(
        description="`C` commune; within one: `D` commune déléguée, `A` commune associée, `M` arrondissement municipal"
    )
    department: str
    since: date | None = Field(description="First day; null where the list, which begins in 1943, knows no beginning")
    until: date | None = Field(description="The day after the last; null for what stands today")
    postal_codes: tuple[str, ...] = Field(description="Today's, of the commune or of what it became")


class CommuneList(BaseModel):
    """Communes whose names begin so, the shortest names first."""

    items: list[CommuneView]
    more: bool = Field(description="Whether there are others: type on")

    @classmethod
    def of(cls, communes: list[Commune], limit: int) -> "CommuneList":
        """The first ones of those found."""
        return cls(
            items=[CommuneView.model_validate(commune) for commune in communes[:limit]], more=len(communes) > limit
        )


class CountryView(BaseModel):
    """A country or territory."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "code": "SN",
                "name_fr": "Sénégal",
                "name_en": "Senegal",
                "insee_code": "99341",
                "french": False,
            }
        },
    )

    code: str = Field(description="ISO 3166-1 alpha-2; `XK` for Kosovo")
    name_fr: str
    name_en: str
    insee_code: str | None = Field(description="Of a birth abroad; null for what is France")
    french: bool = Field(description="Births there have a commune")


class CountryList(BaseModel):
    """All countries, in the order of their codes; there are some 250."""

    items: list[CountryView]
