"""The evaluations service. `uvicorn --factory parchemin.evaluations.app:create_app` starts it alone."""

from functools import partial

from fastapi import FastAPI

from parchemin.common.bus import Bus
from parchemin.common.bus.opening import open_bus
from parchemin.common.consumer import Consumer
from parchemin.common.http.app import create_service_app
from parchemin.common.personal_files import PartsGiver, open_exchange
from parchemin.common.service import Service, open_database
from parchemin.common.storage.erasing import FileEraser
from parchemin.common.storage.store import ContentStore
from parchemin.contracts.events.budget import ProductionSnapshotTakenV1
from parchemin.contracts.events.candidates import (
    CandidateIdentifiedV1,
    EnrolmentBlocksExtendedV1,
    EnrolmentOpenedV1,
    ExemptionGrantedV1,
    MeasuresGrantedV1,
)
from parchemin.contracts.events.enrolments import (
    BlockRecognisedV1,
    EnrolmentStateChangedV1,
    EnrolmentTransferredV1,
)
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.events.identities import CandidateIdentifiedV2, CandidatesMergedV1
from parchemin.contracts.events.privacy import AssessmentsGatheredV1, PersonalFileRequestedV1
from parchemin.evaluations.appeals.routes import router as appeals
from parchemin.evaluations.attendance.routes import router as attendance
from parchemin.evaluations.awards.routes import router as awards
from parchemin.evaluations.calendars.routes import router as calendars
from parchemin.evaluations.convocations.routes import router as convocations
from parchemin.evaluations.deliberation.publishing import ResultsPublisher
from parchemin.evaluations.deliberation.routes import router as deliberation
from parchemin.evaluations.enrolments import service as enrolments
from parchemin.evaluations.enrolments.candidates import learn_candidate, merge_candidates
from parchemin.evaluations.erasure.service import STAGED, forget_candidate, is_needed
from parchemin.evaluations.follow_up.opening import Opening
from parchemin.evaluations.follow_up.routes import router as follow_up
from parchemin.evaluations.follow_up.throttle import Throttle
from parchemin.evaluations.grading.routes import router as grading
from parchemin.evaluations.incidents.routes import router as incidents
from parchemin.evaluations.juries.routes import router as juries
from parchemin.evaluations.jurors.routes import router as jurors
from parchemin.evaluations.personal_file import gather
from parchemin.evaluations.places.routes import router as places
from parchemin.evaluations.places.unavailabilities import router as unavailabilities
from parchemin.evaluations.planning.routes import router as planning
from parchemin.evaluations.referential.routes import router as referentials
from parchemin.evaluations.referential.service import publish_registered
from parchemin.evaluations.register.routes import router as register
from parchemin.evaluations.registrations.routes import router as registrations
from parchemin.evaluations.sessions.conflicts import router as conflicts
from parchemin.evaluations.sessions.routes import router as sessions
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.statistics.jurors import router as agreement
from parchemin.evaluations.statistics.routes import router as statistics
from parchemin.evaluations.submissions.download import router as submission_files
from parchemin.evaluations.submissions.examiner import Examiner
from parchemin.evaluations.submissions.opening import open_store
from parchemin.evaluations.submissions.routes import router as submissions
from parchemin.evaluations.submissions.snapshots import learn_snapshot
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
    consumer.on(CandidateErasedV1, forget_candidate)
    consumer.on(CandidateIdentifiedV2, learn_candidate)
    consumer.on(CandidatesMergedV1, merge_candidates)
    consumer.on(EnrolmentOpenedV1, enrolments.learn_enrolment)
    consumer.on(EnrolmentBlocksExtendedV1, enrolments.extend_blocks)
    consumer.on(MeasuresGrantedV1, enrolments.learn_measures)
    consumer.on(ExemptionGrantedV1, enrolments.learn_exemption)
    consumer.on(EnrolmentStateChangedV1, enrolments.learn_state)
    consumer.on(BlockRecognisedV1, enrolments.learn_recognition)
    consumer.on(EnrolmentTransferredV1, enrolments.follow_transfer)
    consumer.on(ProductionSnapshotTakenV1, learn_snapshot)
    giver = PartsGiver(database, open_exchange(), partial(gather, store=store), AssessmentsGatheredV1)
    consumer.on(PersonalFileRequestedV1, giver.learn)
    return Service(
        name="evaluations",
        title="Parchemin: evaluations",
        description=DESCRIPTION,
        routers=[
            referentials,
            jurors,
            juries,
            sessions,
            conflicts,
            registrations,
            attendance,
            incidents,
            grading,
            deliberation,
            awards,
            appeals,
            register,
            statistics,
            agreement,
            follow_up,
            places,
            unavailabilities,
            planning,
            calendars,
            convocations,
            submissions,
            uploads,
            submission_files,
        ],
        settings=settings,
        database=database,
        bus=bus or open_bus("evaluations"),
        consumer=consumer,
        on_start=[partial(publish_registered, database)],
        background=[
            ResultsPublisher(database, settings.jury_rules, poll_seconds=settings.results_poll_seconds).run,
            Opening(database, settings).run,
            examiner.run,
            giver.run,
            FileEraser(database, partial(_erase_file, store), is_needed).run,
        ],
        knows_logins=True,
        larger_bodies={PARTS_PATH: max(settings.submissions_part_bytes, settings.max_body_bytes)},
        state={
            "store": store,
            "parts_giver": giver,
            "examiner": examiner,
            "follow_up_throttle": Throttle(settings.follow_up_answers_per_minute),
        },
    )


def _erase_file(store: ContentStore, name: str) -> None:
    if name.startswith(STAGED):
        store.unstage(name.removeprefix(STAGED))
    else:
        store.delete(name)


def create_app(settings: Settings | None = None, bus: Bus | None = None) -> FastAPI:
    """The service as an ASGI application."""
    return create_service_app(create_service(settings, bus))
