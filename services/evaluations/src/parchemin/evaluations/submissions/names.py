"""What candidates call their files: sealed, as all that is written about a person."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.evaluations.erasure.texts import opener
from parchemin.evaluations.submissions.models import Deposit


def name_place(deposit_id: UUID) -> str:
    """What the sealed name belongs to."""
    return f"deposits.file_name:{deposit_id}"


async def file_names(session: AsyncSession, deposits: Sequence[Deposit]) -> dict[UUID, str | None]:
    """The name of each file; None of a snapshot, and of who was erased."""
    named = [deposit for deposit in deposits if deposit.file_name is not None]
    if not named:
        return {deposit.id: None for deposit in deposits}
    opened = await opener(session, [deposit.candidate_id for deposit in named])
    return {deposit.id: opened(deposit.candidate_id, deposit.file_name, name_place(deposit.id)) for deposit in deposits}
