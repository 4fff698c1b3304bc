"""What the faults share."""

import os
import secrets

import pytest

SEED = "PARCHEMIN_FAULTS_SEED"


@pytest.fixture
def seed() -> int:
    """The seed of the environment, or a new one: what a test printed is shown where it fails."""
    chosen = int(os.environ.get(SEED) or secrets.randbelow(2**31))
    print(f"{SEED}={chosen}")  # noqa: T201
    return chosen


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is for `make faults` only is not among the tests elsewhere."""
    if os.environ.get("PARCHEMIN_FAULTS") != "whole":
        left_out = [item for item in items if item.get_closest_marker("whole")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
