"""What goes into the image."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUBSET = ROOT / "deploy" / "image" / "runtime.py"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"


def test_the_dockerfile_is_free_of_known_faults(tool: Callable[[str], str]) -> None:
    done = subprocess.run(
        [tool("hadolint"), "--failure-threshold", "style", str(DOCKERFILE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_image_gets_what_the_product_runs_on_and_no_tool() -> None:
    pinned = _pinned(_subset(ROOT / "requirements.lock"))
    assert {"fastapi", "aiokafka", "asyncpg", "typst", "obstore", "uvloop"} <= pinned
    assert pinned.isdisjoint({"pytest", "mypy", "ruff", "hatchling", "uv", "moto", "confluent-kafka", "hypothesis"})


def test_every_entry_of_the_image_is_the_locks_own_with_its_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=\S)", _subset(ROOT / "requirements.lock").strip())
    assert all(f"{entry}\n" in lock and "--hash=sha256:" in entry for entry in entries)


def test_what_the_lock_has_not_stops_the_build(tmp_path: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    without = tmp_path / "requirements.lock"
    without.write_text(re.sub(r"^fastapi==.*\n(?:    .*\n)*", "", lock, flags=re.MULTILINE))
    with pytest.raises(subprocess.CalledProcessError) as failed:
        _subset(without)
    assert "not in the lock: fastapi" in failed.value.stderr


def test_the_build_sees_only_what_it_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for line in DOCKERFILE.read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert "*" in ignored
    assert let_through == copied


def _subset(lock: Path) -> str:
    done = subprocess.run([sys.executable, str(SUBSET), str(lock)], capture_output=True, text=True, check=True)
    return done.stdout


def _pinned(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", lock, flags=re.MULTILINE))
