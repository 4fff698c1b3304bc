"""Probes of an orchestrator."""

from fastapi import APIRouter, Depends, Request
from sqlalchemy import text

from parchemin.common.auth import public
from parchemin.common.background import Background
from parchemin.common.database import Database
from parchemin.common.problems.http import Unavailable
from parchemin.common.problems.representation import documented
from parchemin.common.service import Service

router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(public)])


def _work_goes_on(request: Request) -> None:
    background: Background = request.app.state.background
    service: Service = request.app.state.service
    if background.failed or service.bus.fault() is not None:
        raise Unavailable


@router.get("/live", summary="The process need not be restarted", responses=documented(Unavailable))
async def live(request: Request) -> dict[str, str]:
    """200 as long as the event loop and the work beside the requests run; 503 when only a restart would help."""
    _work_goes_on(request)
    return {"status": "live"}


@router.get("/ready", summary="The service can do its work", responses=documented(Unavailable))
async def ready(request: Request) -> dict[str, str]:
    """200 when the database answers and the work beside the requests runs; 503 otherwise."""
    _work_goes_on(request)
    database: Database = request.app.state.database
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
    return {"status": "ready"}
