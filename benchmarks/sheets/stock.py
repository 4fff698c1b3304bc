"""The same SQL behind FastAPI, Pydantic and SQLAlchemy as they come: what the product's frameworks take for themselves.

No checks, no rules, no token, no middleware. `uvicorn --factory benchmarks.sheets.stock:create_app`, told as the floor.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from benchmarks.sheets.floor import CONNECTIONS, bound
from benchmarks.sheets.recording import load
from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from uuid_utils.compat import uuid7


class Level(BaseModel):
    """A finding."""

    criterion: str
    level: str
    comment: str | None = None


class Given(BaseModel):
    """A sheet with the ids that the floors are given."""

    model_config = ConfigDict(extra="allow")
    levels: list[Level]


class Written(BaseModel):
    """A sheet that was signed."""

    id: UUID
    signed_at: datetime
    levels: list[Level]


def create_app() -> FastAPI:
    """The application that runs the statements it is told."""
    made_each, statements = bound(load(Path(os.environ["BENCH_STATEMENTS"])))
    url = make_url(os.environ["BENCH_DATABASE_URL"]).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    async def transaction() -> AsyncIterator[AsyncConnection]:
        async with engine.begin() as connection:
            yield connection

    app = FastAPI(lifespan=lifespan)

    @app.post("/", status_code=201)
    async def write(
        given: Given, connection: Annotated[AsyncConnection, Depends(transaction, scope="function")]
    ) -> Written:
        sheet: dict[str, Any] = given.model_dump(mode="json")
        sheet["now"] = datetime.now(UTC)
        sheet["stored"] = json.dumps(sheet["levels"])
        made = [uuid7() for _ in range(made_each)]
        for sql, binds in statements:
            await connection.exec_driver_sql(sql, tuple(bind(sheet, made) for bind in binds))
        return Written(id=made[0], signed_at=sheet["now"], levels=given.levels)

    return app
