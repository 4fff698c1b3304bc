"""The examiner works when a test says so, and in this process: one that starts for each file takes its time."""

from collections.abc import Collection
from pathlib import Path

import pytest

from parchemin.evaluations.submissions.inspection.inspect import inspect


async def inspect_here(path: Path, name: str, allowed: Collection[str]) -> str:
    return inspect(path, name, allowed)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing wakes it, and it does not look by itself."""
    monkeypatch.setenv("PARCHEMIN_EVALUATIONS_SUBMISSIONS_POLL_SECONDS", "3600")
    monkeypatch.setattr("parchemin.evaluations.submissions.uploads.announce", lambda *_: None)
    monkeypatch.setattr("parchemin.evaluations.submissions.examiner.inspect_apart", inspect_here)
