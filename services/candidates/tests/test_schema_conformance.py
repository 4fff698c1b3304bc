"""What the service answers is what its OpenAPI document says: calls made up from the document, right and wrong ones."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from schemathesis.python.asgi import shutdown_lifespans
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.conformance import schema_of, scratch_folder, steadily, validate

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.app import create_app
from parchemin.candidates.enrolments.service import new_enrolment
from parchemin.candidates.equivalences.models import BlockEquivalence
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.follow_ups.models import FollowUp, FollowUpEntry
from parchemin.candidates.follow_ups.rules import ConsentForm, FollowUpState
from parchemin.candidates.follow_ups.schemas import NEED
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.service import new_candidate
from parchemin.candidates.identity.storage import keep
from parchemin.candidates.imports.models import CandidateImport
from parchemin.candidates.imports.reading import FileKind
from parchemin.candidates.imports.rules import ImportState
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.privacy.erasures.models import Erasure
from parchemin.candidates.privacy.erasures.rules import ErasureOrigin, ErasureState, RefusalGround
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.candidates.privacy.personal_files.models import PersonalFile
from parchemin.candidates.privacy.personal_files.rules import PersonalFileState
from parchemin.candidates.privacy.retention.models import RetentionRun
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.rules import RecognitionState
from parchemin.candidates.referentials.models import KnownReferential
from parchemin.candidates.settings import Settings
from parchemin.candidates.transfers.models import Transfer
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.vault import Purpose
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import AccessPath, RecognitionGround, Role

KNOWN = {
    name: UUID(int=number)
    for number, name in enumerate(
        (
            "organisation_id",
            "candidate_id",
            "enrolment_id",
            "accommodation_id",
            "exemption_id",
            "erasure_id",
            "personal_file_id",
            "holder_id",
            "retention_run_id",
            "follow_up_id",
            "entry_id",
            "session_id",
            "recognition_id",
            "block_equivalence_id",
            "transfer_id",
            "import_id",
        ),
        start=1,
    )
}
"""What the paths name, so that calls reach further than a 404."""
FOLDER = scratch_folder()
FILE = FOLDER / "candidates.sqlite3"
URL = f"sqlite+aiosqlite:///{FILE}"
SCOPES = ["candidates:read", "candidates:write"]
PERSON = {
    "birth_name": "Lefèvre",
    "first_names": ["Zoé"],
    "sex": "F",
    "birth_date": "1999-06-17",
    "birth_place": {"city": "Paris 12e", "country": "FR"},
}


schemathesis.serializer.alias(
    ["application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], "application/octet-stream"
)
app = create_app(Settings(database_url=URL, migrate_on_start=False))
schema = schema_of(app)


@pytest.fixture(scope="module", autouse=True)
def one_of_each(migrated: Callable[[str, str], str], referential: Referential) -> Iterator[None]:
    """A candidate with an enrolment, a plan and a proposed exemption."""
    if not FILE.exists():  # where workers steal from one another, a module may be begun twice in one process
        shutil.copy(Path(str(make_url(migrated("sqlite", "candidates")).database)), FILE)
        asyncio.run(_seed(URL, referential))
    yield
    shutdown_lifespans()


async def _seed(url: str, referential: Referential) -> None:
    database = Database(url)
    async with database.transaction() as session:
        body = referential.model_dump(mode="json")
        session.add(KnownReferential(version=referential.version, body=body, published_at=utc_now()))
        school = KNOWN["organisation_id"]
        session.add(Organisation(id=school, organisation_id=school, code="IMI", name="École"))
        candidate, person = new_candidate(school), CandidateEntry.model_validate(PERSON).person()
        candidate.id = KNOWN["candidate_id"]
        await keep(session, app.state.vault, [(candidate, person)])
        enrolment = new_enrolment(candidate, referential, AccessPath.VAE, [1])
        enrolment.id = KNOWN["enrolment_id"]
        session.add(candidate)
        await session.flush()
        session.add(enrolment)
        await session.flush()
        plan = {"kind": "accessible_premises", "percent": None, "applies_to": [], "detail": None}
        session.add(
            Accommodation(
                id=KNOWN["accommodation_id"], organisation_id=school, enrolment_id=enrolment.id, measures=[plan]
            )
        )
        cipher = await app.state.vault.cipher(session, candidate.id, Purpose.DISABILITY)
        session.add(
            FollowUp(
                id=KNOWN["follow_up_id"],
                organisation_id=school,
                candidate_id=candidate.id,
                state=FollowUpState.OPEN,
                request=cipher.seal("Un écran.", place=f"follow_ups.request:{KNOWN['follow_up_id']}"),
                consent_form=ConsentForm.PAPER,
                consented_on=utc_now().date(),
                consent_reference="RH-1",
                consent_recorded_by="officer",
            )
        )
        await session.flush()
        session.add(
            FollowUpEntry(
                id=KNOWN["entry_id"],
                organisation_id=school,
                follow_up_id=KNOWN["follow_up_id"],
                kind="need",
                content=cipher.seal(json.dumps(NEED), place=f"follow_up_entries.content:{KNOWN['entry_id']}"),
            )
        )
        session.add(
            Exemption(
                id=KNOWN["exemption_id"],
                organisation_id=school,
                enrolment_id=enrolment.id,
                competency="C.1",
                state=ExemptionState.PROPOSED,
                argument=cipher.seal("Parce que.", place=f"exemptions.argument:{KNOWN['exemption_id']}"),
                proposer_issuer="elsewhere",
                proposer_subject="officer",
            )
        )
        session.add(
            Erasure(
                id=KNOWN["erasure_id"],
                organisation_id=school,
                candidate_id=candidate.id,
                origin=ErasureOrigin.PERSON,
                state=ErasureState.REFUSED,
                refusal_ground=RefusalGround.WITHDRAWN,
                decided_at=utc_now(),
            )
        )
        session.add(
            PersonalFile(
                id=KNOWN["personal_file_id"],
                organisation_id=school,
                candidate_id=candidate.id,
                state=PersonalFileState.EXPIRED,
                by_the_person=True,
                requester="zoe",
                requester_issuer="elsewhere",
                recipient="age1",
                due_at=utc_now(),
                expires_at=utc_now(),
            )
        )
        session.add(
            CertifiedHolder(
                id=KNOWN["holder_id"],
                organisation_id=school,
                candidate_id=candidate.id,
                enrolment_id=enrolment.id,
                award_id=KNOWN["holder_id"],
                register_number="2026-0001",
                referential_version=referential.version,
            )
        )
        session.add(
            RetentionRun(
                id=KNOWN["retention_run_id"], organisation_id=school, dry_run=True, requester="someone", findings=[]
            )
        )
        session.add(
            CandidateImport(
                id=KNOWN["import_id"],
                organisation_id=school,
                state=ImportState.QUEUED,
                kind=FileKind.CSV,
                source="file",
                preview=True,
                all_or_nothing=False,
                rows=1,
                submitter_issuer="elsewhere",
                submitter_subject="administrator",
            )
        )
        await _seed_what_follows(session, referential)
    await database.dispose()


async def _seed_what_follows(session: AsyncSession, referential: Referential) -> None:
    """A claimed block, a table of equivalences, a transfer to another school."""
    school, recognition_id, newer = KNOWN["organisation_id"], KNOWN["recognition_id"], f"{referential.version}.1"
    whose = {"enrolment_id": KNOWN["enrolment_id"], "candidate_id": KNOWN["candidate_id"], "organisation_id": school}
    sealing = await app.state.vault.cipher(session, whose["candidate_id"], Purpose.IDENTITY)
    other = Organisation(id=UUID(int=99), organisation_id=UUID(int=99), code="AILLEURS", name="Ailleurs")
    body = referential.model_copy(update={"version": newer}).model_dump(mode="json")
    session.add_all([other, KnownReferential(version=newer, body=body, published_at=utc_now() - timedelta(days=1))])
    session.add(
        Recognition(
            id=recognition_id,
            **whose,
            block=2,
            ground=RecognitionGround.PROOF,
            state=RecognitionState.CLAIMED,
            document_date=date(2024, 7, 1),
            proof=sealing.seal('{"issuer": "E", "reference": null}', place=f"recognitions.proof:{recognition_id}"),
            claimant=b"somebody",
        )
    )
    await session.flush()
    rows = [{"from_blocks": [1], "to_block": 1}]
    session.add(
        BlockEquivalence(
            id=KNOWN["block_equivalence_id"],
            from_version=referential.version,
            to_version=newer,
            number=1,
            source="Décision",
            rows=rows,
        )
    )
    session.add(
        Transfer(
            id=KNOWN["transfer_id"],
            **whose,
            to_organisation_id=other.id,
            referential_version=referential.version,
            access_path=AccessPath.VAE,
            blocks=[1],
        )
    )


@pytest.fixture
def everybody(bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The header of a caller with every role: what is refused is refused for another reason."""
    return bearer(*Role, organisation=KNOWN["organisation_id"], scopes=SCOPES)


@pytest.fixture
def tags() -> dict[str, str]:
    """The ETag that each URL gave last: with it an update reaches its rules."""
    return {}


@schema.parametrize()
@steadily(8)
def test_answers_are_as_documented(case: schemathesis.Case, everybody: dict[str, str], tags: dict[str, str]) -> None:
    if case.meta.generation.mode.is_positive:
        for name in case.path_parameters.keys() & KNOWN.keys():
            case.path_parameters[name] = str(KNOWN[name])
    url = case.formatted_path
    response = case.call(headers={**everybody, "If-Match": tags.get(url, '"1"')})
    validate(case, response)
    if tag := response.headers.get("etag"):
        tags[url] = tag[0]
