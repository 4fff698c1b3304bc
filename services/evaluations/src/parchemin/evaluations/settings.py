"""Settings of the evaluations service; prefix `PARCHEMIN_EVALUATIONS_`."""

from fractions import Fraction
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from parchemin.common.settings import ServiceSettings
from parchemin.evaluations.deliberation.policy import PartlyMet
from parchemin.evaluations.sessions.rules import JuryLimits


class Settings(ServiceSettings):
    """What the certifier's rules leave open."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_EVALUATIONS_", frozen=True)

    jury_min_members: int = Field(default=2, ge=1)
    """Members beside the president."""
    jury_min_external_share: Fraction = Fraction(1, 2)
    """Share of the whole jury that comes from outside the school, at least: `1/2`."""
    min_graders: int = Field(default=2, ge=1)
    """Jurors without a conflict of interest who grade each candidate, at least."""
    partly_met_below: Fraction = Fraction(1, 2)
    """A competency is acquired with strictly less than this share of its criteria partly met, where the version of the
    referential has no policy of its own."""
    time_zone: str = "Europe/Paris"
    """Where the jury sits: the date of a deliberation is that of its place."""
    accept_future_dates: bool = False
    """Let a deliberation be dated after today: for rehearsals and scenario files, never in production."""

    small_group_below: int = Field(default=5, ge=1)
    """Statistics of fewer people than this are flagged, and are not shown to programs nor drawn; 1: all are shown."""

    follow_up_months: tuple[Annotated[int, Field(ge=1, le=120)], ...] = (6, 24)
    """How long after the award holders are asked what became of them; `[]`: never."""
    follow_up_link_days: int = Field(default=60, ge=1, le=366)
    """For how long the link to answer holds."""
    follow_up_answers_per_minute: int = Field(default=600, ge=1)
    """Answers that one process takes in, with those that it refuses."""

    @property
    def jury_limits(self) -> JuryLimits:
        """The limits that a jury is held to."""
        return JuryLimits(self.jury_min_members, self.jury_min_external_share, self.min_graders)

    @property
    def default_policy(self) -> PartlyMet:
        """The validation policy where the version of the referential has none."""
        return PartlyMet(self.partly_met_below)
