"""What a played scenario must show of itself: outcomes that follow from their history, a register as it was written."""

from parchemin.common.database import Database
from parchemin.evaluations.register.rules import ChainCheck
from parchemin.evaluations.register.service import verify
from parchemin.evaluations.replay.service import Replay, replay
from parchemin.evaluations.settings import Settings


class ProofFailed(Exception):
    """Something stands that does not follow, or the register is not as it was written."""


async def prove(url: str) -> None:
    """Replay all outcomes in the evaluations database at `url`, and verify its register; raises `ProofFailed`."""
    database, done, check = Database(url), Replay(), ChainCheck()
    try:
        found = [f"{one.code}: {one.detail}" async for one in replay(database, Settings().default_policy, done)]
        async with database.reading() as session:
            found += [f"{one.code}: {one.detail}" async for one in verify(session, check)]
    finally:
        await database.dispose()
    if done.stored.digest() != done.rebuilt.digest():
        found.append("the digests of all outcomes differ")
    if found:
        raise ProofFailed("; ".join(found[:10]))
