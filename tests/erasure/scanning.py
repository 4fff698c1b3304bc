"""Looking for words in whatever files there are, as whoever finds a disk would."""

import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pypdf
from pypdf.errors import PyPdfError

CHUNK = 1 << 22


def found(tokens: Mapping[str, str], folders: Collection[Path]) -> dict[str, set[str]]:
    """For each token that is found, by its name, the files that hold it: in their bytes, or in the text of a PDF."""
    holders: dict[str, set[str]] = {}
    for path in _files(folders):
        for name in _in_bytes(tokens, path) | _in_pdf(tokens, path):
            holders.setdefault(name, set()).add(path.name)
    return holders


def _files(folders: Collection[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _in_bytes(tokens: Mapping[str, str], path: Path) -> set[str]:
    """A file may go while it is read: then it holds nothing."""
    wanted = {name: token.encode() for name, token in tokens.items()}
    longest, names, tail = max(map(len, wanted.values())), set(), b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                window = tail + chunk
                names |= {name for name, token in wanted.items() if token in window}
                tail = window[-longest:]
    except FileNotFoundError:
        return set()
    return names


def _in_pdf(tokens: Mapping[str, str], path: Path) -> set[str]:
    try:
        content = path.read_bytes()
        if not content.startswith(b"%PDF"):
            return set()
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    except (FileNotFoundError, PyPdfError):
        return set()
    return {name for name, token in tokens.items() if token in text}
