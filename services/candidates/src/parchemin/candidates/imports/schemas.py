"""The report of an import."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.imports.columns import Column
from parchemin.candidates.imports.service import Outcome
from parchemin.common.language import Language, Text

_IGNORED = Text("Colonne inconnue : elle n'a pas été lue.", "Unknown column: it was not read.")


class RowError(BaseModel):
    """What is wrong with one row. It never repeats what a cell says."""

    line: int = Field(description="Physical line of the file on which the row begins; the first line is 1")
    column: str | None = Field(description="Heading as the file writes it; null where the row as a whole is at fault")
    code: str
    reason: str = Field(description="In the language of the client")


class ColumnWarning(BaseModel):
    """A column that was left out."""

    column: str = Field(description="Heading as the file writes it")
    code: str
    reason: str = Field(description="In the language of the client")


class ImportReport(BaseModel):
    """What became of a file. Every fault of every row is in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "rows": 2,
                "imported": 1,
                "rejected": 1,
                "committed": True,
                "errors": [
                    {
                        "line": 3,
                        "column": "Date de naissance",
                        "code": "date_unreadable",
                        "reason": "Une date est attendue : JJ/MM/AAAA ou AAAA-MM-JJ.",
                    }
                ],
                "warnings": [
                    {
                        "column": "Téléphone",
                        "code": "column_unknown",
                        "reason": "Colonne inconnue : elle n'a pas été lue.",
                    }
                ],
                "candidates": ["0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55"],
            }
        },
    )

    rows: int = Field(description="Rows under the header, blank ones apart")
    imported: int
    rejected: int = Field(description="Rows with at least one fault")
    committed: bool = Field(description="Whether anything was written")
    errors: list[RowError]
    warnings: list[ColumnWarning]
    candidates: list[UUID] = Field(description="Those entered, in the order of the file")

    @classmethod
    def of(cls, outcome: Outcome, language: Language) -> "ImportReport":
        """The report in the client's language."""

        def heading(column: Column | None) -> str | None:
            return None if column is None else outcome.layout.headings.get(column, column)

        return cls(
            rows=outcome.rows,
            imported=len(outcome.candidates),
            rejected=len({fault.line for fault in outcome.faults}),
            committed=bool(outcome.candidates),
            errors=[
                RowError(
                    line=fault.line,
                    column=heading(fault.column),
                    code=fault.code,
                    reason=fault.reason.say(language),
                )
                for fault in outcome.faults
            ],
            warnings=[
                ColumnWarning(column=unknown, code="column_unknown", reason=_IGNORED.say(language))
                for unknown in outcome.layout.unknown
            ],
            candidates=list(outcome.candidates),
        )
