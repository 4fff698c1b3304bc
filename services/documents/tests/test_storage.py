"""The document store in a folder."""

from pathlib import Path

import pytest

from parchemin.documents.storage.folder import FolderStore
from parchemin.documents.storage.store import ContentDamaged


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_equal_content_is_one_file_under_its_digest(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "documents")
    key = store.put(b"%PDF")
    assert store.put(b"%PDF") == key
    assert store.get(key) == b"%PDF"
    (file,) = files(tmp_path)
    assert file == tmp_path / "documents" / key[:2] / f"{key}.pdf"
    assert file.stat().st_mode & 0o077 == 0


def test_what_was_damaged_or_lost_is_not_given_out_and_is_put_right(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    key = store.put(b"%PDF")
    (file,) = files(tmp_path)
    file.write_bytes(b"%PDG")
    with pytest.raises(ContentDamaged):
        store.get(key)
    file.unlink()
    with pytest.raises(ContentDamaged):
        store.get(key)
    store.put(b"%PDF")
    assert store.get(key) == b"%PDF"


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        FolderStore(tmp_path).put(b"%PDF")
    assert files(tmp_path) == []
