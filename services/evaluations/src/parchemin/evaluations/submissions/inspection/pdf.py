"""PDF: every object is looked at, those in object streams too; a search for bytes misses what is compressed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from parchemin.evaluations.submissions.inspection.verdicts import Refused

MOST_OBJECTS = 500_000
TAIL = 65_536

_SCRIPTS = {"/JavaScript"}
_ACTIONS = {"/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
_MEDIA = {"/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView"}
_MEDIA_ANNOTATIONS = {"/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"}
_KEYS = {
    "/JS": "pdf_script",
    "/JavaScript": "pdf_script",
    "/EmbeddedFiles": "pdf_embedded_file",
    "/EF": "pdf_embedded_file",
    "/XFA": "pdf_xfa",
}


def examine(path: Path) -> None:
    """Refuse what acts, hides a file, or cannot be read."""
    _check_end(path)
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused("pdf_encrypted")
            if not pdf.pages:
                raise Refused("pdf_unreadable")
            for count, held in enumerate(_dictionaries(pdf)):
                if count > MOST_OBJECTS:
                    raise Refused("pdf_too_complex")
                _check(held)
    except pikepdf.PasswordError as error:
        raise Refused("pdf_encrypted") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RuntimeError, RecursionError) as error:
        raise Refused("pdf_unreadable") from error


def _check_end(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        _, mark, rest = file.read().rpartition(b"%%EOF")
    if not mark:
        raise Refused("pdf_unreadable")
    if rest.strip(b"\r\n\t \x00\x1a"):
        raise Refused("polyglot")


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """All dictionaries: of each object, and those that stand directly in another one."""
    yield pdf.trailer
    for held in pdf.objects:
        waiting: list[Any] = [held]
        while waiting:
            one = waiting.pop()
            if isinstance(one, pikepdf.Array):
                waiting.extend(item for item in one if _is_direct(item))
            elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                yield one
                waiting.extend(one[key] for key in one.keys() if _is_direct(one[key]))  # noqa: SIM118 - no mapping


def _is_direct(held: Any) -> bool:
    return isinstance(held, pikepdf.Array | pikepdf.Dictionary) and not held.is_indirect


def _check(held: Any) -> None:
    keys = set(held.keys())
    for key, code in _KEYS.items():
        if key in keys:
            raise Refused(code)
    action = str(held["/S"]) if "/S" in keys and isinstance(held["/S"], pikepdf.Name) else ""
    if action in _SCRIPTS:
        raise Refused("pdf_script")
    if action in _ACTIONS:
        raise Refused("pdf_action")
    kind = str(held["/Type"]) if "/Type" in keys and isinstance(held["/Type"], pikepdf.Name) else ""
    if kind == "/EmbeddedFile":
        raise Refused("pdf_embedded_file")
    shown = str(held["/Subtype"]) if "/Subtype" in keys and isinstance(held["/Subtype"], pikepdf.Name) else ""
    if action in _MEDIA or (shown in _MEDIA_ANNOTATIONS and "/Rect" in keys):
        raise Refused("pdf_media")
