"""A file and the name that it was given: what it is, or why it is not taken."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from zipfile import ZipFile, ZipInfo

from parchemin.evaluations.submissions.inspection import images, office, pdf, texts
from parchemin.evaluations.submissions.inspection.archives import (
    NESTED,
    Allowance,
    files_of,
    is_archive,
    opened,
    unpacked,
)
from parchemin.evaluations.submissions.inspection.kinds import (
    MEDIA_TYPES,
    OFFICE,
    OPEN_DOCUMENT,
    TEXT,
    has_markup,
    kind_of_name,
    kinds_of_content,
)
from parchemin.evaluations.submissions.inspection.verdicts import Refused

HEAD = 1024
"""Where readers look for the mark of a PDF, and browsers for a page."""
DEEPEST = 2
"""A document in an archive, a sheet in that document."""
_IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db")
PACKAGES = OFFICE | OPEN_DOCUMENT | {"zip"}


def inspect(path: Path, name: str, allowed: Collection[str]) -> str:
    """The media type of the content; raises `Refused`. `allowed` are the kinds that the installation takes."""
    return MEDIA_TYPES[_inspect(path, name, allowed, Allowance(), depth=0)]


def _inspect(path: Path, name: str, allowed: Collection[str], allowance: Allowance, *, depth: int) -> str:
    kind = kind_of_name(name)
    if kind not in allowed:
        raise Refused("type_not_allowed")
    if path.stat().st_size == 0:
        raise Refused("empty")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if kind not in kinds_of_content(head):
        raise Refused("type_mismatch")
    if kind in PACKAGES:
        _inspect_package(path, kind, allowed, allowance, depth=depth)
        return kind
    if is_archive(path) or (kind != "pdf" and b"%PDF-" in head) or (kind == "pdf" and has_markup(head)):
        raise Refused("polyglot")
    if kind in TEXT and has_markup(head):
        raise Refused("type_mismatch")
    if kind == "pdf":
        pdf.examine(path)
    elif kind in {"jpg", "png"}:
        images.examine(path, kind)
    elif kind in TEXT:
        texts.examine(path, kind)
    return kind


def _inspect_package(path: Path, kind: str, allowed: Collection[str], allowance: Allowance, *, depth: int) -> None:
    if depth > DEEPEST or (kind == "zip" and depth):
        raise Refused("archive_nested")

    def within(archive: ZipFile, entry: ZipInfo) -> None:
        _inspect_entry(archive, entry, allowed, allowance, depth=depth + 1)

    found = office.kind_of_package(path) if kind != "zip" else "zip"
    if found != kind:
        raise Refused("type_mismatch")
    if kind != "zip":
        office.examine(path, kind, allowance, within)
        return
    with opened(path) as archive:
        files = [entry for entry in files_of(archive) if not any(mark in entry.filename for mark in _IGNORED)]
        if not files:
            raise Refused("empty")
        for entry in files:
            within(archive, entry)


def _inspect_entry(
    archive: ZipFile, entry: ZipInfo, allowed: Collection[str], allowance: Allowance, *, depth: int
) -> None:
    name = PurePosixPath(entry.filename).name
    kind = kind_of_name(name) if not name.endswith((".zip", ".7z", ".rar", ".gz", ".tar", ".xz", ".bz2")) else "zip"
    if kind == "zip":
        raise Refused("archive_nested")
    with NamedTemporaryFile(prefix="entry-") as unpacked_file:
        pieces = unpacked(archive, entry, allowance)
        first = next(pieces, b"")
        if kind not in PACKAGES and first.startswith(NESTED):
            raise Refused("archive_nested")
        unpacked_file.write(first)
        for piece in pieces:
            unpacked_file.write(piece)
        unpacked_file.flush()
        _inspect(Path(unpacked_file.name), name, allowed, allowance, depth=depth)
