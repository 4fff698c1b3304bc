"""The organisations of the embedded installation, for its operator at the command line."""

from uuid import UUID

from sqlalchemy import column, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import Uuid

from parchemin.candidates.settings import Settings
from parchemin.common.database import Database
from parchemin.common.settings import default_database_url

ORGANISATIONS = table("organisations", column("id", Uuid), column("code"), column("name"))


async def find_organisation(wanted: str | None) -> UUID:
    """The id of the organisation with this code or id, or of the only one; LookupError says what is missing."""
    database = Database(Settings().database_url or default_database_url("candidates"))
    try:
        async with database.reading() as session:
            known = (await session.execute(select(ORGANISATIONS))).all()
    except DBAPIError:  # no such table: nothing was ever served from here
        known = []
    finally:
        await database.dispose()
    found = [row.id for row in known if wanted in {None, row.code, str(row.id)}]
    if len(found) == 1:
        return UUID(str(found[0]))
    if not known:
        raise LookupError("No organisation yet: a certifier makes one with POST /v1/organisations.")
    codes = ", ".join(sorted(row.code for row in known))
    raise LookupError(f"Which organisation? There are: {codes}. Name one with --organisation.")
