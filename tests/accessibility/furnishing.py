"""Of what the year of a school leaves out, one of each: so that every route has something to answer with."""

from datetime import timedelta
from uuid import UUID

from fastapi import FastAPI

from parchemin.candidates.equivalences.models import BlockEquivalence
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
from parchemin.candidates.transfers.models import Transfer
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.vault import Purpose
from parchemin.contracts.vocabulary import AccessPath, RecognitionGround


async def furnish(candidates: FastAPI, school: UUID, candidate_id: UUID, enrolment_id: UUID, version: str) -> None:
    """Rows about the candidate, as use cases leave them."""
    now, claim_id = utc_now(), new_id()
    whose = {"organisation_id": school, "candidate_id": candidate_id}
    async with candidates.state.database.transaction() as session:
        current = await session.get_one(KnownReferential, version)
        session.add(KnownReferential(version="earlier", body=current.body, published_at=now - timedelta(days=900)))
        neighbour = new_id()
        session.add(Organisation(id=neighbour, organisation_id=neighbour, code="AILLEURS", name="Ailleurs"))
        await session.flush()
        sealing = await candidates.state.vault.cipher(session, candidate_id, Purpose.IDENTITY)
        session.add_all(
            [
                Erasure(
                    **whose,
                    origin=ErasureOrigin.PERSON,
                    state=ErasureState.REFUSED,
                    refusal_ground=RefusalGround.WITHDRAWN,
                    decided_at=now,
                ),
                PersonalFile(
                    **whose,
                    state=PersonalFileState.EXPIRED,
                    by_the_person=True,
                    requester="zoe",
                    requester_issuer="elsewhere",
                    recipient="age1",
                    due_at=now,
                    expires_at=now,
                ),
                CertifiedHolder(
                    **whose,
                    enrolment_id=enrolment_id,
                    award_id=new_id(),
                    register_number="2020-0001",
                    referential_version=version,
                ),
                RetentionRun(organisation_id=school, dry_run=True, requester="someone", findings=[]),
                Recognition(
                    id=claim_id,
                    **whose,
                    enrolment_id=enrolment_id,
                    block=2,
                    ground=RecognitionGround.PROOF,
                    state=RecognitionState.CLAIMED,
                    document_date=now.date() - timedelta(days=400),
                    proof=sealing.seal('{"issuer": "E", "reference": null}', place=f"recognitions.proof:{claim_id}"),
                    claimant=b"somebody",
                ),
                BlockEquivalence(
                    from_version="earlier",
                    to_version=version,
                    number=1,
                    source="Décision",
                    rows=[{"from_blocks": [1], "to_block": 1}],
                ),
                Transfer(
                    **whose,
                    enrolment_id=enrolment_id,
                    to_organisation_id=neighbour,
                    referential_version=version,
                    access_path=AccessPath.VAE,
                    blocks=[1],
                ),
                CandidateImport(
                    organisation_id=school,
                    state=ImportState.CANCELLED,
                    kind=FileKind.CSV,
                    source="file",
                    preview=True,
                    all_or_nothing=False,
                    rows=1,
                    submitter_issuer="elsewhere",
                    submitter_subject="administrator",
                ),
            ]
        )
