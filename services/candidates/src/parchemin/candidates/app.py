"""The candidates service. `uvicorn --factory parchemin.candidates.app:create_app` starts it alone."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from parchemin.candidates.accommodations.routes import router as accommodations
from parchemin.candidates.enrolments.routes import router as enrolments
from parchemin.candidates.exemptions.routes import router as exemptions
from parchemin.candidates.identity.by_name import NameKeys
from parchemin.candidates.identity.routes import router as candidates
from parchemin.candidates.imports.importer import Importer
from parchemin.candidates.imports.routes import router as imports
from parchemin.candidates.organisations.routes import router as organisations
from parchemin.candidates.referentials.service import learn_referential
from parchemin.candidates.settings import Settings
from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.encryption import installation_cipher
from parchemin.common.http.app import create_service_app
from parchemin.common.service import Service, open_database
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.vault import Vault
from parchemin.common.vault.wrapping import installation_keys
from parchemin.contracts.events.evaluations import ReferentialPublishedV1

DESCRIPTION = """Who the candidates are, what they enrol for, and how each can take part on equal terms.

What concerns a disability stays here: other services hear of measures and exemptions, never of reasons."""


def create_service(settings: Settings | None = None, bus: Bus | None = None) -> Service:
    """What the service is made of, by its settings."""
    settings = settings or Settings()
    database = open_database(settings, "candidates")
    consumer = Consumer("candidates", database)
    consumer.on(ReferentialPublishedV1, learn_referential)
    encryption, keys_folder = EncryptionSettings(), house().var / "keys"
    vault = Vault(installation_keys(encryption, keys_folder))
    importer = Importer(
        database,
        vault,
        poll_seconds=settings.import_poll_seconds,
        rejected_for=timedelta(hours=settings.import_rejected_hours),
    )
    return Service(
        name="candidates",
        title="Parchemin: candidates",
        description=DESCRIPTION,
        routers=[organisations, candidates, imports, enrolments, accommodations, exemptions],
        settings=settings,
        database=database,
        bus=bus or open_bus("candidates"),
        consumer=consumer,
        background=[importer.run],
        on_start=[partial(vault.prepare, database)],
        state={"vault": vault, "name_keys": NameKeys(), "cipher": installation_cipher(encryption, keys_folder)},
    )


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
