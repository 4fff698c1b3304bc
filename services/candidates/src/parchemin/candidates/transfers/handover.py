"""What goes along with an enrolment, and what stays behind.

Along go the enrolment itself under its id, and what holds for it wherever it is: the exemptions that the certifier
granted, the blocks recognised, the measures (what is done, never why). Behind stay, with the school that has them: all
that the officer for disabilities knows, whom the candidate may ask anew at the other school; proofs, texts of
proposals and claims; the funding, which is nobody else's business, is dropped. A claim that nobody decided on ends.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import identified, new_candidate
from parchemin.candidates.identity.storage import fingerprint, index_names, keep, person_of
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.rules import RecognitionState
from parchemin.candidates.transfers.models import Transfer
from parchemin.candidates.transfers.obstacles import EnrolledThereAlready
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate
from parchemin.common.outbox import publish
from parchemin.common.vault import Vault
from parchemin.contracts.events.enrolments import EnrolmentTransferredV1


async def hand_over(session: AsyncSession, vault: Vault, transfer: Transfer, enrolment: Enrolment, today: date) -> UUID:
    """Make the enrolment, which the caller holds, the receiving school's; whose it is there."""
    candidate = await _candidate_there(session, vault, transfer)
    other = select(col(Enrolment.id)).where(
        col(Enrolment.candidate_id) == candidate.id,
        col(Enrolment.referential_version) == enrolment.referential_version,
    )
    if await session.scalar(other) is not None:
        raise EnrolledThereAlready
    enrolment.organisation_id, enrolment.candidate_id = candidate.organisation_id, candidate.id
    enrolment.funding, enrolment.updated_at = None, utc_now()
    await session.flush()
    await _end_claims(session, enrolment)
    await _move_measures(session, enrolment)
    await publish(
        session,
        EnrolmentTransferredV1(
            enrolment_id=enrolment.id,
            organisation_id=candidate.organisation_id,
            transfer_id=transfer.id,
            candidate_id=candidate.id,
            former_organisation_id=transfer.organisation_id,
            former_candidate_id=transfer.candidate_id,
            transferred_on=today,
        ),
    )
    return candidate.id


async def _candidate_there(session: AsyncSession, vault: Vault, transfer: Transfer) -> Candidate:
    """The receiving school's record of the person: the one that it has, or one made from the other school's."""
    former = await session.get_one(Candidate, transfer.candidate_id)
    person, receiver = await person_of(session, vault, former), transfer.to_organisation_id
    same = fingerprint(await vault.index(session), receiver, person)
    known = select(Candidate).where(col(Candidate.organisation_id) == receiver, col(Candidate.fingerprint) == same)
    candidate = (await session.execute(known.with_for_update())).scalar_one_or_none()
    if candidate is not None:
        return candidate
    candidate = new_candidate(receiver)
    await keep(session, vault, [(candidate, person)])
    session.add(candidate)
    await index_names(session, vault, [(candidate, person)])
    await publish(session, *identified(candidate, person))
    return candidate


async def _end_claims(session: AsyncSession, enrolment: Enrolment) -> None:
    claims = update(Recognition).where(
        col(Recognition.enrolment_id) == enrolment.id, col(Recognition.state) == RecognitionState.CLAIMED
    )
    await _change(session, claims, Recognition, state=RecognitionState.WITHDRAWN)


async def _move_measures(session: AsyncSession, enrolment: Enrolment) -> None:
    plan = update(Accommodation).where(col(Accommodation.enrolment_id) == enrolment.id)
    await _change(session, plan, Accommodation, organisation_id=enrolment.organisation_id)


async def _change(session: AsyncSession, statement: Update, model: type[Aggregate], **values: object) -> None:
    columns: Any = model
    changed = statement.values(**values, updated_at=utc_now(), version=columns.version + 1)
    await session.execute(changed.execution_options(synchronize_session=False))
