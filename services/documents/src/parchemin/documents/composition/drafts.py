"""What a document is composed from beside its facts, and the parts that all documents share."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from parchemin.common.language import Language, Text
from parchemin.contracts.events.identities import IdentityV2
from parchemin.documents.composition.countries import country_name
from parchemin.documents.composition.knowledge import Knowledge
from parchemin.documents.rendering import models as printed
from parchemin.documents.verification.code import grouped

POLICY_NAMES = {
    "default": Text("Règle par défaut de la certification", "Default policy of the certification"),
    "partly_met": Text("Part de critères partiellement atteints", "Share of criteria partly met"),
    "all_criteria": Text("Tous les critères atteints", "All criteria met"),
    "points": Text("Points et critères éliminatoires", "Points and eliminatory criteria"),
}
"""By the code that the deliberation was held under; another one is printed as it is."""


@dataclass(frozen=True, slots=True)
class Stationery:
    """What the installation prints on documents; by settings."""

    certifier: printed.CertifierMentions | None
    appeal: Text
    verification_page: str
    """URL of the public page; the code follows as its fragment, which no server's log ever sees."""
    time_zone: ZoneInfo
    """Where the instants of facts that name no zone are read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be made: what it is, before what it says."""

    document_id: UUID
    organisation_id: UUID
    verification_code: str
    language: Language
    issued_on: date


def letterhead(draft: Draft, known: Knowledge, stationery: Stationery) -> printed.Letterhead:
    """Who issues the document, and how it is checked."""
    organisation = known.organisations[draft.organisation_id]
    code = grouped(draft.verification_code)
    return printed.Letterhead(
        organisation_name=organisation.name,
        organisation_code=organisation.code,
        certifier=stationery.certifier,
        verification=printed.Verification(code=code, url=f"{stationery.verification_page}#{code}"),
        document_id=str(draft.document_id),
        issued_on=draft.issued_on,
        language=draft.language,
    )


def holder(identity: IdentityV2, language: Language) -> printed.Holder:
    """Whom the document names; the country of birth in words where it is not France."""
    abroad = identity.birth_country != "FR"
    return printed.Holder(
        first_names=identity.first_names,
        birth_name=identity.birth_name,
        used_name=identity.used_name,
        sex=identity.sex,
        birth_date=identity.birth_date,
        birth_city=identity.birth_city,
        birth_country=identity.birth_country,
        birth_country_label=country_name(identity.birth_country, language) if abroad else None,
    )


def policy_name(code: str, language: Language) -> str:
    """The validation policy, in words."""
    return POLICY_NAMES[code].say(language) if code in POLICY_NAMES else code
