"""One candidate's story as events, and a desk that turns events into documents on a real database.

Tests are imported by path and can't import their neighbours: they reach these by fixtures.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.storage.folder import FolderStore
from parchemin.common.tables import dead_letters, outbox
from parchemin.contracts import referential
from parchemin.contracts.envelope import CloudEvent, Event, wrap
from parchemin.contracts.events import appeals
from parchemin.contracts.events import candidates as people
from parchemin.contracts.events import evaluations as facts
from parchemin.contracts.events import sessions as before
from parchemin.documents.issuing.expectation import subscribe
from parchemin.documents.issuing.issuer import Issuer
from parchemin.documents.issuing.models import Document
from parchemin.documents.issuing.sealing import cipher_of, printed_data, stored_content
from parchemin.documents.settings import Settings

MODALITIES = {"M1": ("C.1", "C.2"), "M2": ("C.3",), "M3": ("C.4",), "M4": ("C.5", "C.6")}
BLOCKS = {1: ("C.1", "C.2"), 2: ("C.3",), 3: ("C.4", "C.5", "C.6")}
VERSION = "2026.1"


def number(name: str) -> UUID:
    return uuid5(UUID(int=0), name)


SCHOOL, SESSION = number("school"), number("session")
PRESIDENT, MEMBER, AWAY = number("president"), number("member"), number("away")


def a_referential() -> referential.Referential:
    return referential.Referential(
        version=VERSION,
        title="Chargé de productions audiovisuelles, cinéma et plurimédia",
        blocks=[referential.Block(number=n, title=f"Titre du bloc {n}", competencies=c) for n, c in BLOCKS.items()],
        activities=[referential.Activity(code="A1", title="Activité", items=())],
        competencies=[a_competency(code, modality) for modality, codes in MODALITIES.items() for code in codes],
        modalities=[
            referential.Modality(
                code=code, title="Oral", support="brief", competencies=codes, dossier="dossier", deliverables=()
            )
            for code, codes in MODALITIES.items()
        ],
    )


def a_competency(code: str, modality: str) -> referential.Competency:
    criteria = [(f"C{code[2:]}.{rank}", f"Critère {rank} de {code}") for rank in (1, 2)]
    return referential.Competency(
        code=code,
        block=next(block for block, codes in BLOCKS.items() if code in codes),
        activity="A1",
        modality=modality,
        statement=None if code == "C.4" else f"Énoncé de {code}",
        criteria_title=f"Intitulé de {code}",
        criteria_heading=None,
        criteria=[referential.Criterion(code=code, text=text, sub_criteria=()) for code, text in criteria],
    )


def identified(name: str = "zoe", **changes: Any) -> people.CandidateIdentifiedV1:
    identity = people.Identity(
        birth_name="Lefèvre",
        used_name=None,
        first_names=("Zoé",),
        sex="F",
        birth_date=date(1999, 6, 17),
        birth_city="Paris 12e",
        birth_country="FR",
    )
    identity = identity.model_copy(update=changes)
    return people.CandidateIdentifiedV1(candidate_id=number(name), organisation_id=SCHOOL, pii=identity)


def registered() -> people.OrganisationRegisteredV1:
    return people.OrganisationRegisteredV1(organisation_id=SCHOOL, code="IMI", name="Institut des métiers de l'image")


def published() -> facts.ReferentialPublishedV1:
    return facts.ReferentialPublishedV1(referential=a_referential())


def jurors() -> list[facts.JurorIdentifiedV1]:
    names = ((PRESIDENT, "Karim", "Bensaïd", True), (MEMBER, "Sophie", "Lemaître", False), (AWAY, "Paul", "Roy", True))
    return [
        facts.JurorIdentifiedV1(
            juror_id=juror_id,
            organisation_id=SCHOOL,
            pii=facts.JurorIdentity(first_name=first, last_name=last, quality="professional", external=external),
        )
        for juror_id, first, last, external in names
    ]


def of(name: str, organisation: UUID = SCHOOL) -> dict[str, Any]:
    return {
        "enrolment_id": number(f"{name}'s enrolment"),
        "candidate_id": number(name),
        "organisation_id": organisation,
        "referential_version": VERSION,
    }


def result(code: str, outcome: str = "acquired", *levels: str) -> facts.CompetencyResult:
    criteria = [
        facts.AssessedCriterion(code=f"C{code[2:]}.{rank}", level=level) for rank, level in enumerate(levels, start=1)
    ]
    return facts.CompetencyResult(code=code, outcome=outcome, criteria=tuple(criteria))


def modality(code: str, attendance: str = "present", **outcomes: str) -> facts.ModalityResult:
    return facts.ModalityResult(
        registration_id=number(code),
        modality=code,
        attendance=attendance,
        competencies=tuple(result(c, outcomes.get(c.replace(".", ""), "acquired")) for c in MODALITIES[code]),
    )


def validated(block: int = 1, name: str = "zoe", organisation: UUID = SCHOOL) -> facts.BlockValidatedV1:
    return facts.BlockValidatedV1(
        **of(name, organisation),
        validation_id=number(f"{name} {block}"),
        block=block,
        session_id=SESSION,
        validated_on=date(2026, 7, 2),
        competencies=tuple(result(code, "exempt" if code == "C.5" else "acquired") for code in BLOCKS[block]),
    )


def awarded(name: str = "zoe") -> facts.CertificationAwardedV1:
    blocks = tuple(
        facts.AwardedBlock(block=block, validated_on=date(2026, 7, 2), session_id=SESSION) for block in (3, 1, 2)
    )
    return facts.CertificationAwardedV1(
        **of(name),
        award_id=number(f"{name}'s award"),
        register_number="2026-0001",
        awarded_on=date(2026, 7, 2),
        session_id=SESSION,
        blocks=blocks,
    )


def validation_revoked(block: int = 1, name: str = "zoe", **changes: Any) -> appeals.BlockValidationRevokedV1:
    fact = appeals.BlockValidationRevokedV1(
        **of(name), validation_id=number(f"{name} {block}"), block=block, revoked_on=date(2026, 9, 1)
    )
    return fact.model_copy(update=changes)


def award_revoked(name: str = "zoe", **changes: Any) -> appeals.CertificationRevokedV1:
    fact = appeals.CertificationRevokedV1(
        **of(name), award_id=number(f"{name}'s award"), register_number="2026-0001", revoked_on=date(2026, 9, 1)
    )
    return fact.model_copy(update=changes)


def decided(name: str = "zoe", **changes: Any) -> facts.ResultsDecidedV1:
    fact = facts.ResultsDecidedV1(
        **of(name),
        session_id=SESSION,
        session_date=date(2026, 7, 1),
        decided_on=date(2026, 7, 2),
        place="Paris",
        modalities=(modality("M1"), modality("M2")),
        blocks_enrolled=(1, 2, 3),
        blocks_validated=(1, 2),
        register_number=None,
    )
    return fact.model_copy(update=changes)


def convened(name: str = "zoe", **changes: Any) -> before.CandidateConvenedV1:
    where = before.MeetingPlace(
        place="Studio", address_lines=("12 rue des Dames",), postal_code="75017", city="Paris", room="Salle 3"
    )
    at = datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    fact = before.CandidateConvenedV1(
        **of(name),
        convocation_id=number("convocation"),
        session_id=SESSION,
        number=1,
        convened_on=date(2026, 7, 2),
        time_zone="Europe/Paris",
        appointments=(
            before.Appointment(
                registration_id=number("registration"),
                modality="M1",
                preparation_starts_at=at,
                starts_at=at + timedelta(minutes=27),
                ends_at=at + timedelta(minutes=67),
                where=where,
            ),
        ),
        measures=(
            people.Measure(
                kind="extra_time", percent=33, applies_to=("preparation", "evaluation"), detail="Tiers temps"
            ),
        ),
        bring="Votre dossier.",
    )
    return fact.model_copy(update=changes)


def closed(*names: str) -> facts.DeliberationClosedV1:
    candidates = [{key: of(name)[key] for key in ("enrolment_id", "candidate_id")} for name in names or ("zoe",)]
    return facts.DeliberationClosedV1(
        session_id=SESSION,
        organisation_id=SCHOOL,
        referential_version=VERSION,
        policy="default",
        place="Paris",
        session_date=date(2026, 7, 1),
        deliberated_on=date(2026, 7, 2),
        modalities=("M1", "M2"),
        jury=tuple(
            facts.SeatedJuror(juror_id=juror, president=juror == PRESIDENT, present=juror != AWAY)
            for juror in (MEMBER, PRESIDENT, AWAY)
        ),
        registrations=tuple(
            facts.MinutesRegistration(**candidate, result=modality(code), overrides=())
            for code in ("M1", "M2")
            for candidate in candidates
        ),
        validations=(facts.MinutesValidation(**candidates[0], blocks=(1, 2), register_number="2026-0001"),),
    )


def known() -> list[Event]:
    """All that Zoé's documents need beside their facts."""
    return [registered(), published(), identified(), *jurors()]


def message(event: Event, event_id: UUID | None = None) -> Message:
    envelope = wrap(event, event_id=event_id or new_id(), at=utc_now())
    return Message(event.topic, event.key, envelope.to_bytes())


class Desk:
    """The service without its HTTP."""

    def __init__(self, database: Database, folder: Path, store: FolderStore | None = None) -> None:
        self.database = database
        self.folder = folder
        self.store = store or FolderStore(folder)
        self.issuer = Issuer(database, self.store, Settings().stationery(), poll_seconds=0.05)
        self.consumer = Consumer("documents", database)
        subscribe(self.consumer, language="fr")

    async def hear(self, *events: Event) -> None:
        for event in events:
            await self.consumer.deliver(message(event))

    async def documents(self) -> Sequence[Document]:
        async with self.database.reading() as session:
            rows = (await session.execute(select(Document).order_by(Document.subject_key))).scalars().all()  # type: ignore[arg-type]
            assert (await session.execute(select(dead_letters.c.cause))).scalars().all() == []
            return rows

    async def document(self) -> Document:
        (only,) = await self.documents()
        return only

    async def told(self) -> list[CloudEvent]:
        async with self.database.reading() as session:
            bodies = (await session.execute(select(outbox.c.body).order_by(outbox.c.position))).scalars()
            return [CloudEvent.model_validate_json(body) for body in bodies]

    async def printed(self, document: Document) -> dict[str, Any]:
        async with self.database.reading() as session:
            cipher = await cipher_of(session, document)
        return json.loads(printed_data(document, cipher))

    async def content(self, document: Document) -> bytes:
        async with self.database.reading() as session:
            return stored_content(self.store, document, await cipher_of(session, document))

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def story() -> SimpleNamespace:
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("__")})


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path / "documents")
