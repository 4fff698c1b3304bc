"""`/metrics`: what the process has counted, and what its databases and its bus tell at the moment of asking."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import Row, ScalarSelect, func, select

from parchemin.common.auth import public
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.metrics import REGISTRY, consumer_lags
from parchemin.common.service import Service
from parchemin.common.tables import dead_letters, outbox

log = structlog.get_logger()

PATIENCE_SECONDS = 3.0
"""After which a database is taken to be away; Prometheus itself gives up after ten."""

_answers = Gauge(
    "parchemin_database_answers",
    "1 where the service's database told the gauges below, 0 where it is away.",
    ["service"],
    registry=REGISTRY,
)
_waiting = Gauge(
    "parchemin_outbox_events_waiting", "Events written and not yet on the bus.", ["service"], registry=REGISTRY
)
_oldest = Gauge(
    "parchemin_outbox_oldest_seconds",
    "Age of the first event that waits; 0 where none does.",
    ["service"],
    registry=REGISTRY,
)
_dead = Gauge(
    "parchemin_dead_letters", "Events parked with their cause, to be replayed.", ["service"], registry=REGISTRY
)

_unpublished = outbox.c.published_at.is_(None)  # as the partial index has it
_BACKLOG = (
    select(func.count()).select_from(outbox).where(_unpublished).scalar_subquery(),
    select(outbox.c.occurred_at).where(_unpublished).order_by(outbox.c.position).limit(1).scalar_subquery(),
    select(func.count()).select_from(dead_letters).scalar_subquery(),
)


@dataclass(frozen=True)
class Measure:
    """A gauge without labels that a service adds, and the count in its database that it shows."""

    gauge: Gauge
    count: ScalarSelect[int]


@dataclass(frozen=True)
class Measured:
    """A service whose database is asked before the page is written."""

    service: str
    database: Database
    measures: Sequence[Measure] = ()
    lag: Callable[[], Mapping[tuple[str, int], int]] = dict
    """For each topic and partition: messages on the bus that this process has not handled."""


def measured(service: Service) -> Measured:
    """What the page asks of a service: its `state` may hold `measures`, and its bus may know a lag."""
    measures = service.state.get("measures", ())
    return Measured(service.name, service.database, measures, service.bus.lag)


async def metrics_page(services: Iterable[Measured]) -> Response:
    """The page of a process: its counters, and the gauges of these services."""
    services = list(services)
    for service in services:
        consumer_lags(service.service, service.lag())
    await asyncio.gather(*(_ask(service) for service in services))
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def metrics_of(apps: Iterable[FastAPI]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a process in which several services live."""
    services = [measured(app.state.service) for app in apps]

    async def metrics(_request: Request) -> Response:
        return await metrics_page(services)

    return metrics


router = APIRouter(tags=["health"], dependencies=[Depends(public)], include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """For Prometheus, on the inner network: a gateway does not pass it on."""
    return await metrics_page([measured(request.app.state.service)])


async def _ask(asked: Measured) -> None:
    """One statement for each database. One that is away shows as such: no old numbers, and the rest of the page."""
    statement = select(*_BACKLOG, *(measure.count for measure in asked.measures))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), asked.database.reading() as session:
            row: Row[Any] = (await session.execute(statement)).one()
    except Exception as error:
        log.warning("metrics_without_database", service=asked.service, cause=type(error).__name__)
        _answers.labels(asked.service).set(0)
        told = [math.nan] * (len(_BACKLOG) + len(asked.measures))
    else:
        _answers.labels(asked.service).set(1)
        told = [_age(value) if isinstance(value, datetime) else value or 0 for value in row]
    backlog = (gauge.labels(asked.service) for gauge in (_waiting, _oldest, _dead))
    for gauge, value in zip((*backlog, *(measure.gauge for measure in asked.measures)), told, strict=True):
        gauge.set(value)


def _age(at: datetime) -> float:
    return max(0.0, (utc_now() - at).total_seconds())
