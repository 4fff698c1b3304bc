"""Settings of the evaluations service; prefix `PARCHEMIN_EVALUATIONS_`."""

from datetime import time
from fractions import Fraction
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from parchemin.contracts.vocabulary import AccessPath
from parchemin.evaluations.deliberation.policy import PartlyMet
from parchemin.evaluations.juries.rules import JuryRules
from parchemin.evaluations.submissions.settings import SubmissionSettings


class Settings(SubmissionSettings):
    """What the certifier's rules leave open."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_EVALUATIONS_", frozen=True, hide_input_in_errors=True)

    jury_min_members: int = Field(default=2, ge=1)
    """Members beside the president."""
    jury_min_external_share: Fraction = Fraction(1, 2)
    """Share of the whole jury that comes from outside the school, at least: `1/2`."""
    jury_min_professional_share: Fraction = Fraction(0)
    jury_rules_version: str = Field(default="1", min_length=1, max_length=100)
    jury_rules_source: str = Field(default="règlement de la certification", min_length=1, max_length=300)
    """Printed in refusals and minutes, with the version."""
    vae_jury_min_size: int = Field(default=2, ge=1)
    """Of the whole jury, where a candidate of the session comes by VAE."""
    vae_jury_min_qualified: int = Field(default=1, ge=0)
    """Jurors who are qualified for the certification."""
    vae_jury_each_sex: bool = True
    """At least one woman and one man."""
    vae_jury_rules_version: str = Field(default="2024", min_length=1, max_length=100)
    vae_jury_rules_source: str = Field(default="article D. 6412-6 du code du travail", min_length=1, max_length=300)
    min_graders: int = Field(default=2, ge=1)
    """Jurors without a conflict of interest who grade each candidate, at least."""
    partly_met_below: Fraction = Fraction(1, 2)
    """A competency is acquired with strictly less than this share of its criteria partly met, where the version of the
    referential has no policy of its own."""
    time_zone: str = "Europe/Paris"
    """Where the jury sits: the date of a deliberation is that of its place."""
    results_poll_seconds: float = Field(default=5.0, gt=0)
    """How often it is looked for results whose moment of publication has come."""
    bring: str | None = Field(
        default="Une pièce d'identité en cours de validité et cette convocation.", max_length=4000
    )
    """What convocations ask to bring, where the staff says nothing else."""
    appeal_days: int = Field(default=60, ge=0, le=3650)
    """Days after the publication of results for which an appeal is received; the certifier's rules say it."""
    accept_future_dates: bool = False
    """Let a deliberation be dated after today, and arrivals freely: for rehearsals and scenario files, never in
    production."""
    call_time: time = time(9)
    """When candidates are called on the session's day, in `time_zone`."""
    late_arrival_minutes: int | None = Field(default=None, ge=0)
    """Who arrives more than this after the call is flagged as late; nobody is where none is given."""
    max_attempts: int | None = Field(default=None, ge=1)
    """How often an enrolment may try a modality; an excused absence is no attempt. As often as it takes where none is
    given."""

    small_group_below: int = Field(default=5, ge=1)
    """Statistics of fewer people than this are flagged, and are not shown to programs nor drawn; 1: all are shown."""

    follow_up_months: tuple[Annotated[int, Field(ge=1, le=120)], ...] = (6, 24)
    """How long after the award holders are asked what became of them; `[]`: never."""
    follow_up_link_days: int = Field(default=60, ge=1, le=366)
    """For how long the link to answer holds."""
    follow_up_answers_per_minute: int = Field(default=600, ge=1)
    """Answers that one process takes in, with those that it refuses."""

    @property
    def jury_rules(self) -> tuple[JuryRules, ...]:
        """What a jury is held to: the certifier's rules for all, and the law's where experience is validated."""
        every = JuryRules(
            "jury",
            self.jury_rules_version,
            self.jury_rules_source,
            min_members=self.jury_min_members,
            min_external_share=self.jury_min_external_share,
            min_professional_share=self.jury_min_professional_share,
        )
        vae = JuryRules(
            "jury_vae",
            self.vae_jury_rules_version,
            self.vae_jury_rules_source,
            access_paths=frozenset({AccessPath.VAE}),
            min_size=self.vae_jury_min_size,
            min_qualified=self.vae_jury_min_qualified,
            each_sex=self.vae_jury_each_sex,
        )
        return every, vae

    @property
    def default_policy(self) -> PartlyMet:
        """The validation policy where the version of the referential has none."""
        return PartlyMet(self.partly_met_below)
