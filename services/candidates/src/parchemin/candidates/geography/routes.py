"""HTTP of communes and countries: for whoever fills in a birth place."""

from datetime import date
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, TypeAdapter

from parchemin.candidates.geography.communes import gazetteer
from parchemin.candidates.geography.countries import countries
from parchemin.candidates.geography.schemas import CommuneList, CountryList, CountryView
from parchemin.common.auth import Access, Principal
from parchemin.common.http.unit_of_work import TransactionalRoute
from parchemin.contracts.partial_dates import PATTERN, PartialDate
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1", tags=["geography"], route_class=TransactionalRoute)

Consulting = Annotated[
    Principal,
    Depends(
        Access(
            Role.ADMINISTRATOR, Role.CLIENT, Role.DISABILITY_OFFICER, Role.CERTIFIER, Role.CANDIDATE,
            scope="candidates:read",
        )
    ),
]  # fmt: skip
_PARTIAL_DATE = TypeAdapter(PartialDate)


def _a_partial_date(said: str | None) -> str | None:
    return said and str(_PARTIAL_DATE.validate_python(said))


@router.get("/communes")
async def list_communes(
    principal: Consulting,
    q: Annotated[str, Query(min_length=2, max_length=60, description="Beginning of a name, however it is spelled")],
    born_on: Annotated[
        str | None,
        Query(pattern=PATTERN, description="Only what bore the name on this day, or in this month or year"),
        AfterValidator(_a_partial_date),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> CommuneList:
    """Communes of France since 1943 by name, each with its code and the days on which it bore both (code officiel
    géographique). A bounded list, for a field that completes what is typed."""
    born = PartialDate.parse(born_on) if born_on else None
    first, last = (born.earliest, born.latest) if born else (date.min, date.max)
    found = gazetteer().beginning_with(q, first, last)
    return CommuneList.of(list(islice(found, limit + 1)), limit)


@router.get("/countries")
async def list_countries(principal: Consulting) -> CountryList:
    """Countries by ISO 3166-1 code, with the INSEE's code of a birth there. A birth place is in the country in which
    it lies today."""
    return CountryList(items=[CountryView.model_validate(country) for country in countries().values()])
