"""The candidates service. `uvicorn --factory parchemin.candidates.app:create_app` starts it alone."""

from functools import partial

from fastapi import FastAPI

from parchemin.candidates.accommodations.routes import router as accommodations
from parchemin.candidates.enrolments.routes import router as enrolments
from parchemin.candidates.exemptions.routes import router as exemptions
from parchemin.candidates.identity.routes import router as candidates
from parchemin.candidates.imports.routes import router as imports
from parchemin.candidates.organisations.routes import router as organisations
from parchemin.candidates.privacy.access_log.journal import AccessJournal
from parchemin.candidates.privacy.access_log.routes import router as accesses
from parchemin.candidates.privacy.consents.routes import router as consents
from parchemin.candidates.privacy.erasures.eraser import Eraser
from parchemin.candidates.privacy.erasures.routes import of_candidates as erasure_of_candidates
from parchemin.candidates.privacy.erasures.routes import router as erasures
from parchemin.candidates.privacy.erasures.sittings import learn_convocation, learn_results
from parchemin.candidates.privacy.holders.routes import router as certified_holders
from parchemin.candidates.privacy.holders.service import learn_award, learn_revocation
from parchemin.candidates.privacy.personal_files.assembler import Assembler
from parchemin.candidates.privacy.personal_files.routes import of_candidates as personal_files_of_candidates
from parchemin.candidates.privacy.personal_files.routes import router as personal_files
from parchemin.candidates.privacy.personal_files.service import learn_part
from parchemin.candidates.privacy.purposes.routes import router as purposes
from parchemin.candidates.privacy.retention.routes import router as retention
from parchemin.candidates.referentials.service import learn_referential
from parchemin.candidates.settings import Settings
from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.encryption import installation_cipher
from parchemin.common.http.app import create_service_app
from parchemin.common.personal_files import open_exchange
from parchemin.common.service import Service, open_database
from parchemin.common.settings import EncryptionSettings, house
from parchemin.contracts.events.appeals import CertificationRevokedV1
from parchemin.contracts.events.evaluations import (
    CertificationAwardedV1,
    ReferentialPublishedV1,
    ResultsDecidedV1,
)
from parchemin.contracts.events.privacy import AssessmentsGatheredV1, DocumentsGatheredV1, ProductionsGatheredV1
from parchemin.contracts.events.sessions import CandidateConvenedV1

DESCRIPTION = """Who the candidates are, what they enrol for, and how each can take part on equal terms.

What concerns a disability stays here: other services hear of measures and exemptions, never of reasons."""


def create_service(settings: Settings | None = None, bus: Bus | None = None) -> Service:
    """What the service is made of, by its settings."""
    settings = settings or Settings()
    database = open_database(settings, "candidates")
    consumer = Consumer("candidates", database)
    consumer.on(ReferentialPublishedV1, learn_referential)
    encryption, keys_folder = EncryptionSettings(), house().var / "keys"
    vault = database.vault
    journal = AccessJournal(database)
    eraser = Eraser(database, vault, settings.patience, poll_seconds=settings.erasure_poll_seconds)
    consumer.on(CertificationAwardedV1, partial(learn_award, vault=vault))
    consumer.on(CertificationRevokedV1, learn_revocation)
    cipher = installation_cipher(encryption, keys_folder)
    exchange = open_exchange()
    assembler = Assembler(database, vault, cipher, exchange, poll_seconds=settings.personal_file_poll_seconds)
    for gathered in (AssessmentsGatheredV1, ProductionsGatheredV1, DocumentsGatheredV1):
        consumer.on(gathered, learn_part)
    consumer.on(CandidateConvenedV1, learn_convocation)
    consumer.on(ResultsDecidedV1, learn_results)
    return Service(
        name="candidates",
        title="Parchemin: candidates",
        description=DESCRIPTION,
        routers=[
            organisations,
            candidates,
            imports,
            enrolments,
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
        ],
        settings=settings,
        database=database,
        bus=bus or open_bus("candidates"),
        consumer=consumer,
        on_start=[partial(vault.prepare, database)],
        on_stop=[journal.close],
        background=[eraser.run, assembler.run],
        state={
            "access_journal": journal,
            "eraser": eraser,
            "assembler": assembler,
            "exchange": exchange,
            "vault": vault,
            "cipher": cipher,
        },
    )


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
