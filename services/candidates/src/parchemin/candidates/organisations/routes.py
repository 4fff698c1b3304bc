"""HTTP of organisations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from parchemin.candidates.organisations import service
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.organisations.schemas import NewOrganisation, OrganisationView
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/organisations", tags=["organisations"], route_class=TransactionalRoute)

Admitting = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="candidates:write"))]
Consulting = Annotated[
    Principal, Depends(Access(Role.CERTIFIER, Role.ADMINISTRATOR, Role.CLIENT, scope="candidates:read"))
]


@router.post("", status_code=201, responses=documented(service.OrganisationCodeTaken))
async def register_organisation(
    new: NewOrganisation, session: Writing, _certifier: Admitting, response: Response
) -> OrganisationView:
    """Admit a school or training centre, which may then present candidates."""
    organisation = await service.register_organisation(session, new)
    tag(response, organisation.version)
    return OrganisationView.model_validate(organisation)


@router.get("")
async def list_organisations(session: Reading, principal: Consulting, paging: Paging) -> Page[OrganisationView]:
    """The organisations that the caller may know of: its own, or all for a certifier."""
    return await page(session, owned(Organisation, principal), Organisation, paging, OrganisationView.model_validate)


@router.get("/{organisation_id}")
async def read_organisation(
    organisation_id: UUID, session: Reading, principal: Consulting, response: Response
) -> OrganisationView:
    """One organisation."""
    organisation = await find(session, Organisation, organisation_id, principal)
    tag(response, organisation.version)
    return OrganisationView.model_validate(organisation)
