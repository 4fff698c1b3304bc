"""What printed documents share: words for their fields, the letterhead, the holder, the session."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.contracts import vocabulary
from parchemin.contracts.partial_dates import PartialDate

TEMPLATE_VERSION = "2026.2"
"""Version of the shipped templates; it is printed in the footer and changes whenever a template does.

A template only ever gains parts that optional data call for, so what was printed by an earlier version, and names it,
makes the same file by this one."""

Text = Annotated[str, StringConstraints(min_length=1)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
RegisterNumber = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{4,}$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
"""As the school's clocks show it."""
Level = Annotated[int, Field(ge=1, le=8)]
Outcome = vocabulary.CompetencyOutcome
"""`exempt`: *dispensée* by decision of the certifier; `kept`: acquired at an earlier session."""


class Printed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CertifierMentions(Printed):
    """What France compétences requires on the parchment about the certifier and the registration."""

    legal_name: Text
    trade_name: Text | None = None
    rncp_number: Text
    decision_date: date
    """Date of the registration decision by the director general of France compétences."""
    level: Level
    """Level of qualification (décret n° 2019-14)."""
    eqf_level: Level
    nsf_codes: tuple[Text, ...] = Field(min_length=1)
    signatory_name: Text
    signatory_role: Text
    place: Text


class Verification(Printed):
    """How anyone checks the paper: a short code, and the public page that the QR code opens."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=300)]


class Letterhead(Printed):
    organisation_name: Text
    organisation_code: Text
    certifier: CertifierMentions | None
    verification: Verification | None
    specimen: bool = False
    document_id: Text
    issued_on: date
    language: Literal["fr", "en"] = "fr"
    template_version: Text = TEMPLATE_VERSION

    @property
    def is_specimen(self) -> bool:
        """A document without its mandatory mentions is worth nothing, and says so on every page."""
        return self.specimen or self.certifier is None


class Holder(Printed):
    first_names: tuple[Text, ...] = Field(min_length=1)
    birth_name: Text
    used_name: Text | None = None
    sex: vocabulary.Sex
    birth_date: PartialDate
    birth_city: Text
    birth_country: CountryCode
    birth_country_label: Text | None = None
    """Name of the country in the language of the document; printed, or else the code, for a birth abroad."""

    @property
    def full_name(self) -> str:
        return " ".join((*self.first_names, self.birth_name))


class JurySession(Printed):
    place: Text
    held_on: date
    modalities: tuple[Text, ...] = Field(min_length=1)
    referential_version: Text
    policy_name: Text
