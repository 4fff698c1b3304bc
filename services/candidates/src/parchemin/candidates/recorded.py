"""Reading what tells of a disability: that it was read is recorded in the transaction of the reading, or nothing is
read."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import Database


async def recorded_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session that may record who read; committed before the answer is sent."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        yield session


RecordedReading = Annotated[AsyncSession, Depends(recorded_session, scope="function")]
