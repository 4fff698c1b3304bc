"""The kinds of files that are taken, by their extension and by their first bytes."""

import re
from pathlib import PurePosixPath

from parchemin.evaluations.submissions.inspection.verdicts import Refused

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "jpg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "csv": "text/csv",
    "txt": "text/plain",
    "zip": "application/zip",
}
EXTENSIONS = {media_type: extension for extension, media_type in MEDIA_TYPES.items()}
OFFICE = frozenset({"docx", "xlsx", "pptx"})
OPEN_DOCUMENT = frozenset({"odt", "ods", "odp"})
TEXT = frozenset({"csv", "txt"})

_ALIASES = {"jpeg": "jpg"}
_PROGRAMS = frozenset(
    {
        *("app", "bat", "bin", "cmd", "com", "cpl", "dll", "dmg", "exe", "jar", "lnk", "msi", "pif", "scr", "sys"),
        *("hta", "htm", "html", "js", "jse", "ps1", "py", "reg", "sh", "svg", "vb", "vbe", "vbs", "wsf", "xhtml"),
        *("docm", "potm", "ppsm", "pptm", "xlam", "xlsm"),
    }
)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_MARKUP = re.compile(rb"<(!doctype|html|head|body|script|svg|iframe|\?xml|\?php)", re.IGNORECASE)


def kind_of_name(name: str) -> str:
    """The kind that the name says; refuses a name that is unsafe, or says two things."""
    if _UNSAFE.search(name) or name != name.strip() or name.startswith(".") or name.endswith("."):
        raise Refused("name_unsafe")
    *inner, extension = [part.strip().lower() for part in PurePosixPath(name).name.split(".")]
    kind = _ALIASES.get(extension, extension)
    if kind not in MEDIA_TYPES or not inner:
        raise Refused("name_misleading" if {*inner[1:]} & {*MEDIA_TYPES, *_ALIASES} else "type_not_allowed")
    if {*inner[1:]} & _PROGRAMS:
        raise Refused("name_misleading")
    return kind


def has_markup(head: bytes) -> bool:
    """Whether a browser might read a page in these bytes."""
    return _MARKUP.search(head) is not None


def kinds_of_content(head: bytes) -> frozenset[str]:  # noqa: PLR0911 - a table of signatures
    """The kinds that these first bytes may be; all that is text where they are none of the others."""
    if head.startswith(b"%PDF-"):
        return frozenset({"pdf"})
    if head.startswith(b"PK\x03\x04"):
        return OFFICE | OPEN_DOCUMENT | {"zip"}
    if head.startswith(b"\xff\xd8\xff"):
        return frozenset({"jpg"})
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return frozenset({"png"})
    if head[4:8] == b"ftyp":
        return frozenset({"mov"} if head[8:12] == b"qt  " else {"mp4"} if head[8:12] != b"heic" else ())
    if head[4:8] in {b"moov", b"mdat", b"wide"}:
        return frozenset({"mov"})
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return frozenset({"wav"})
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] in {b"\xfb", b"\xfa", b"\xf3", b"\xf2"}):
        return frozenset({"mp3"})
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refused("office_ole")
    if head.startswith((b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")):
        raise Refused("executable")
    return TEXT
