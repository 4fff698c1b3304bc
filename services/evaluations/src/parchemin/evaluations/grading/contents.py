"""What a sheet says, apart from whose it is and when: compared, patched, and digested. Pure.

Stored and told as lists; here by code, where no order matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from parchemin.common.canonical import Json, canonical_digest
from parchemin.common.merge_patch import merge_patch
from parchemin.evaluations.grading.schemas import SheetContent, SheetEntry, SheetPatch

Levels = list[dict[str, Any]]
Opinions = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """Levels and opinions as their columns hold them, without members that say nothing; and the state they are in."""

    levels: Levels
    opinions: Opinions
    state: str

    def says_the_same(self, other: "Content") -> bool:
        """Whether both are one sheet, in whatever order."""
        return self.state == other.state and _sorted(self) == _sorted(other)


class Outcome(Enum):
    """What becomes of a request to save a sheet that stands."""

    REPEATED = auto()
    """It would change nothing, whatever version it was made for: answered as if it had been the first time."""
    STALE = auto()
    """It was made for another version, and would change something."""
    SIGNED = auto()
    """The sheet does not change any more."""
    CHANGES = auto()


def outcome(stored: Content, wanted: Content, *, version: int, expected: int) -> Outcome:
    """What becomes of the wish to have a sheet say `wanted`, made for version `expected` of it."""
    if stored.says_the_same(wanted):
        return Outcome.REPEATED
    if version != expected:
        return Outcome.STALE
    return Outcome.CHANGES if stored.state == "draft" else Outcome.SIGNED


def content_of(told: SheetContent, state: str) -> Content:
    """What a client sent, whole."""
    sent = told.model_dump(mode="json", include={"levels", "opinions"}, exclude_none=True)
    return Content(sent["levels"], sent["opinions"], state)


def entry_content(entry: SheetEntry) -> Content:
    """What a client sent, to be saved in the state that it names."""
    return content_of(entry, entry.state)


def stored_content(sheet: Mapping[str, Any]) -> Content:
    """What a row says. Rows of earlier releases hold a `null` for a comment that there is not."""
    levels = [{name: value for name, value in level.items() if value is not None} for level in sheet["levels"]]
    return Content(levels, sheet["opinions"], sheet["state"])


def patched(content: Content, patch: SheetPatch) -> Content:
    """The content with a patch merged in (RFC 7396), levels and opinions being objects keyed by code."""
    merged = merge_patch(
        {"levels": _levels_by_code(content.levels), "opinions": _opinions_by_code(content.opinions)},
        patch.model_dump(mode="json", exclude_unset=True),
    )
    return Content(
        levels=[{"criterion": code, **members} for code, members in merged["levels"].items()],
        opinions=[{"competency": code, "opinion": opinion} for code, opinion in merged["opinions"].items()],
        state=merged.get("state", content.state),
    )


def sheet_digest(
    content: Content, *, registration_id: UUID, juror_id: UUID, number: int, signed_at: datetime, reason: str | None
) -> str:
    """The digest of a signed sheet: whoever reads the sheet can compute it anew (`docs/grading.md`)."""
    said: dict[str, Json] = {
        "registration_id": str(registration_id),
        "juror_id": str(juror_id),
        "number": number,
        "levels": _levels_by_code(content.levels),
        "opinions": _opinions_by_code(content.opinions),
        "signed_at": signed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    return canonical_digest(said if reason is None else {**said, "reason": reason})


def _sorted(content: Content) -> tuple[Levels, Opinions]:
    return (
        sorted(content.levels, key=lambda level: str(level["criterion"])),
        sorted(content.opinions, key=lambda opinion: str(opinion["competency"])),
    )


def _levels_by_code(levels: Levels) -> dict[str, Any]:
    return {
        level["criterion"]: {name: value for name, value in level.items() if name != "criterion"} for level in levels
    }


def _opinions_by_code(opinions: Opinions) -> dict[str, Any]:
    return {opinion["competency"]: opinion["opinion"] for opinion in opinions}
