"""The budget service. `uvicorn --factory parchemin.budget.app:create_app` starts it alone."""

from fastapi import FastAPI

from parchemin.budget.charts.routes import router as charts
from parchemin.budget.enrolments.service import learn_enrolment
from parchemin.budget.estimates.routes import router as estimates
from parchemin.budget.productions.routes import router as productions
from parchemin.budget.settings import Settings
from parchemin.common.bus import Bus, LocalBus
from parchemin.common.consumer import Consumer
from parchemin.common.http.app import Service, create_service_app, open_database
from parchemin.contracts.events.candidates import EnrolmentOpenedV1

DESCRIPTION = """The productions that candidates work on, and what they cost.

Amounts are exact: strings with two decimals, never JSON numbers. A version of an estimate is written as a draft,
submitted, approved by somebody else, and stays as it is from then on."""


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    settings = settings or Settings()
    database = open_database(settings, "budget")
    consumer = Consumer("budget", database)
    consumer.on(EnrolmentOpenedV1, learn_enrolment)
    return create_service_app(
        Service(
            name="budget",
            title="Parchemin: budget",
            description=DESCRIPTION,
            routers=[charts, productions, estimates],
            settings=settings,
            database=database,
            bus=bus or LocalBus(),
            consumer=consumer,
        )
    )
