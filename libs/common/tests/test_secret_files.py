"""A secret that is made at first use is made once."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from parchemin.common.secret_files import read_or_create


def test_eight_callers_at_once_get_one_secret_that_only_its_owner_reads(tmp_path: Path) -> None:
    for attempt in range(20):
        path, start, numbers = tmp_path / str(attempt) / "secret", threading.Barrier(8), itertools.count()

        def read(path: Path = path, start: threading.Barrier = start, numbers: itertools.count = numbers) -> bytes:
            start.wait()
            return read_or_create(path, lambda: f"secret {next(numbers)}".encode() * 1000)

        with ThreadPoolExecutor(8) as pool:
            secrets = [future.result() for future in [pool.submit(read) for _ in range(8)]]
        assert set(secrets) == {path.read_bytes()}
        assert len(secrets[0]) == 8000
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(path.parent.iterdir()) == [path]


def test_a_secret_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"mine")
    assert read_or_create(path, lambda: b"another") == b"mine"
