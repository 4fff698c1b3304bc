"""The budget service. `uvicorn --factory parchemin.budget.app:create_app` starts it alone."""

from fastapi import FastAPI

from parchemin.budget.charts.routes import router as charts
from parchemin.budget.enrolments.service import follow_transfer, learn_enrolment
from parchemin.budget.erasure.service import forget_candidate
from parchemin.budget.estimates.routes import router as estimates
from parchemin.budget.personal_file import gather
from parchemin.budget.productions.routes import router as productions
from parchemin.budget.settings import Settings
from parchemin.budget.snapshots.routes import router as snapshots
from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.http.app import create_service_app
from parchemin.common.personal_files import PartsGiver, open_exchange
from parchemin.common.service import Service, open_database
from parchemin.contracts.events.candidates import EnrolmentOpenedV1
from parchemin.contracts.events.enrolments import EnrolmentTransferredV1
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.events.privacy import PersonalFileRequestedV1, ProductionsGatheredV1

DESCRIPTION = """The productions that candidates work on, and what they cost.

Amounts are exact: strings with two decimals, never JSON numbers. A version of an estimate is written as a draft,
submitted, approved by somebody else, and stays as it is from then on."""


def create_service(settings: Settings | None = None, bus: Bus | None = None) -> Service:
    """What the service is made of, by its settings."""
    settings = settings or Settings()
    database = open_database(settings, "budget")
    consumer = Consumer("budget", database)
    consumer.on(EnrolmentOpenedV1, learn_enrolment)
    giver = PartsGiver(database, open_exchange(), gather, ProductionsGatheredV1)
    consumer.on(PersonalFileRequestedV1, giver.learn)
    consumer.on(CandidateErasedV1, forget_candidate)
    consumer.on(EnrolmentTransferredV1, follow_transfer)
    return Service(
        name="budget",
        title="Parchemin: budget",
        description=DESCRIPTION,
        routers=[charts, productions, estimates, snapshots],
        settings=settings,
        database=database,
        bus=bus or open_bus("budget"),
        consumer=consumer,
        background=[giver.run],
        state={"parts_giver": giver},
        knows_logins=True,
    )


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
