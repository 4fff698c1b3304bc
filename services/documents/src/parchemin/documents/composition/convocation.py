"""What one candidate is told before a session: when and where to come."""

from datetime import datetime
from zoneinfo import ZoneInfo

from parchemin.common.language import Language, Text
from parchemin.contracts.events.candidates import Measure
from parchemin.contracts.events.sessions import Appointment, CandidateConvenedV1, MeetingPlace
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope
from parchemin.documents.composition.drafts import Draft, Stationery, holder, letterhead
from parchemin.documents.composition.knowledge import Knowledge
from parchemin.documents.rendering import models as printed

MEASURES = {
    MeasureKind.ACCESSIBLE_PREMISES: Text("Locaux accessibles", "Accessible premises"),
    MeasureKind.EXTRA_TIME: Text("Temps majoré de {percent} %", "Extra time of {percent}%"),
    MeasureKind.EQUIPMENT: Text("Matériel adapté", "Adapted equipment"),
    MeasureKind.ADMINISTRATIVE_SUPPORT: Text("Aide aux démarches", "Help with paperwork"),
    MeasureKind.OTHER: Text("Aménagement", "Arrangement"),
}
SCOPES = {
    MeasureScope.PREPARATION: Text("préparation", "preparation"),
    MeasureScope.EVALUATION: Text("évaluation", "evaluation"),
}


def convocation(
    fact: CandidateConvenedV1, draft: Draft, known: Knowledge, stationery: Stationery
) -> printed.Convocation:
    """*Convocation*, with local times; the measures as what is done, never why."""
    referential, zone = known.referentials[fact.referential_version], ZoneInfo(fact.time_zone)
    return printed.Convocation(
        letterhead=letterhead(draft, known, stationery),
        holder=holder(known.candidates[fact.candidate_id], draft.language),
        certification_title=referential.title,
        number=fact.number,
        appointments=tuple(_appointment(part, referential, zone) for part in fact.appointments),
        measures=tuple(measure_in_words(measure, draft.language) for measure in fact.measures),
        bring=fact.bring,
    )


def measure_in_words(measure: Measure, language: Language) -> str:
    """`Temps majoré de 33 % (préparation, évaluation)`."""
    said = MEASURES[measure.kind].say(language, percent=measure.percent or 0)
    scopes = ", ".join(SCOPES[scope].say(language) for scope in measure.applies_to)
    detail = measure.detail if measure.kind in {MeasureKind.EQUIPMENT, MeasureKind.OTHER} else None
    named = said if detail is None else f"{said}{' : ' if language == 'fr' else ': '}{detail}"
    return f"{named} ({scopes})" if scopes else named


def _appointment(part: Appointment, referential: Referential, zone: ZoneInfo) -> printed.Appointment:
    arrives = part.preparation_starts_at or part.starts_at
    return printed.Appointment(
        modality=part.modality,
        title=next(modality.title for modality in referential.modalities if modality.code == part.modality),
        held_on=arrives.astimezone(zone).date(),
        arrives=_clock(arrives, zone),
        prepares=part.preparation_starts_at is not None,
        begins=_clock(part.starts_at, zone),
        ends=None if part.ends_at is None else _clock(part.ends_at, zone),
        where=_meeting_place(part.where),
    )


def _meeting_place(where: MeetingPlace) -> printed.MeetingPlace:
    town = " ".join(filter(None, (where.postal_code, where.city)))
    return printed.MeetingPlace(
        place=where.place,
        address=(*where.address_lines, *([town] if town else ())),
        room=where.room,
        floor=where.floor,
        access_notes=where.access_notes,
    )


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")
