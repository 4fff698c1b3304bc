"""What crosses the API about the register as a chain."""

from enum import StrEnum

from pydantic import BaseModel, Field


class HeadView(BaseModel):
    """The end of the chain."""

    position: int = Field(ge=0, description="Of the last entry; 0 while there is none", examples=[412])
    hash: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256, hexadecimal; 64 zeros while there is no entry",
        examples=["6d2a952dd87dada81ad9689e7b82e6db3f94e4026ad16cc380e6b9d66b344fbb"],
    )


class ExportFormat(StrEnum):
    """How the register is written out."""

    CSV = "csv"
    JSON_LINES = "jsonl"


MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.JSON_LINES: "application/jsonl",
}
