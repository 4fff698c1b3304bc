"""Use cases about enrolments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.schemas import NewEnrolment
from parchemin.candidates.enrolments.steps import refuse_misplaced, state_changed
from parchemin.candidates.equivalences.service import recognise_equivalents
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidates
from parchemin.candidates.identity.storage import CandidateErased, refuse_merged
from parchemin.candidates.progress.following import follow
from parchemin.candidates.referentials.service import known_referential
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, Unprocessable
from parchemin.common.vault import Vault
from parchemin.contracts.events.candidates import EnrolmentBlocksExtendedV1, EnrolmentOpenedV1
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import AccessPath, EnrolmentState


class AlreadyEnrolled(Conflict):
    """The candidate has an enrolment on this version."""

    code = "already_enrolled"
    detail = Text(
        "Le candidat est déjà inscrit sur cette version du référentiel.",
        "The candidate is enrolled on this version of the referential already.",
    )


class BlockUnknown(Unprocessable):
    """The referential has no such block, or it is named twice."""

    code = "block_unknown"
    detail = Text(
        "Les blocs doivent être ceux du référentiel, chacun une fois.",
        "The blocks must be those of the referential, each once.",
    )


class BlocksOnlyAdded(Conflict):
    """An enrolment may take in further blocks; what it aimed at stays."""

    code = "blocks_only_added"
    detail = Text(
        "On peut ajouter des blocs à une inscription, non en retirer.",
        "Blocks can be added to an enrolment, not taken away.",
    )


async def visible_enrolments(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Enrolment]:
    """The enrolments of the candidates that the caller may see."""
    candidates = (await visible_candidates(session, vault, principal)).with_only_columns(col(Candidate.id))
    return owned(Enrolment, principal).where(col(Enrolment.candidate_id).in_(candidates))


async def open_enrolment(session: AsyncSession, principal: Principal, new: NewEnrolment) -> Enrolment:
    """Enrol a candidate of the organisation for some blocks."""
    refuse_misplaced(new)
    candidate = await find(session, Candidate, new.candidate_id, principal, for_update=True)
    if candidate.erased_at is not None:
        raise CandidateErased
    refuse_merged(candidate)
    referential = await known_referential(session, new.referential_version)
    blocks = known_blocks(referential, new.blocks)
    known = await session.scalar(
        select(col(Enrolment.id)).where(
            col(Enrolment.candidate_id) == candidate.id,
            col(Enrolment.referential_version) == referential.version,
        )
    )
    if known is not None:
        raise AlreadyEnrolled
    enrolment = new_enrolment(candidate, referential, new.access_path, blocks)
    enrolment.state, enrolment.entry_on = EnrolmentState(new.state), new.entry_on
    enrolment.training_started_on, enrolment.ends_on = new.training_started_on, new.ends_on
    session.add(enrolment)
    await publish(session, opened(enrolment))
    if enrolment.state != EnrolmentState.ACTIVE:  # which is what everybody takes an opened one for
        await publish(session, state_changed(enrolment))
    await recognise_equivalents(session, candidate.id)
    return enrolment


async def extend_blocks(
    session: AsyncSession, principal: Principal, enrolment_id: UUID, blocks: list[int], expected: int
) -> Enrolment:
    """Have the enrolment aim at further blocks."""
    enrolment = await find(session, Enrolment, enrolment_id, principal, for_update=True)
    require_version(enrolment, expected)
    wanted = known_blocks(await known_referential(session, enrolment.referential_version), blocks)
    if not set(enrolment.blocks) <= set(wanted):
        raise BlocksOnlyAdded
    if wanted != enrolment.blocks:
        enrolment.blocks = wanted
        enrolment.updated_at = utc_now()
        await publish(
            session,
            EnrolmentBlocksExtendedV1(
                enrolment_id=enrolment.id, organisation_id=enrolment.organisation_id, blocks=tuple(wanted)
            ),
        )
        await follow(session, enrolment)
    return enrolment


def new_enrolment(candidate: Candidate, referential: Referential, path: AccessPath, blocks: list[int]) -> Enrolment:
    """The row of an enrolment, not yet in any session."""
    return Enrolment(
        organisation_id=candidate.organisation_id,
        candidate_id=candidate.id,
        referential_version=referential.version,
        access_path=path,
        blocks=blocks,
    )


def opened(enrolment: Enrolment) -> EnrolmentOpenedV1:
    """The fact that the enrolment was opened."""
    return EnrolmentOpenedV1(
        enrolment_id=enrolment.id,
        organisation_id=enrolment.organisation_id,
        candidate_id=enrolment.candidate_id,
        referential_version=enrolment.referential_version,
        access_path=AccessPath(enrolment.access_path),
        blocks=tuple(enrolment.blocks),
    )


def known_blocks(referential: Referential, blocks: Sequence[int]) -> list[int]:
    """The blocks in order, where they are the referential's, each once; `BlockUnknown` else."""
    known = {block.number for block in referential.blocks}
    if not set(blocks) <= known or len(set(blocks)) < len(blocks):
        raise BlockUnknown
    return sorted(blocks)
