"""What every store of files promises, in a folder and in a bucket; and what each does beside it."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import httpx
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from pydantic import SecretStr

from parchemin.common.storage import bucket
from parchemin.common.storage.bucket import BucketStore
from parchemin.common.storage.folder import FolderStore
from parchemin.common.storage.store import ContentDamaged, ContentStore, StorageAway, key_of


class Shelf(Protocol):
    """A store, and what lies under it as whoever runs the storage sees it."""

    store: ContentStore

    def held(self) -> dict[str, bytes]: ...
    def overwrite(self, path: str, content: bytes) -> None: ...
    def lose(self, path: str) -> None: ...


class FolderShelf:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: ContentStore = FolderStore(folder)

    def held(self) -> dict[str, bytes]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def overwrite(self, path: str, content: bytes) -> None:
        (self.folder / path).write_bytes(content)

    def lose(self, path: str) -> None:
        (self.folder / path).unlink()


class BucketShelf:
    def __init__(self, endpoint: str) -> None:
        name = f"documents-{uuid4().hex}"
        httpx.put(f"{endpoint}/{name}").raise_for_status()
        self.store: ContentStore = store_at(endpoint, f"s3://{name}/certified/2026/")
        self.objects = S3Store(
            name,
            prefix="certified/2026",
            config={"endpoint": endpoint, "access_key_id": "operator", "secret_access_key": "secret"},
            client_options={"allow_http": True},
        )

    def held(self) -> dict[str, bytes]:
        paths = [found["path"] for page in self.objects.list() for found in page]
        return {path: bytes(self.objects.get(path).bytes()) for path in paths}

    def overwrite(self, path: str, content: bytes) -> None:
        self.objects.put(path, content)

    def lose(self, path: str) -> None:
        self.objects.delete(path)


def store_at(endpoint: str, url: str = "s3://documents") -> BucketStore:
    return BucketStore(
        url, endpoint=endpoint, region="eu-west-3", access_key_id="documents", secret_access_key=SecretStr("secret")
    )


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    """Origin of an S3-compatible storage."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return FolderShelf(tmp_path / "documents")
    return BucketShelf(request.getfixturevalue("storage"))


def test_equal_content_is_one_file_under_its_digest(shelf: Shelf) -> None:
    key = shelf.store.put(b"%PDF")
    assert shelf.store.put(b"%PDF") == key
    assert shelf.store.get(key) == b"%PDF"
    assert shelf.held() == {f"{key[:2]}/{key}.pdf": b"%PDF"}


def test_other_content_lies_beside_it(shelf: Shelf) -> None:
    large = bytes(range(256)) * 32 * 1024  # larger than the parts that clients like to cut an upload into
    one, other = shelf.store.put(b""), shelf.store.put(large)
    assert (shelf.store.get(one), shelf.store.get(other)) == (b"", large)
    assert len(shelf.held()) == 2


def test_what_was_damaged_or_lost_is_not_given_out_and_is_put_right(shelf: Shelf) -> None:
    key = shelf.store.put(b"%PDF")
    (path,) = shelf.held()
    for spoil in (lambda: shelf.overwrite(path, b"%PDG"), lambda: shelf.lose(path)):
        spoil()
        with pytest.raises(ContentDamaged):
            shelf.store.get(key)
        assert shelf.store.put(b"%PDF") == key
        assert shelf.store.get(key) == b"%PDF"


def test_a_file_is_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    FolderStore(tmp_path).put(b"%PDF")
    (file,) = tmp_path.rglob("*.pdf")
    assert file.stat().st_mode & 0o077 == 0


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        FolderStore(tmp_path).put(b"%PDF")
    assert FolderShelf(tmp_path).held() == {}


def test_a_repeat_writes_no_second_version_of_an_object(storage: str) -> None:
    shelf = BucketShelf(storage)
    shelf.store.put(b"%PDF")
    (path,) = shelf.held()
    before = shelf.objects.head(path)
    shelf.store.put(b"%PDF")
    assert shelf.objects.head(path) == before
    assert shelf.objects.get(path).attributes["Content-Type"] == "application/pdf"


def test_a_bucket_that_is_not_there_keeps_nothing_and_says_no_more_than_that(storage: str) -> None:
    with pytest.raises(StorageAway) as away:
        store_at(storage, "s3://nowhere").put(b"%PDF")
    assert str(away.value) == "FileNotFoundError"
    assert away.value.__cause__ is None


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes calls and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def origin(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_storage_that_does_not_answer_is_not_waited_for_without_end(
    silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "REQUEST_SECONDS", 0.5)
    store = store_at(origin(silent))
    started = time.monotonic()
    with pytest.raises(StorageAway):
        store.put(b"%PDF")
    assert time.monotonic() - started < 2


def test_nobody_is_called_in_the_clear_whom_the_settings_do_not_name(
    silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "REQUEST_SECONDS", 0.5)
    monkeypatch.setenv("AWS_ENDPOINT_URL", origin(silent))
    store = BucketStore("s3://documents", access_key_id="documents", secret_access_key=SecretStr("secret"))
    with pytest.raises(StorageAway):
        store.put(b"%PDF")
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.accept()


def test_a_file_of_any_size_is_kept_and_read_in_pieces(shelf: Shelf, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40 * 1024  # more than one piece
    source = tmp_path / "export.mov"
    source.write_bytes(content)
    key = shelf.store.put_file(source)
    assert key == key_of(content)
    pieces = list(shelf.store.stream(key))
    assert b"".join(pieces) == content
    assert len(pieces) > 1
    assert b"".join(shelf.store.stream(key, 5, 9_000_000)) == content[5:9_000_000]
    assert b"".join(shelf.store.stream(key, len(content) - 3)) == content[-3:]
    assert shelf.store.put_file(source) == shelf.store.put(content) == key
    assert len(shelf.held()) == 1
    assert list(shelf.store.stream(shelf.store.put(b""))) == [b""]


def test_what_was_damaged_never_looks_complete(shelf: Shelf, tmp_path: Path) -> None:
    content = b"0123456789" * 1_000_000
    source = tmp_path / "export.mov"
    source.write_bytes(content)
    key = shelf.store.put_file(source)
    (path,) = shelf.held()
    shelf.overwrite(path, b"X" + content[1:])
    given = bytearray()
    with pytest.raises(ContentDamaged):
        given.extend(byte for piece in shelf.store.stream(key) for byte in piece)
    assert len(given) < len(content)
    assert shelf.store.put_file(source) == key
    assert b"".join(shelf.store.stream(key)) == content
    with pytest.raises(ContentDamaged):
        list(shelf.store.stream(key_of(b"another")))


def test_pieces_wait_apart_and_are_forgotten_together(shelf: Shelf) -> None:
    shelf.store.stage("one/1", b"a")
    shelf.store.stage("one/2", b"b")
    shelf.store.stage("one/2", b"c")
    shelf.store.stage("other/1", b"d")
    assert [shelf.store.staged(name) for name in ("one/1", "one/2", "other/1")] == [b"a", b"c", b"d"]
    shelf.store.unstage("one")
    shelf.store.unstage("one")
    with pytest.raises(ContentDamaged):
        shelf.store.staged("one/1")
    assert shelf.held() == {".staged/other/1": b"d"}
