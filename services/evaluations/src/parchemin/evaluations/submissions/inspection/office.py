"""Office documents: packages of XML parts (ECMA-376, OpenDocument 1.3), without anything that acts."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from parchemin.evaluations.submissions.inspection import xml
from parchemin.evaluations.submissions.inspection.archives import (
    MOST_PARTS,
    Allowance,
    files_of,
    opened,
    unpacked,
)
from parchemin.evaluations.submissions.inspection.kinds import MEDIA_TYPES, OFFICE
from parchemin.evaluations.submissions.inspection.verdicts import Refused

MANIFEST = "[Content_Types].xml"
_XML = (".xml", ".rels", ".svg", ".rdf", ".vml")
_MACROS = ("vbaproject.bin", "vbadata.xml")
_MAIN = {
    "wordprocessingml.document.main": "docx",
    "spreadsheetml.sheet.main": "xlsx",
    "presentationml.presentation.main": "pptx",
}

Embedded = Callable[[bytes, ZipFile, ZipInfo], None]


def kind_of_package(path: Path) -> str:
    """Which Office document it is, or `zip`."""
    with opened(path, most_entries=MOST_PARTS) as archive:
        names = set(archive.namelist())
        if MANIFEST in names:
            part = xml.examine(unpacked(archive, archive.getinfo(MANIFEST), Allowance()))
            if any("macroenabled" in one.lower() or "vbaproject" in one.lower() for one in part.content_types):
                raise Refused("office_macros")
            found = {kind for one in part.content_types for main, kind in _MAIN.items() if main in one}
            return found.pop() if len(found) == 1 else "zip"
        if "mimetype" in names:
            told = b"".join(unpacked(archive, archive.getinfo("mimetype"), Allowance(200))).decode("ascii", "replace")
            return next((kind for kind, media_type in MEDIA_TYPES.items() if media_type == told.strip()), "zip")
    return "zip"


def examine(path: Path, kind: str, allowance: Allowance, embedded: Callable[[ZipFile, ZipInfo], None]) -> None:
    """Look at every part; `embedded` judges a package within the package."""
    with opened(path, most_entries=MOST_PARTS) as archive:
        for entry in files_of(archive):
            name = entry.filename.lower()
            if name.endswith(_MACROS) or "/activex/" in name:
                raise Refused("office_macros")
            if kind not in OFFICE and name.startswith(("basic/", "scripts/")):
                raise Refused("office_macros")
            pieces = unpacked(archive, entry, allowance)
            first = next(pieces, b"")
            if name.endswith(_XML):
                xml.examine(chain([first], pieces))
            elif first.startswith(b"\xd0\xcf\x11\xe0"):
                raise Refused("office_ole")
            elif first.startswith((b"MZ", b"\x7fELF")):
                raise Refused("executable")
            elif first.startswith(b"PK\x03\x04"):
                embedded(archive, entry)
            else:
                for _ in pieces:
                    pass
