"""Probes of an orchestrator."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import text

from parchemin.common.auth import public
from parchemin.common.database import Database
from parchemin.common.problems.http import Unavailable
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(public)])


@router.get("/live", summary="The process answers")
async def live() -> dict[str, str]:
    """200 as long as the process runs its event loop."""
    return {"status": "live"}


@router.get("/ready", summary="The service can do its work", responses=documented(Unavailable), response_model=None)
async def ready(request: Request) -> dict[str, Any]:
    """200 when the database answers; 503 otherwise."""
    database: Database = request.app.state.database
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
    return {"status": "ready"}
