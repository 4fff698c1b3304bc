"""The candidates service. `uvicorn --factory parchemin.candidates.app:create_app` starts it alone."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from parchemin.candidates.accommodations.routes import router as accommodations
from parchemin.candidates.consumers import listen
from parchemin.candidates.duplicates.routes import router as duplicates
from parchemin.candidates.enrolments.expiry import Expiry
from parchemin.candidates.enrolments.routes import router as enrolments
from parchemin.candidates.equivalences.routes import router as equivalences
from parchemin.candidates.exemptions.routes import router as exemptions
from parchemin.candidates.follow_ups.entry_routes import router as follow_up_entries
from parchemin.candidates.follow_ups.routes import requests as disability_requests
from parchemin.candidates.follow_ups.routes import router as follow_ups
from parchemin.candidates.geography.routes import router as geography
from parchemin.candidates.identity.by_name import NameKeys
from parchemin.candidates.identity.routes import router as candidates
from parchemin.candidates.imports.importer import Importer
from parchemin.candidates.imports.routes import router as imports
from parchemin.candidates.matching.routes import router as matching
from parchemin.candidates.organisations.routes import router as organisations
from parchemin.candidates.photos.routes import router as photos
from parchemin.candidates.photos.rules import LONGEST as LONGEST_PHOTO
from parchemin.candidates.privacy.access_log.journal import AccessJournal
from parchemin.candidates.privacy.access_log.routes import router as accesses
from parchemin.candidates.privacy.consents.routes import router as consents
from parchemin.candidates.privacy.erasures.eraser import Eraser
from parchemin.candidates.privacy.erasures.routes import of_candidates as erasure_of_candidates
from parchemin.candidates.privacy.erasures.routes import router as erasures
from parchemin.candidates.privacy.holders.routes import router as certified_holders
from parchemin.candidates.privacy.personal_files.assembler import Assembler
from parchemin.candidates.privacy.personal_files.routes import of_candidates as personal_files_of_candidates
from parchemin.candidates.privacy.personal_files.routes import router as personal_files
from parchemin.candidates.privacy.purposes.routes import router as purposes
from parchemin.candidates.privacy.retention.routes import router as retention
from parchemin.candidates.progress.routes import router as progress
from parchemin.candidates.recognitions.routes import router as recognitions
from parchemin.candidates.settings import Settings
from parchemin.candidates.transfers.routes import router as transfers
from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.http.app import create_service_app
from parchemin.common.personal_files import open_exchange
from parchemin.common.service import Service, open_database

DESCRIPTION = """Who the candidates are, what they enrol for, and how each can take part on equal terms.

What concerns a disability stays here: other services hear of measures and exemptions, never of reasons."""


def create_service(settings: Settings | None = None, bus: Bus | None = None) -> Service:
    """What the service is made of, by its settings."""
    settings = settings or Settings()
    database = open_database(settings, "candidates")
    consumer = Consumer("candidates", database)
    vault = database.vault
    listen(consumer, vault)
    journal = AccessJournal(database)
    eraser = Eraser(database, vault, settings.patience, poll_seconds=settings.erasure_poll_seconds)
    exchange = open_exchange()
    assembler = Assembler(database, vault, exchange, poll_seconds=settings.personal_file_poll_seconds)
    importer = Importer(
        database,
        vault,
        poll_seconds=settings.import_poll_seconds,
        rejected_for=timedelta(hours=settings.import_rejected_hours),
    )
    expiry = Expiry(database, time_zone=settings.time_zone, poll_seconds=settings.expiry_poll_seconds)
    return Service(
        name="candidates",
        title="Parchemin: candidates",
        description=DESCRIPTION,
        routers=[
            organisations,
            geography,
            candidates,
            matching,
            duplicates,
            photos,
            imports,
            enrolments,
            follow_ups,
            disability_requests,
            follow_up_entries,
            accommodations,
            exemptions,
            consents,
            accesses,
            erasure_of_candidates,
            erasures,
            certified_holders,
            personal_files_of_candidates,
            personal_files,
            purposes,
            retention,
            progress,
            equivalences,
            recognitions,
            transfers,
        ],
        settings=settings,
        larger_bodies={r"/v1/candidates/[^/]+/photo": LONGEST_PHOTO},
        database=database,
        bus=bus or open_bus("candidates"),
        consumer=consumer,
        on_start=[partial(vault.prepare, database)],
        on_stop=[journal.close],
        background=[expiry.run, eraser.run, assembler.run, importer.run],
        state={
            "access_journal": journal,
            "eraser": eraser,
            "assembler": assembler,
            "exchange": exchange,
            "name_keys": NameKeys(),
            "vault": vault,
        },
    )


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
