"""Who consented to what: given for one version of a text, withdrawn as easily (GDPR art. 7). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ConsentCode(StrEnum):
    """What may be consented to. Nothing else is asked; what concerns a disability is kept with its follow-up."""

    PHOTO = "photo"
    CONTACT_FOR_FOLLOW_UP = "contact_for_follow_up"
    GRADUATE_LIST = "graduate_list"
    PARTNER_SHARING = "partner_sharing"


class Channel(StrEnum):
    """How a consent came."""

    OWN = "own"
    """By the person, with their own token."""
    PAPER = "paper"
    """On paper, recorded by staff with its reference."""


class Obstacle(StrEnum):
    """Why an entry cannot be made."""

    TEXT_NOT_CURRENT = "consent_text_not_current"
    GIVEN_ALREADY = "consent_given_already"
    NOT_GIVEN = "consent_not_given"


class ConsentText(BaseModel):
    """One version of what is consented to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    since: date
    fr: str
    en: str


class Consent(BaseModel):
    """One of the closed list, with all versions of its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: ConsentCode
    texts: tuple[ConsentText, ...]

    def current(self, today: date) -> ConsentText:
        """The text that holds on that day: the latest that has begun."""
        begun = [text for text in self.texts if text.since <= today]
        return max(begun, key=lambda text: text.since)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the last entry about one consent says."""

    given: bool
    text_version: str


def obstacle_to_entry(
    standing: Standing | None, *, given: bool, text_version: str, current_version: str
) -> Obstacle | None:
    """Why this entry cannot be made; None where it can.

    Consent is to the text as it stands now; one to an earlier text may be renewed. Withdrawing asks for no version.
    """
    if not given:
        return None if standing is not None and standing.given else Obstacle.NOT_GIVEN
    if text_version != current_version:
        return Obstacle.TEXT_NOT_CURRENT
    if standing is not None and standing.given and standing.text_version == text_version:
        return Obstacle.GIVEN_ALREADY
    return None


def standing_of(entries: Sequence[Standing]) -> Standing | None:
    """What holds after these entries, oldest first."""
    return entries[-1] if entries else None
