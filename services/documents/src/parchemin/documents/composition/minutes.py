"""The minutes (*procès-verbal*) of a deliberation."""

import unicodedata
from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from parchemin.common.language import Language, Text
from parchemin.contracts.events.evaluations import (
    AppliedJuryRules,
    DeliberationClosedV1,
    MinutesIncident,
    MinutesRegistration,
    SeatedJuror,
    VoteCount,
)
from parchemin.contracts.events.identities import IdentityV2
from parchemin.documents.composition.drafts import Draft, Stationery, letterhead, policy_name
from parchemin.documents.composition.knowledge import Knowledge
from parchemin.documents.rendering import models as printed

QUORUM = Text(
    "Quorum vérifié à la clôture de la délibération : {present} sur {seats} membres du jury présents, dont {external} "
    "de l'extérieur ; présidence {president}.",
    "Quorum checked at the closing of the deliberation: {present} of {seats} members of the jury present, {external} "
    "of them external; president {president}.",
)
PRESENT, ABSENT = Text("présente", "present"), Text("absente", "absent")
ADOPTIONS = {
    "unanimity": Text(
        "Le jury a adopté ces décisions dans leur ensemble à l'unanimité.",
        "The jury adopted these decisions as a whole by unanimity.",
    ),
    "majority": Text(
        "Le jury a adopté ces décisions dans leur ensemble à la majorité des voix.",
        "The jury adopted these decisions as a whole by a majority of votes.",
    ),
    "casting_vote": Text(
        "Le jury a adopté ces décisions dans leur ensemble à voix égales, par la voix prépondérante de la présidence.",
        "The jury adopted these decisions as a whole on an equal vote, by the casting vote of the president.",
    ),
}
"""By the code of the event; another one is printed as it is, as one of `RULES` is."""
ADOPTED_OTHERWISE = Text("Mode d'adoption des décisions : {code}.", "Decisions adopted by: {code}.")
RULES = {
    "jury": Text("Jury de la certification", "Jury of the certification"),
    "jury_vae": Text(
        "Jury de validation des acquis de l'expérience (VAE)", "Jury for the validation of experience (VAE)"
    ),
}


def jury_minutes(
    fact: DeliberationClosedV1, draft: Draft, known: Knowledge, stationery: Stationery
) -> printed.JuryMinutes:
    """*Procès-verbal*, from the closed deliberation; candidates in the order of their names."""
    lines = sorted(fact.registrations, key=lambda line: (_rank(known.candidates[line.candidate_id]), line.enrolment_id))
    jury = sorted(fact.jury, key=lambda seat: not seat.president)
    names = {line.enrolment_id: _name(known.candidates[line.candidate_id]) for line in lines}
    zone = stationery.time_zone
    return printed.JuryMinutes(
        letterhead=letterhead(draft, known, stationery),
        certification_title=known.referentials[fact.referential_version].title,
        session=printed.JurySession(
            place=fact.place,
            held_on=fact.session_date,
            modalities=fact.modalities,
            referential_version=fact.referential_version,
            policy_name=policy_name(fact.policy, draft.language),
        ),
        deliberated_on=fact.deliberated_on,
        jury=tuple(_juror(seat, known, names, zone) for seat in jury),
        quorum=_quorum(jury, known, draft.language),
        attendance=tuple(
            printed.Attendance(
                candidate_name=_name(known.candidates[line.candidate_id]),
                modality=line.result.modality,
                status=line.result.attendance,
            )
            for line in lines
        ),
        decisions=_decisions(fact, lines, known),
        adoption=_adoption(fact.adopted_by, draft.language),
        jury_rules=tuple(_rules(each, draft.language) for each in fact.jury_rules),
        incidents=tuple(
            _incident(each, names, zone) for each in sorted(fact.incidents, key=lambda each: each.occurred_at)
        ),
    )


def _juror(seat: SeatedJuror, known: Knowledge, names: Mapping[UUID, str], zone: ZoneInfo) -> printed.JuryMember:
    """With the recusals in the order of the candidates' names, which is that of `names`."""
    identity = known.jurors[seat.juror_id]
    return printed.JuryMember(
        name=f"{identity.first_name} {identity.last_name}",
        quality=identity.quality,
        external=identity.external,
        president=seat.president,
        present=seat.present,
        sworn_on=seat.sworn_at.astimezone(zone).date() if seat.sworn_at else None,
        recused=tuple(name for enrolment_id, name in names.items() if enrolment_id in seat.recused),
    )


def _adoption(code: str | None, language: Language) -> str | None:
    if code is None:
        return None
    return ADOPTIONS[code].say(language) if code in ADOPTIONS else ADOPTED_OTHERWISE.say(language, code=code)


def _rules(rules: AppliedJuryRules, language: Language) -> printed.JuryRules:
    name = RULES[rules.code].say(language) if rules.code in RULES else rules.code
    return printed.JuryRules(name=name, version=rules.version, source=rules.source)


def _incident(incident: MinutesIncident, names: Mapping[UUID, str], zone: ZoneInfo) -> printed.Incident:
    at = incident.occurred_at.astimezone(zone)
    return printed.Incident(
        kind=incident.kind,
        occurred_on=at.date(),
        occurred_at=at.strftime("%H:%M"),
        candidate_name=names.get(incident.enrolment_id) if incident.enrolment_id else None,
        outcome=incident.outcome,
        reason=incident.reason,
    )


def _quorum(jury: Sequence[SeatedJuror], known: Knowledge, language: Language) -> str:
    """Who sat. That it was enough is for the evaluations service, which closes no deliberation otherwise."""
    present = [seat for seat in jury if seat.present]
    presiding = PRESENT if any(seat.president for seat in present) else ABSENT
    return QUORUM.say(
        language,
        present=len(present),
        seats=len(jury),
        external=sum(known.jurors[seat.juror_id].external for seat in present),
        president=presiding.say(language),
    )


def _decisions(
    fact: DeliberationClosedV1, lines: Sequence[MinutesRegistration], known: Knowledge
) -> tuple[printed.CandidateDecision, ...]:
    """One for each enrolment, with all of its modalities."""
    grouped: dict[UUID, list[MinutesRegistration]] = {}
    for line in lines:
        grouped.setdefault(line.enrolment_id, []).append(line)
    validations = {validation.enrolment_id: validation for validation in fact.validations}
    decisions = []
    for enrolment_id, group in grouped.items():
        validation = validations.get(enrolment_id)
        decisions.append(
            printed.CandidateDecision(
                candidate_name=_name(known.candidates[group[0].candidate_id]),
                modalities=tuple(_modality(line) for line in group),
                overrides=tuple(override for line in group for override in _overrides(line)),
                blocks_validated=validation.blocks if validation else (),
                register_number=validation.register_number if validation else None,
            )
        )
    return tuple(decisions)


def _modality(line: MinutesRegistration) -> printed.ModalityDecision:
    return printed.ModalityDecision(
        modality=line.result.modality,
        competencies=tuple(
            printed.CompetencyOutcome(code=competency.code, outcome=competency.outcome)
            for competency in line.result.competencies
        ),
    )


def _overrides(line: MinutesRegistration) -> tuple[printed.Override, ...]:
    return tuple(
        printed.Override(
            competency=override.competency,
            proposed=override.proposed,
            decided=override.decided,
            reason=override.reason,
            vote=_vote(override.vote),
        )
        for override in line.overrides
    )


def _vote(vote: VoteCount | None) -> printed.Vote | None:
    return printed.Vote(**vote.model_dump()) if vote else None


def _name(identity: IdentityV2) -> str:
    """First names and birth name, as the civil register writes them."""
    return " ".join((*identity.first_names, identity.birth_name))


def _rank(identity: IdentityV2) -> tuple[str, str]:
    """Alphabetical whatever the accents: Élise between Edgar and Émile."""
    return _folded(identity.birth_name), _folded(" ".join(identity.first_names))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(point for point in decomposed if not unicodedata.combining(point))
