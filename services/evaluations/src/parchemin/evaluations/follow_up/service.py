"""Use cases of the follow-up: surveys that become due, links, answers, and what these come to."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.erasure import forgotten
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.ownership import find
from parchemin.common.problems import Conflict, NotFound
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.evaluations.awards.models import Award
from parchemin.evaluations.follow_up.models import FollowUp, FollowUpAnswer
from parchemin.evaluations.follow_up.rules import Cohort, Situation, awarded_until, due_on

BATCH = 500
"""Surveys that are opened in one transaction."""
TOKEN_BYTES = 32
MOST_JOBS = 2000
"""Job titles in one answer."""


class FollowUpAnswered(Conflict):
    """A holder is asked once."""

    code = "follow_up_answered"
    detail = Text("Cette enquête a reçu sa réponse.", "This survey was answered.")


class FollowUpLinkInvalid(NotFound):
    """The link is unknown, was replaced, has expired, or was used: which of these is not said."""

    code = "follow_up_link_invalid"
    detail = Text("Ce lien n'est pas ou n'est plus valable.", "This link is not valid, or not any more.")


async def open_due(session: AsyncSession, today: date, months: Iterable[int]) -> int:
    """Open surveys of awards that are old enough and have none, some at a time; returns how many."""
    opened = 0
    erased = forgotten(col(Award.candidate_id))
    for delay in sorted(set(months)):
        asked = select(FollowUp).where(col(FollowUp.award_id) == col(Award.id), col(FollowUp.months) == delay).exists()
        due = select(Award).where(col(Award.awarded_on) <= awarded_until(today, delay), ~asked, ~erased)
        now = utc_now()
        for award in (await session.execute(due.order_by(col(Award.id)).limit(BATCH))).scalars():
            row = {
                "id": new_id(),
                "version": 1,
                "created_at": now,
                "updated_at": now,
                "organisation_id": award.organisation_id,
                "award_id": award.id,
                "candidate_id": award.candidate_id,
                "year": award.year,
                "months": delay,
                "due_on": due_on(award.awarded_on, delay),
                "state": "due",
            }
            opened += await insert_if_absent(session, table_of(FollowUp), row)
    return opened


async def make_link(
    session: AsyncSession, principal: Principal, follow_up_id: UUID, expected: int, days: int
) -> tuple[FollowUp, str]:
    """A new link, which takes the place of an earlier one; returns the token, which is kept nowhere."""
    found = await find(session, FollowUp, follow_up_id, principal, for_update=True)
    require_version(found, expected)
    if found.state == "answered":
        raise FollowUpAnswered
    token = secrets.token_urlsafe(TOKEN_BYTES)
    found.state, found.token_hash = "sent", _hash(token)
    found.sent_at = found.updated_at = utc_now()
    found.expires_at = found.sent_at + timedelta(days=days)
    return found, token


async def answer(session: AsyncSession, token: str, situation: Situation, job_title: str | None) -> None:
    """Take the answer of whoever holds the link, once; the link is void from then on."""
    now = utc_now()
    used = (
        update(FollowUp)
        .where(col(FollowUp.token_hash) == _hash(token), col(FollowUp.state) == "sent", col(FollowUp.expires_at) > now)
        .values(state="answered", token_hash=None, updated_at=now, version=col(FollowUp.version) + 1)
        .returning(col(FollowUp.organisation_id), col(FollowUp.year), col(FollowUp.months))
        .execution_options(synchronize_session=False)
    )
    asked = (await session.execute(used)).one_or_none()
    if asked is None:
        raise FollowUpLinkInvalid
    organisation_id, year, months = asked
    session.add(
        FollowUpAnswer(
            organisation_id=organisation_id, year=year, months=months, situation=situation, job_title=job_title
        )
    )


async def cohorts(session: AsyncSession, organisation_id: UUID | None) -> list[Cohort]:
    """What the holders of each year answered, the latest year first."""
    surveys, answers = table_of(FollowUp), table_of(FollowUpAnswer)
    asked = select(surveys.c.year, surveys.c.months, func.count().label("times"))
    said = select(answers.c.year, answers.c.months, answers.c.situation, func.count().label("times"))
    if organisation_id is not None:
        asked = asked.where(surveys.c.organisation_id == organisation_id)
        said = said.where(answers.c.organisation_id == organisation_id)
    situations: defaultdict[tuple[int, int], dict[Situation, int]] = defaultdict(dict)
    for row in await session.execute(said.group_by(answers.c.year, answers.c.months, answers.c.situation)):
        situations[row.year, row.months][Situation(row.situation)] = row.times
    order = (surveys.c.year.desc(), surveys.c.months)
    return [
        Cohort(row.year, row.months, row.times, situations[row.year, row.months])
        for row in await session.execute(asked.group_by(surveys.c.year, surveys.c.months).order_by(*order))
    ]


async def job_titles(session: AsyncSession, organisation_id: UUID | None) -> dict[tuple[int, int], list[str]]:
    """The jobs that were named in each cohort, each once, in alphabetical order."""
    answers = table_of(FollowUpAnswer)
    named = (
        select(answers.c.year, answers.c.months, answers.c.job_title)
        .where(answers.c.job_title.is_not(None))
        .distinct()
        .order_by(answers.c.job_title)
        .limit(MOST_JOBS)
    )
    if organisation_id is not None:
        named = named.where(answers.c.organisation_id == organisation_id)
    titles: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for row in await session.execute(named):
        titles[row.year, row.months].append(row.job_title)
    return titles


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
