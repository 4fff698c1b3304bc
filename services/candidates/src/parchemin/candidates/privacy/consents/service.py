"""Use cases about consents."""

from functools import cache
from importlib.resources import files
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.privacy.consents import rules
from parchemin.candidates.privacy.consents.models import ConsentEntry
from parchemin.candidates.privacy.consents.rules import Channel, Consent, ConsentCode, Obstacle, Standing
from parchemin.candidates.privacy.consents.schemas import ConsentView, NewConsentEntry
from parchemin.candidates.privacy.persons import acts_for_themselves, visible_candidate
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.language import Language, Text
from parchemin.common.problems import Conflict, DomainError, FieldFault, Unprocessable
from parchemin.common.vault import Vault

_CONSENTS = TypeAdapter(tuple[Consent, ...])


class ConsentTextNotCurrent(Conflict):
    """The text was worded anew since it was shown."""

    code = "consent_text_not_current"
    detail = Text(
        "Ce texte a été remplacé : présentez la version {current_version}.",
        "This text was replaced: show version {current_version}.",
    )


class ConsentGivenAlready(Conflict):
    """It stands."""

    code = "consent_given_already"
    detail = Text("Ce consentement est déjà donné.", "This consent is given already.")


class ConsentNotGiven(Conflict):
    """There is nothing to withdraw."""

    code = "consent_not_given"
    detail = Text("Ce consentement n'est pas donné.", "This consent is not given.")


class PaperProofMisplaced(Unprocessable):
    """Staff name the paper that they record; a person who speaks for themselves has none."""

    code = "paper_proof_misplaced"


REFUSALS: dict[Obstacle, type[DomainError]] = {
    Obstacle(refusal.code): refusal for refusal in (ConsentTextNotCurrent, ConsentGivenAlready, ConsentNotGiven)
}


@cache
def shipped_consents() -> dict[ConsentCode, Consent]:
    """The closed list, with its texts."""
    text = (files("parchemin.candidates.privacy.consents") / "data/consents.json").read_text(encoding="utf-8")
    return {consent.code: consent for consent in _CONSENTS.validate_json(text)}


async def record_entry(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID, new: NewConsentEntry
) -> ConsentEntry:
    """Give or withdraw a consent. The candidate is locked: of two entries one comes after the other."""
    candidate = await visible_candidate(session, vault, principal, candidate_id, for_update=True)
    if candidate.erased_at is not None:
        raise CandidateErased
    themselves = acts_for_themselves(principal)
    if themselves == (new.paper is not None):
        text = Text(
            "La référence du papier est à donner par l'établissement, et par lui seul.",
            "The reference of the paper is for the school to give, and for nobody else.",
        )
        raise PaperProofMisplaced(faults=[FieldFault("/paper", PaperProofMisplaced.code, text)])
    today = utc_now().date()
    current = shipped_consents()[new.consent].current(today)
    entries = await _entries(session, candidate_id, new.consent)
    standing = rules.standing_of([Standing(entry.given, entry.text_version) for entry in entries])
    obstacle = rules.obstacle_to_entry(
        standing, given=new.given, text_version=new.text_version, current_version=current.version
    )
    if obstacle is not None:
        raise REFUSALS[obstacle](current_version=current.version)
    entry = ConsentEntry(
        organisation_id=candidate.organisation_id,
        candidate_id=candidate.id,
        consent=new.consent,
        number=len(entries) + 1,
        given=new.given,
        text_version=new.text_version if new.given or standing is None else standing.text_version,
        channel=Channel.OWN if new.paper is None else Channel.PAPER,
        reference=None if new.paper is None else new.paper.reference,
        told_on=today if new.paper is None else new.paper.signed_on,
        recorder=principal.subject,
    )
    session.add(entry)
    await audit.record(session, principal, "consent.given" if new.given else "consent.withdrawn", entry)
    return entry


async def standings(session: AsyncSession, candidate_id: UUID, language: Language) -> list[ConsentView]:
    """Where each consent of the list stands."""
    last = {entry.consent: entry for entry in await _entries(session, candidate_id)}
    today = utc_now().date()
    views = []
    for code, consent in shipped_consents().items():
        text, entry = consent.current(today), last.get(code)
        views.append(
            ConsentView(
                consent=code,
                given=entry is not None and entry.given,
                told_on=entry.told_on if entry is not None else None,
                given_text_version=entry.text_version if entry is not None and entry.given else None,
                text_version=text.version,
                text=getattr(text, language),
            )
        )
    return views


async def _entries(session: AsyncSession, candidate_id: UUID, consent: ConsentCode | None = None) -> list[ConsentEntry]:
    statement = select(ConsentEntry).where(col(ConsentEntry.candidate_id) == candidate_id)
    if consent is not None:
        statement = statement.where(col(ConsentEntry.consent) == consent)
    return list(await session.scalars(statement.order_by(col(ConsentEntry.number))))
