"""The documents service. `uvicorn --factory parchemin.documents.app:create_app` starts it alone."""

from functools import partial

from fastapi import FastAPI

from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.http.app import create_service_app
from parchemin.common.personal_files import PartsGiver, open_exchange
from parchemin.common.service import Service, open_database
from parchemin.common.storage.erasing import FileEraser
from parchemin.contracts.events.privacy import DocumentsGatheredV1, PersonalFileRequestedV1
from parchemin.documents.issuing.expectation import subscribe
from parchemin.documents.issuing.issuer import Issuer
from parchemin.documents.issuing.metrics import MEASURES
from parchemin.documents.issuing.routes import router as documents
from parchemin.documents.personal_file import gather
from parchemin.documents.settings import Settings
from parchemin.documents.storage.opening import open_store
from parchemin.documents.verification.page import router as page
from parchemin.documents.verification.routes import router as verifications

DESCRIPTION = """Diplomas, attestations, notices and minutes: made from facts as they become known, archived, and
checkable by anyone.

Nobody asks for a document: it follows from an event. It is `pending` until all that it prints is known."""


def create_service(settings: Settings | None = None, bus: Bus | None = None) -> Service:
    """What the service is made of, by its settings."""
    settings = settings or Settings()
    database = open_database(settings, "documents")
    store = open_store(settings)
    issuer = Issuer(database, store, settings.stationery(), poll_seconds=settings.issuing_poll_seconds)
    consumer = Consumer("documents", database)
    subscribe(consumer, language=settings.language)
    giver = PartsGiver(database, open_exchange(), partial(gather, store=store), DocumentsGatheredV1)
    consumer.on(PersonalFileRequestedV1, giver.learn)
    return Service(
        name="documents",
        title="Parchemin: documents",
        description=DESCRIPTION,
        routers=[documents, verifications, page],
        settings=settings,
        database=database,
        bus=bus or open_bus("documents"),
        consumer=consumer,
        background=[issuer.run, giver.run, FileEraser(database, store.delete).run],
        state={"store": store, "parts_giver": giver, "issuer": issuer, "measures": MEASURES},
    )


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
