"""The evaluations service. `uvicorn --factory parchemin.evaluations.app:create_app` starts it alone."""

from functools import partial

from fastapi import FastAPI

from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.http.app import create_service_app
from parchemin.common.service import Service, open_database
from parchemin.contracts.events.candidates import (
    CandidateIdentifiedV1,
    EnrolmentBlocksExtendedV1,
    EnrolmentOpenedV1,
    ExemptionGrantedV1,
    MeasuresGrantedV1,
)
from parchemin.evaluations.awards.routes import router as awards
from parchemin.evaluations.deliberation.routes import router as deliberation
from parchemin.evaluations.enrolments import service as enrolments
from parchemin.evaluations.enrolments.candidates import learn_candidate
from parchemin.evaluations.grading.routes import router as grading
from parchemin.evaluations.jurors.routes import router as jurors
from parchemin.evaluations.referential.routes import router as referentials
from parchemin.evaluations.referential.service import publish_registered
from parchemin.evaluations.registrations.routes import router as registrations
from parchemin.evaluations.sessions.conflicts import router as conflicts
from parchemin.evaluations.sessions.routes import router as sessions
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.download import router as submission_files
from parchemin.evaluations.submissions.examiner import Examiner
from parchemin.evaluations.submissions.opening import open_store
from parchemin.evaluations.submissions.routes import router as submissions
from parchemin.evaluations.submissions.upload_routes import PARTS_PATH
from parchemin.evaluations.submissions.upload_routes import router as uploads

DESCRIPTION = """The referential, and the way from a session to the award.

A session is planned with a jury, candidates are registered for its modalities, jurors grade on sheets of their
own, the policy proposes, the jury decides. Validated blocks and awarded certifications are facts for good."""


def create_service(settings: Settings | None = None, bus: Bus | None = None) -> Service:
    """What the service is made of, by its settings."""
    settings = settings or Settings()
    database = open_database(settings, "evaluations")
    consumer = Consumer("evaluations", database)
    store = open_store(settings)
    examiner = Examiner(database, store, settings)
    consumer.on(CandidateIdentifiedV1, learn_candidate)
    consumer.on(EnrolmentOpenedV1, enrolments.learn_enrolment)
    consumer.on(EnrolmentBlocksExtendedV1, enrolments.extend_blocks)
    consumer.on(MeasuresGrantedV1, enrolments.learn_measures)
    consumer.on(ExemptionGrantedV1, enrolments.learn_exemption)
    return Service(
        name="evaluations",
        title="Parchemin: evaluations",
        description=DESCRIPTION,
        routers=[
            referentials,
            jurors,
            sessions,
            conflicts,
            registrations,
            grading,
            deliberation,
            awards,
            submissions,
            uploads,
            submission_files,
        ],
        settings=settings,
        database=database,
        bus=bus or open_bus("evaluations"),
        consumer=consumer,
        on_start=[partial(publish_registered, database)],
        background=[examiner.run],
        larger_bodies={PARTS_PATH: max(settings.submissions_part_bytes, settings.max_body_bytes)},
        state={"store": store, "examiner": examiner},
    )


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
