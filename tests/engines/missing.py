"""What becomes of a test on a machine that lacks an engine."""

import os

import pytest


def missing(reason: str) -> None:
    """Skip the test for want of an engine; in continuous integration fail it."""
    if "CI" in os.environ:
        pytest.fail(f"continuous integration runs on all engines: {reason}")
    pytest.skip(reason)
