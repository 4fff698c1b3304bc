"""From a typed document to the bytes of its PDF/A-3a, PDF/UA-1 file, by Typst."""

import json
import threading
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

import typst
import zxingcpp

from parchemin.documents.rendering.models import Document
from parchemin.documents.rendering.printable import FONTS, printable

TEMPLATES = Path(__file__).parent / "templates"

INK = "#16233f"
"""Of the templates."""

_thread = threading.local()


def render(document: Document, timestamp: datetime | None = None) -> bytes:
    """Return the PDF of `document`; the same document and timestamp give the same bytes on every machine.

    `timestamp` (aware) is the creation date in the metadata; by default midnight UTC of the day of issue.
    Raises `UnprintableText` where a text that must be printed exactly has characters that no font can show.

    Safe to call from any thread, without a lock: a `typst.Compiler` refuses to be shared ("Already borrowed"),
    so each thread keeps one of its own, and all share the fonts, read once. Typst lets the GIL go while it
    compiles. It blocks (15 to 150 ms of CPU): call it from a worker thread, not from the event loop.
    """
    letterhead = document.letterhead
    created = timestamp or datetime.combine(letterhead.issued_on, time.min, tzinfo=UTC)
    content = printable(document.model_dump(mode="json"))
    inputs = {
        "document": json.dumps(content, ensure_ascii=False),
        "specimen": json.dumps(letterhead.is_specimen),
        "qr": _qr_code(letterhead.verification.url) if letterhead.verification else "",
    }
    pdf = _compiler().compile(
        input=str(TEMPLATES / f"{document.kind}.typ"),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(created.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst returned no single PDF")
    return pdf


def _compiler() -> typst.Compiler:
    if not hasattr(_thread, "compiler"):
        _thread.compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    compiler: typst.Compiler = _thread.compiler
    return compiler


@cache
def _fonts() -> typst.Fonts:
    """Only what is shipped beside the templates, so that every machine makes the same file."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _qr_code(url: str) -> str:
    """The QR code of `url` as SVG; error level M survives a fold or a stamp over 15 % of it."""
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg: str = code.to_svg(add_quiet_zones=False)
    return svg.replace("#000000", INK)
