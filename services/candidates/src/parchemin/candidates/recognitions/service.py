"""Use cases about recognitions: claimed with a proof, decided by the certifier, and no other path."""

import json
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.service import visible_enrolments
from parchemin.candidates.equivalences.service import recognise_equivalents
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.progress.following import follow
from parchemin.candidates.progress.recording import heard_of
from parchemin.candidates.recognitions import rules
from parchemin.candidates.recognitions.facts import recognised
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.obstacles import REFUSALS
from parchemin.candidates.recognitions.rules import Obstacle, Parcours, RecognitionState
from parchemin.candidates.recognitions.schemas import (
    NewRecognition,
    RecognitionProof,
    RecognitionRuling,
    RecognitionSummary,
    RecognitionView,
)
from parchemin.candidates.referentials.service import known_referential
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish
from parchemin.common.ownership import one, owned
from parchemin.common.vault import FieldCipher, KeyDestroyed, Purpose, Vault
from parchemin.contracts.vocabulary import EnrolmentState, RecognitionGround, Role


async def visible_recognitions(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Recognition]:
    """The organisation's, all for the certifier, their own for a candidate."""
    if principal.has(Role.ADMINISTRATOR, Role.CLIENT, Role.CERTIFIER):
        return owned(Recognition, principal)
    own = (await visible_enrolments(session, vault, principal)).with_only_columns(col(Enrolment.id))
    return owned(Recognition, principal).where(col(Recognition.enrolment_id).in_(own))


async def claim(session: AsyncSession, vault: Vault, principal: Principal, new: NewRecognition) -> Recognition:
    """Claim a block, with its proof."""
    visible = await visible_enrolments(session, vault, principal)
    enrolment = await one(session, visible.with_for_update(), Enrolment, new.enrolment_id)
    _refuse(rules.obstacle_to_claim(await _parcours(session, enrolment), new.block))
    recognition_id, cipher = new_id(), await _cipher(session, vault, enrolment.candidate_id)
    sealed = new.proof.model_dump_json(include={"issuer", "reference"})
    recognition = Recognition(
        id=recognition_id,
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        candidate_id=enrolment.candidate_id,
        block=new.block,
        ground=RecognitionGround.PROOF,
        state=RecognitionState.CLAIMED,
        document_date=new.proof.document_date,
        proof_digest=new.proof.sha256,
        proof=cipher.seal(sealed, place=text_place("proof", recognition_id)),
        claimant=await _person(session, vault, principal),
    )
    session.add(recognition)
    await audit.record(session, principal, "recognition.claimed", recognition)
    return recognition


async def decide(
    session: AsyncSession,
    vault: Vault,
    principal: Principal,
    recognition_id: UUID,
    ruling: RecognitionRuling,
    expected: int,
) -> Recognition:
    """Recognise the block or refuse it, with a reason. Of two that would leave nothing to a jury, one passes."""
    recognition, enrolment = await _locked(session, owned(Recognition, principal), recognition_id)
    require_version(recognition, expected)
    decider, wanted = await _person(session, vault, principal), RecognitionState(ruling.decision)
    _refuse(
        rules.obstacle_to_decision(
            await _parcours(session, enrolment),
            recognition.block,
            RecognitionState(recognition.state),
            wanted,
            by_claimant=decider == recognition.claimant,
        )
    )
    cipher, now = await _cipher(session, vault, recognition.candidate_id), utc_now()
    recognition.state, recognition.decider = wanted, decider
    recognition.reason = cipher.seal(ruling.reason, place=text_place("reason", recognition.id))
    recognition.decided_on, recognition.updated_at = now.date(), now
    await audit.record(session, principal, f"recognition.{wanted}", recognition)
    if wanted is RecognitionState.RECOGNISED:
        await publish(session, recognised(recognition))
        await follow(session, enrolment)
    else:
        await recognise_equivalents(session, enrolment.candidate_id)
    return recognition


async def withdraw(
    session: AsyncSession, vault: Vault, principal: Principal, recognition_id: UUID, expected: int
) -> Recognition:
    """Take a claim back before it is decided."""
    visible = await visible_recognitions(session, vault, principal)
    recognition, enrolment = await _locked(session, visible, recognition_id)
    require_version(recognition, expected)
    if RecognitionState.WITHDRAWN not in rules.NEXT_STATES[RecognitionState(recognition.state)]:
        raise REFUSALS[Obstacle.DECIDED]
    recognition.state, recognition.updated_at = RecognitionState.WITHDRAWN, utc_now()
    await audit.record(session, principal, "recognition.withdrawn", recognition)
    await recognise_equivalents(session, enrolment.candidate_id)
    return recognition


async def read(session: AsyncSession, vault: Vault, recognition: Recognition) -> RecognitionView:
    """The recognition with what is sealed; `CandidateErased` where nobody can tell any more."""
    summary = RecognitionSummary.model_validate(recognition).model_dump()
    if recognition.proof is None:
        return RecognitionView(**summary, proof=None, reason=None)
    whose = recognition.candidate_id
    cipher = (await vault.ciphers(session, [whose], Purpose.IDENTITY)).get(whose)
    if cipher is None:
        raise CandidateErased
    proof = json.loads(cipher.open(recognition.proof, place=text_place("proof", recognition.id)))
    reason = recognition.reason
    return RecognitionView(
        **summary,
        proof=RecognitionProof.model_construct(
            **proof, document_date=recognition.document_date, sha256=recognition.proof_digest
        ),
        reason=None if reason is None else cipher.open(reason, place=text_place("reason", recognition.id)),
    )


async def _locked(
    session: AsyncSession, visible: Select[Recognition], recognition_id: UUID
) -> tuple[Recognition, Enrolment]:
    """The claim, and its enrolment held: what concerns it is decided one after another."""
    recognition = await one(session, visible, Recognition, recognition_id)
    held = select(Enrolment).where(col(Enrolment.id) == recognition.enrolment_id).with_for_update()
    enrolment = (await session.execute(held)).scalar_one()
    await session.refresh(recognition)  # what was read before the lock may be overtaken
    return recognition, enrolment


async def _parcours(session: AsyncSession, enrolment: Enrolment) -> Parcours:
    referential = await known_referential(session, enrolment.referential_version)
    rows = await session.execute(select(Recognition).where(col(Recognition.enrolment_id) == enrolment.id))
    standing = [row for row in rows.scalars() if row.state in rules.STANDING]
    counted = [row for row in standing if row.state == RecognitionState.RECOGNISED]
    heard = (await heard_of(session, [enrolment.id]))[enrolment.id]
    return Parcours(
        state=EnrolmentState(enrolment.state),
        blocks=frozenset(block.number for block in referential.blocks),
        validated=frozenset(heard.standing_blocks),
        recognised=frozenset(row.block for row in counted),
        equivalent=frozenset(row.block for row in counted if row.ground == RecognitionGround.EQUIVALENCE),
        claimed=frozenset(row.block for row in standing if row.state == RecognitionState.CLAIMED),
    )


def _refuse(obstacle: Obstacle | None) -> None:
    if obstacle is not None:
        raise REFUSALS[obstacle]


async def _cipher(session: AsyncSession, vault: Vault, candidate_id: UUID) -> FieldCipher:
    try:
        return await vault.cipher(session, candidate_id, Purpose.IDENTITY)
    except KeyDestroyed as error:
        raise CandidateErased from error


async def _person(session: AsyncSession, vault: Vault, principal: Principal) -> bytes:
    """Who acts: a subject means nothing without its issuer."""
    return await vault.digest(session, "recognitions.person", json.dumps([principal.issuer, principal.subject]))


def text_place(column: str, recognition_id: UUID) -> str:
    """What a sealed text of a recognition belongs to."""
    return f"recognitions.{column}:{recognition_id}"
