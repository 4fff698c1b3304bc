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
