"""What works beside the requests does nothing by itself here: a test says when."""

import asyncio

import pytest

from parchemin.candidates.privacy.erasures.eraser import Eraser
from parchemin.candidates.privacy.personal_files.assembler import Assembler


@pytest.fixture(autouse=True)
def workers_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def for_ever(_worker: object) -> None:
        await asyncio.Event().wait()

    for worker in (Eraser, Assembler):
        monkeypatch.setattr(worker, "run", for_ever)
