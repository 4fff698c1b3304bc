"""What kinds of reading a person is told of. Pure."""

from enum import StrEnum


class AccessKind(StrEnum):
    """What was read."""

    RECORD = "record"
    """The whole record, by itself."""
    LIST = "list"
    """The record, on a page of a list."""
    DISABILITY_CASE = "disability_case"
    EXEMPTION_TEXTS = "exemption_texts"
    """Why an exemption was proposed and decided."""
    PERSONAL_FILE = "personal_file"
    """The copy of the whole file, made for the person."""
    REGISTER = "register"
    """The identity in the register of certified holders."""
