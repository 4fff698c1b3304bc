"""Use cases about organisations."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.organisations.schemas import NewOrganisation
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.problems import Conflict
from parchemin.contracts.events.candidates import OrganisationRegisteredV1


class OrganisationCodeTaken(Conflict):
    """Another organisation has this code."""

    code = "organisation_code_taken"
    detail = Text("Le code {taken} est déjà pris.", "The code {taken} is taken.")


async def register_organisation(session: AsyncSession, new: NewOrganisation) -> Organisation:
    """Admit a school. The certifier does it: it is the certifier whom a school presents candidates to."""
    taken = await session.scalar(select(col(Organisation.id)).where(col(Organisation.code) == new.code))
    if taken is not None:
        raise OrganisationCodeTaken(taken=new.code)
    organisation_id = new_id()
    organisation = Organisation(id=organisation_id, organisation_id=organisation_id, code=new.code, name=new.name)
    session.add(organisation)
    await publish(
        session,
        OrganisationRegisteredV1(organisation_id=organisation.id, code=organisation.code, name=organisation.name),
    )
    return organisation
