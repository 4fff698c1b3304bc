"""Events of different topics come in any order and more than once: the documents are the same."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from parchemin.common.database import Database


def events(story: SimpleNamespace) -> list[Any]:
    blocks = [story.validated(block) for block in (1, 2, 3)]
    return [*story.known(), *blocks, story.awarded(), story.decided(), story.closed()]


async def documents_after(desk: Any, story: SimpleNamespace, order: list[int], issuing: set[int]) -> list[Any]:
    """Each event once by its index, again where the index is repeated: half of those with the same event id."""
    ids = [uuid4() for _ in events(story)]
    for place, index in enumerate(order):
        event_id = ids[index] if place % 2 else None
        await desk.consumer.deliver(story.message(events(story)[index], event_id))
        if place in issuing:
            await desk.issuer.issue_due()
    await desk.issuer.issue_due()
    documents = await desk.documents()
    assert len(await desk.told()) == len(documents)
    return [(it.subject_key, it.state, what_it_says(await desk.printed(it))) for it in documents]


def what_it_says(said: dict[str, Any]) -> dict[str, Any]:
    own = {"document_id", "verification"}
    return {**said, "letterhead": {name: value for name, value in said["letterhead"].items() if name not in own}}


def on_a_new_desk(
    desk_of: Callable[[Database, Path], Any], url: str, folder: Path, work: Callable[[Any], Awaitable[list[Any]]]
) -> list[Any]:
    async def run() -> list[Any]:
        database = Database(url)
        try:
            return await work(desk_of(database, folder))
        finally:
            await database.dispose()

    return asyncio.run(run())


def test_documents_are_the_same_whatever_the_order(
    story: SimpleNamespace, database_url: Callable[[str], str], tmp_path: Path
) -> None:
    count = len(events(story))
    in_order = list(range(count))

    def outcome(order: list[int], issuing: set[int]) -> list[Any]:
        folder = tmp_path / uuid4().hex
        return on_a_new_desk(
            story.Desk, database_url("documents"), folder, lambda desk: documents_after(desk, story, order, issuing)
        )

    expected = outcome(in_order, set())
    assert [state for _, state, _ in expected] == ["issued"] * 6

    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        order=st.permutations(in_order),
        repeated=st.lists(st.sampled_from(in_order), max_size=6),
        issuing=st.sets(st.integers(0, count + 6), max_size=4),
        seed=st.randoms(use_true_random=False),
    )
    def the_same(order: list[int], repeated: list[int], issuing: set[int], seed: Any) -> None:
        told = [*order, *repeated]
        seed.shuffle(told)
        assert outcome(told, issuing) == expected

    the_same()
