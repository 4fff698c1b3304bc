"""An installation of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parchemin.common.settings import house


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Its folder, where commands find databases and keys."""
    monkeypatch.setenv("PARCHEMIN_VAR", str(tmp_path))
    house.cache_clear()
    yield tmp_path
    house.cache_clear()
