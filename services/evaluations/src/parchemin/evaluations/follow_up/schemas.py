"""What crosses the API about the follow-up of holders."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.text import Name
from parchemin.evaluations.follow_up.models import FollowUp
from parchemin.evaluations.follow_up.rules import Cohort, Situation, State, state_at
from parchemin.evaluations.statistics.schemas import RateView


class FollowUpView(BaseModel):
    """A survey. What was answered stands apart from it, and is never shown with it."""

    id: UUID
    organisation_id: UUID
    award_id: UUID
    candidate_id: UUID
    months: int = Field(description="After the award", examples=[6])
    due_on: date
    state: State = Field(description="`expired`: the link was not used in its time; make a new one")
    sent_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, found: FollowUp, now: datetime) -> "FollowUpView":
        """As it stands now."""
        told = found.model_dump(include=set(cls.model_fields) - {"state"})
        return cls(**told, state=state_at(State(found.state), found.expires_at, now))


class LinkView(BaseModel):
    """A link to hand on to the holder. It is shown here once, and cannot be read again."""

    follow_up: FollowUpView
    link: str = Field(
        description="The token stands after `#`, where neither servers nor logs see it",
        examples=["https://parchemin.example/v1/follow_up_answers#rPq3…"],
    )


class NewAnswer(BaseModel):
    """A holder's answer."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")] = Field(
        description="From the link", examples=["rPq3Yy0m0k8b5m1o1x7cVb1mXg2m8bD8d7wW0h3y5fE"]
    )
    situation: Situation
    job_title: Name | None = Field(default=None, examples=["Chargée de production"])


class CohortView(BaseModel):
    """What the holders of a year answered. Null where so few did that it might tell of one of them."""

    year: int = Field(examples=[2025])
    months: int = Field(description="After the award", examples=[6])
    asked: int
    suppressed: bool
    answered: int | None
    situations: dict[Situation, int] | None
    job_titles: list[str] | None = Field(description="Those that were named, each once; for school and certifier")
    at_work: RateView | None = Field(description="Employed, or on their own account, of those who answered")
    in_field: RateView | None = Field(description="Employed in the field, of those who answered")

    @classmethod
    def of(cls, cohort: Cohort, below: int, job_titles: list[str] | None) -> "CohortView":
        """As it is shown."""
        small = cohort.is_small(below)
        at_work, in_field = (None, None) if small else (cohort.at_work, cohort.in_field)
        return cls(
            year=cohort.year,
            months=cohort.months,
            asked=cohort.asked,
            suppressed=small,
            answered=None if small else cohort.answered,
            situations=None if small else {one: cohort.situations.get(one, 0) for one in Situation},
            job_titles=None if small else job_titles,
            at_work=RateView.of(at_work) if at_work else None,
            in_field=RateView.of(in_field) if in_field else None,
        )


class PlacementView(BaseModel):
    """Placement of the cohorts."""

    small_group_below: int
    cohorts: list[CohortView]
