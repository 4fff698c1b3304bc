"""Settings of the evaluations service; prefix `PARCHEMIN_EVALUATIONS_`."""

from fractions import Fraction

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from parchemin.evaluations.deliberation.policy import PartlyMet
from parchemin.evaluations.sessions.rules import JuryLimits
from parchemin.evaluations.submissions.settings import SubmissionSettings


class Settings(SubmissionSettings):
    """What the certifier's rules leave open."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_EVALUATIONS_", frozen=True, hide_input_in_errors=True)

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

    @property
    def jury_limits(self) -> JuryLimits:
        """The limits that a jury is held to."""
        return JuryLimits(self.jury_min_members, self.jury_min_external_share, self.min_graders)

    @property
    def default_policy(self) -> PartlyMet:
        """The validation policy where the version of the referential has none."""
        return PartlyMet(self.partly_met_below)
