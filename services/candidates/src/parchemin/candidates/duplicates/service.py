"""Use cases about duplicates: two records of one person become one, and nothing of either is lost."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.duplicates.following import hand_over_all, settle_register
from parchemin.candidates.duplicates.history import Change, remember
from parchemin.candidates.duplicates.schemas import Member, Merge
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.service import announce, refuse_implausible, refuse_second_entry
from parchemin.candidates.identity.storage import index_names, keep, person_of, refuse_merged
from parchemin.candidates.privacy.erasures.service import standing_erasure
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find
from parchemin.common.problems import Conflict, Unprocessable
from parchemin.common.vault import Vault
from parchemin.contracts.events.identities import CandidatesMergedV1


class MergeWithItself(Unprocessable):
    """Both ids are of one record."""

    code = "merge_with_itself"
    detail = Text("Une fiche n'est pas son propre doublon.", "A record is not its own duplicate.")


class BothEnrolled(Conflict):
    """Two enrolments on one version of the referential would be one person's: each may have grades and decisions."""

    code = "both_enrolled"
    detail = Text(
        "Les deux fiches sont inscrites sur la même version du référentiel : {referential_version}.",
        "Both records are enrolled on the same version of the referential: {referential_version}.",
    )


class ErasureAskedFor(Conflict):
    """One of the records is to be erased: that is decided on first."""

    code = "erasure_asked_for"
    detail = Text(
        "L'effacement de l'une des deux fiches est demandé : il faut d'abord en décider.",
        "The erasure of one of the records is asked for: it has to be decided on first.",
    )


async def merge_candidates(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID, merge: Merge, expected: int
) -> tuple[Candidate, Person]:
    """Make the duplicate's enrolments the candidate's, take what it has right, and leave its id to point here."""
    if merge.duplicate_id == candidate_id:
        raise MergeWithItself
    ids = sorted((candidate_id, merge.duplicate_id))  # two merges the other way round lock in one order
    found = {one: await find(session, Candidate, one, principal, for_update=True) for one in ids}
    candidate, duplicate = found[candidate_id], found[merge.duplicate_id]
    refuse_merged(candidate)
    refuse_merged(duplicate)
    require_version(candidate, expected)
    before, other = await person_of(session, vault, candidate), await person_of(session, vault, duplicate)
    person = merged(before, other, merge.take)
    refuse_implausible(person)
    for one in ids:
        if await standing_erasure(session, one) is not None:
            raise ErasureAskedFor
    moved = await _enrolments_to_move(session, duplicate.id, candidate.id)
    change = Change(before=before, duplicate_id=duplicate.id, duplicate=other, taken=tuple(merge.take))
    await hand_over_all(session, vault, duplicate, candidate)
    await _make_tombstone(session, duplicate, candidate.id)
    await remember(session, vault, principal, candidate, change)
    await keep(session, vault, [(candidate, person)])
    candidate.updated_at = utc_now()
    await refuse_second_entry(session, candidate)
    await index_names(session, vault, [(candidate, person)])
    await settle_register(session, vault, duplicate, candidate)
    await announce(session, candidate, person)
    await publish(
        session,
        CandidatesMergedV1(
            candidate_id=candidate.id,
            duplicate_id=duplicate.id,
            organisation_id=candidate.organisation_id,
            enrolment_ids=tuple(moved),
        ),
    )
    await audit.record(session, principal, "candidate.merged", candidate)
    return candidate, person


def merged(kept: Person, duplicate: Person, take: Sequence[Member]) -> Person:
    """The kept identity with the members that were chosen from the duplicate's."""
    return kept.model_copy(update={member.value: getattr(duplicate, member.value) for member in take})


async def _enrolments_to_move(session: AsyncSession, former_id: UUID, candidate_id: UUID) -> list[UUID]:
    versions = col(Enrolment.referential_version)
    theirs = select(versions).where(col(Enrolment.candidate_id) == candidate_id)
    mine = col(Enrolment.candidate_id) == former_id
    both = await session.scalar(select(versions).where(mine, versions.in_(theirs)).limit(1))
    if both is not None:
        raise BothEnrolled(referential_version=both)
    return list(await session.scalars(select(col(Enrolment.id)).where(mine).order_by(col(Enrolment.id))))


async def _make_tombstone(session: AsyncSession, duplicate: Candidate, candidate_id: UUID) -> None:
    """Nothing that finds the person leads there any more. Its key stays until an erasure: the person goes on being told
    of under this id, and the outbox holds what is sealed under it."""
    await session.execute(
        update(Candidate)
        .where(col(Candidate.merged_into) == duplicate.id)
        .values(merged_into=candidate_id)
        .execution_options(synchronize_session="fetch")
    )
    await session.execute(delete(CandidateName).where(col(CandidateName.candidate_id) == duplicate.id))
    duplicate.person, duplicate.fingerprint = b"", secrets.token_bytes(32)
    duplicate.subject_digest, duplicate.merged_into = None, candidate_id
    duplicate.updated_at = utc_now()
