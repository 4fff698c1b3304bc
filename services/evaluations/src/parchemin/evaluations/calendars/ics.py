"""Slots as an iCalendar object (RFC 5545). Pure.

All times are UTC, so that no time zone definition has to be right; texts name the school's own time. A juror's entry
says the enrolment by its id and never the candidate's name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from parchemin.common.language import Language, Text

NAME = Text("Évaluations", "Evaluations")
SUMMARY = Text("Évaluation {modality}", "Evaluation {modality}")
FOR_JUROR = Text(
    "Évaluation de {begins} à {ends}. Parcours {enrolment_id}.",
    "Evaluation from {begins} to {ends}. Enrolment {enrolment_id}.",
)
FOR_CANDIDATE = Text(
    "Préparation à {arrives}, évaluation de {begins} à {ends}.",
    "Preparation at {arrives}, evaluation from {begins} to {ends}.",
)
REFRESHED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A slot in somebody's calendar."""

    slot_id: UUID
    enrolment_id: UUID
    modality: str
    preparation_starts_at: datetime
    evaluation_starts_at: datetime
    ends_at: datetime
    where: str
    for_juror: bool
    cancelled: bool
    sequence: int
    """Grows with every change (RFC 5545 §3.8.7.4)."""
    changed_at: datetime


def calendar(entries: Iterable[Entry], *, language: str, time_zone: str) -> bytes:
    """The calendar. The same entries give the same bytes."""
    said: Language = "en" if language == "en" else "fr"
    made = Calendar()
    made.add("prodid", "-//Parchemin//Evaluations//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", NAME.say(said))
    made.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    for entry in entries:
        made.add_component(_event(entry, said, ZoneInfo(time_zone)))
    return bytes(made.to_ical())


def _event(entry: Entry, language: Language, zone: ZoneInfo) -> Event:
    starts = entry.evaluation_starts_at if entry.for_juror else entry.preparation_starts_at
    arrives, begins, ends = (
        at.astimezone(zone).strftime("%H:%M")
        for at in (entry.preparation_starts_at, entry.evaluation_starts_at, entry.ends_at)
    )
    text = FOR_JUROR if entry.for_juror else FOR_CANDIDATE
    event = Event()
    event.add("uid", f"{entry.slot_id}@parchemin")
    event.add("dtstamp", entry.changed_at.replace(microsecond=0))
    event.add("last-modified", entry.changed_at.replace(microsecond=0))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("dtstart", starts)
    event.add("dtend", entry.ends_at)
    event.add("summary", SUMMARY.say(language, modality=entry.modality))
    event.add("location", entry.where)
    event.add(
        "description",
        text.say(language, arrives=arrives, begins=begins, ends=ends, enrolment_id=entry.enrolment_id),
    )
    event.add("class", "PRIVATE")
    return event
