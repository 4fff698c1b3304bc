"""Imports as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.imports.columns import Column
from parchemin.candidates.imports.deciding import Decision
from parchemin.candidates.imports.models import CandidateImport, CandidateImportRow
from parchemin.candidates.imports.preparing import Reading
from parchemin.candidates.imports.reading import FileKind
from parchemin.candidates.imports.rows import RowFault
from parchemin.candidates.imports.rules import WRITING, ImportState, RowOutcome, percentage
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


class CandidateImportView(BaseModel):
    """An import and how far it is."""

    id: UUID
    organisation_id: UUID
    state: ImportState
    kind: FileKind
    source: str = Field(description="System that the identifiers of the rows belong to")
    preview: bool
    all_or_nothing: bool
    rows: int = Field(description="Rows under the header, blank ones apart")
    rows_done: int
    percent: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    held: int = Field(description="Good rows that were not written since another was bad, with `all_or_nothing`")
    left: int = Field(description="Rows of persons whom the source deletes: nothing was changed")
    failure: str | None = Field(description="Code of the error that ended a failed import")
    rejected_until: datetime | None = Field(description="How long the rejected rows may be fetched")
    warnings: list[ColumnWarning]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: CandidateImport, language: Language) -> "CandidateImportView":
        """The import, its texts in the client's language."""
        warnings = [
            {"column": unknown, "code": "column_unknown", "reason": _IGNORED.say(language)}
            for unknown in record.warnings
        ]
        return cls.model_validate(
            {
                **record.model_dump(exclude={"warnings"}),
                **{outcome: record.counts.get(outcome, 0) for outcome in RowOutcome},
                "percent": percentage(record.rows_done, record.rows),
                "warnings": warnings,
            }
        )


class ImportRowView(BaseModel):
    """What became of a row; in a preview, what would."""

    id: UUID
    line: int = Field(description="Physical line of the file on which the row begins; the first line is 1")
    outcome: RowOutcome
    candidate_id: UUID | None
    changed: list[str] = Field(description="Headings of the columns that change something of the record")
    errors: list[RowError]
    notes: list[RowError] = Field(description="What somebody should look at")
    updated_at: datetime

    @classmethod
    def of(cls, row: CandidateImportRow, language: Language) -> "ImportRowView":
        """The row, its texts in the client's language."""

        def told(faults: list[dict[str, str | None]]) -> list[RowError]:
            return [
                RowError(line=row.line, column=fault["column"], code=fault["code"] or "", reason=fault[language] or "")
                for fault in faults
            ]

        return cls(
            **row.model_dump(include=set(cls.model_fields) - {"notes"}), errors=told(row.faults), notes=told(row.notes)
        )


class ImportReport(BaseModel):
    """What became of a file. Every fault of every row is in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c01",
                "rows": 2,
                "imported": 1,
                "updated": 0,
                "unchanged": 0,
                "rejected": 1,
                "committed": True,
                "preview": False,
                "errors": [
                    {
                        "line": 3,
                        "column": "Date de naissance",
                        "code": "date_unreadable",
                        "reason": "Une date est attendue : JJ/MM/AAAA ou AAAA-MM-JJ.",
                    }
                ],
                "changes": [],
                "notes": [],
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

    id: UUID = Field(description="Of the import: its rows, and those rejected, are found under it")
    rows: int = Field(description="Rows under the header, blank ones apart")
    imported: int = Field(description="Candidates entered; in a preview, those that would be")
    updated: int
    unchanged: int
    rejected: int = Field(description="Rows with at least one fault")
    committed: bool = Field(description="Whether anything was written of candidates")
    preview: bool
    errors: list[RowError]
    changes: list["RowChange"] = Field(description="Which columns change something of which record")
    notes: list[RowError] = Field(description="What somebody should look at")
    warnings: list[ColumnWarning]
    candidates: list[UUID] = Field(description="Those entered, in the order of the file")

    @classmethod
    def of(
        cls, record: CandidateImport, reading: Reading, decisions: Sequence[Decision], language: Language
    ) -> "ImportReport":
        """The report in the client's language."""
        headings = reading.layout.headings

        def heading(column: Column | None) -> str | None:
            return None if column is None else headings.get(column, column)

        def told(fault: RowFault) -> RowError:
            return RowError(
                line=fault.line,
                column=heading(fault.column),
                code=fault.code,
                reason=fault.reason.say(language),
            )

        view = CandidateImportView.of(record, language)
        wrote = not record.preview and any(decision.outcome in WRITING for decision in decisions)
        return cls(
            id=record.id,
            rows=view.rows,
            imported=view.created,
            updated=view.updated,
            unchanged=view.unchanged,
            rejected=view.rejected,
            committed=wrote,
            preview=record.preview,
            errors=[
                told(fault)
                for decision in decisions
                for fault in sorted(decision.faults, key=lambda one: _place(reading, one.column))
            ],
            changes=[
                RowChange(
                    line=decision.row.line,
                    candidate_id=decision.candidate_id,
                    columns=[headings.get(column, column) for column in decision.changed],
                    enrolment=decision.enrolling.writes,
                )
                for decision in decisions
                if decision.outcome is RowOutcome.UPDATED
            ],
            notes=[told(note) for decision in decisions for note in decision.notes],
            warnings=view.warnings,
            candidates=[
                decision.candidate.id
                for decision in decisions
                if decision.outcome is RowOutcome.CREATED and decision.candidate is not None
            ],
        )


class RowChange(BaseModel):
    """What a row changes of a record that is there. It never says from what to what."""

    line: int
    candidate_id: UUID | None
    columns: list[str] = Field(description="Headings as the file writes them")
    enrolment: bool = Field(description="Whether it opens or extends an enrolment")


def _place(reading: Reading, column: Column | None) -> int:
    return -1 if column is None else reading.layout.places.get(column, len(reading.layout.places))
