"""Follow-ups as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from parchemin.candidates.follow_ups.rules import (
    ConsentForm,
    EvidenceKind,
    FollowUpState,
    NeedDomain,
    NeedPhase,
    OutsideBody,
)
from parchemin.common.text import Email, Line, Name, Paragraph
from parchemin.contracts.vocabulary import MeasureKind

PaperReference = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9/_.-]{0,39}$")]
"""Where a signed paper is filed: a code, so that nothing else can be told by it."""
CANDIDATE: str = "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c56"


class PaperConsent(BaseModel):
    """An explicit consent that the candidate signed, which the officer holds."""

    model_config = ConfigDict(extra="forbid")

    given_on: date | None = Field(default=None, description="Today where it is not said")
    reference: PaperReference


class NewDisabilityFollowUp(BaseModel):
    """A follow-up that the officer opens."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "candidate_id": CANDIDATE,
                "consent": {"given_on": "2026-01-12", "reference": "RH-2026-014"},
            }
        },
    )

    candidate_id: UUID
    consent: PaperConsent


class DisabilityFollowUpRequest(BaseModel):
    """What a candidate asks for. To ask is to tell of a disability, so the consent comes with it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"consent": True, "text": "Je souhaite échanger sur des aménagements pour les épreuves orales."}
        },
    )

    consent: Literal[True] = Field(
        description="I agree that the disability officer, and nobody else, keeps and reads what I tell of my situation "
        "to organise measures. I may withdraw this at any time"
    )
    text: Paragraph | None = Field(default=None, description="Sealed at rest")


class DisabilityFollowUpStep(BaseModel):
    """Where the officer leads the follow-up."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"state": "open"}})

    state: Literal["open", "closed"]


class ConsentWithdrawal(BaseModel):
    """The consent is withdrawn. No reason is asked for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {}})

    reference: PaperReference | None = Field(
        default=None, description="Of the candidate's letter; required of the officer who records it"
    )


class Consent(BaseModel):
    """What proves the consent."""

    form: ConsentForm
    given_on: date
    reference: str | None


class DisabilityFollowUpSummary(BaseModel):
    """A follow-up without its texts."""

    id: UUID
    organisation_id: UUID
    candidate_id: UUID
    state: FollowUpState
    consent: Consent
    withdrawn_at: datetime | None
    created_at: datetime
    updated_at: datetime


class DisabilityFollowUpView(DisabilityFollowUpSummary):
    """A follow-up with the candidate's request; each reading of it is recorded."""

    request: str | None


class Need(BaseModel):
    """What the candidate needs, and for which part of the way."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["need"]
    phase: NeedPhase
    domain: NeedDomain
    text: Paragraph


class Contact(BaseModel):
    """Whom to speak to there."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    email: Email | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 .()-]{3,29}$")] | None = None


class OutsideResource(BaseModel):
    """A body outside the school that helps to assess the needs."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["resource"]
    body: OutsideBody
    name: Line
    contact: Contact | None = None
    sought: Paragraph | None = Field(default=None, description="What it is asked for")


class Exchange(BaseModel):
    """A letter, message, call or meeting. The paper itself stays where it is filed."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["exchange"]
    resource_id: UUID | None = Field(default=None, description="The entry of the resource; none with the candidate")
    on: date
    direction: Literal["sent", "received"]
    channel: Literal["letter", "email", "phone", "meeting"]
    reference: Line | None = None
    text: Paragraph


class Evidence(BaseModel):
    """What measures rest on: that the officer has seen it, of which date, under which reference."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["evidence"]
    evidence: EvidenceKind
    dated: date
    valid_until: date | None = None
    reference: Line
    supports: list[MeasureKind] = Field(min_length=1, max_length=len(MeasureKind))


EntryContent = Annotated[Need | OutsideResource | Exchange | Evidence, Field(discriminator="kind")]
NEED: JsonValue = {
    "kind": "need",
    "phase": "evaluation",
    "domain": "tests",
    "text": "Lire le brief sur un écran contrasté, à son rythme.",
}


class Entry(BaseModel):
    """What the officer records, sealed at rest whole."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"content": NEED}})

    content: EntryContent


class EntrySummary(BaseModel):
    """An entry without what it says."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    follow_up_id: UUID
    kind: Literal["need", "resource", "exchange", "evidence"]
    created_at: datetime
    updated_at: datetime


class EntryView(EntrySummary):
    """An entry; each reading of it is recorded."""

    content: EntryContent | None = Field(description="Null where the person was erased meanwhile")
