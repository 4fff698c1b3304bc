"""Which reader a file is for: its content says so, whatever it is called."""

from parchemin.candidates.imports.archives import opened, unreadable
from parchemin.candidates.imports.oneroster import is_oneroster, read_roster
from parchemin.candidates.imports.reading import File, FileRefused, read_file
from parchemin.candidates.imports.workbooks import is_workbook, read_workbook

_ZIP = b"PK"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Of Excel before 2007, and of workbooks that a password protects."""


def read_source(content: bytes, class_id: str | None = None) -> File:
    """The records of a file; of a OneRoster archive those of one class, where one is named."""
    if content.startswith(_COMPOUND):
        raise FileRefused.because(
            "workbook_old_or_protected",
            fr="Classeur protégé ou d'un ancien format : enregistrez-le en .xlsx, sans mot de passe.",
            en="The workbook is protected or of an old format: save it as .xlsx, without a password.",
        )
    if not content.startswith(_ZIP):
        return read_file(content)
    with opened(content) as archive:
        if is_workbook(archive):
            return read_workbook(archive)
        if is_oneroster(archive):
            return read_roster(archive, class_id)
    raise unreadable()
