"""The register under load: gapless numbers, one award per candidate, whatever happens at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.events.evaluations import BlockValidatedV1, CertificationAwardedV1, DeliberationClosedV1
from parchemin.evaluations.awards.models import Award, RegisterCounter
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

DAY = date(2026, 6, 15)
MODALITIES = ("M1", "M2", "M3", "M4")


@pytest_asyncio.fixture
async def rehearsal(school_with: "Callable[..., Awaitable[School]]") -> "School":
    """A school that may date its deliberations in any year."""
    return await school_with(accept_future_dates=True)


class Deliberations:
    """Sessions that deliberate on candidates who met everything, written straight into the tables."""

    def __init__(self, school: "School", jury: Sequence[str]) -> None:
        self.school = school
        self.jury = [UUID(juror) for juror in jury]

    async def enrolments(self, count: int, candidate: UUID | None = None) -> list[UUID]:
        known = [
            KnownEnrolment(
                id=new_id(),
                organisation_id=self.school.id,
                candidate_id=candidate or new_id(),
                referential_version="1.0",
                blocks=[1, 2, 3],
            )
            for _ in range(count)
        ]
        async with self.school.app.state.database.transaction() as session:
            session.add_all(known)
        return [enrolment.id for enrolment in known]

    async def gather(
        self, *groups: Sequence[UUID], day: date = DAY, modalities: Sequence[str] = MODALITIES
    ) -> list[UUID]:
        """One session for each group of enrolments, which have all acquired in it."""
        held, rows = [], []
        async with self.school.app.state.database.transaction() as session:
            referential = await referential_of(session, "1.0")
            for _ in groups:
                one = EvaluationSession(
                    organisation_id=self.school.id,
                    referential_version="1.0",
                    place="Paris",
                    held_on=day,
                    modalities=list(modalities),
                    state="deliberating",
                )
                held.append(one)
                rows += [
                    JurySeat(session_id=one.id, juror_id=juror, president=juror == self.jury[0]) for juror in self.jury
                ]
            session.add_all(held)
            await session.flush()
            sheets = []
            for one, group in zip(held, groups, strict=True):
                for enrolment in group:
                    for modality in modalities:
                        listed = Registration(
                            organisation_id=self.school.id,
                            session_id=one.id,
                            enrolment_id=enrolment,
                            modality=modality,
                            attendance="present",
                        )
                        rows.append(listed)
                        codes = [competency.code for competency in referential.competencies_of_modality(modality)]
                        levels = [
                            {"criterion": criterion.code, "level": "met"}
                            for code in codes
                            for criterion in referential.competency(code).criteria
                        ]
                        sheets.append(
                            Sheet(
                                organisation_id=self.school.id,
                                session_id=one.id,
                                registration_id=listed.id,
                                juror_id=self.jury[0],
                                state="signed",
                                levels=levels,
                                opinions=[],
                                signed_at=utc_now(),
                            )
                        )
            session.add_all(rows)
            await session.flush()
            session.add_all(sheets)
        return [one.id for one in held]

    async def close(self, session_id: UUID, day: date = DAY) -> httpx.Response:
        body = {"state": "closed", "deliberated_on": day.isoformat()}
        by = self.school.juror(str(self.jury[0]))
        return await self.school.call("PUT", f"/v1/sessions/{session_id}/state", body, by=by, match='"1"')

    async def close_all(self, sessions: Sequence[UUID]) -> list[int]:
        answers = await asyncio.gather(*(self.close(session_id) for session_id in sessions))
        return [answer.status_code for answer in answers]


@pytest_asyncio.fixture
async def deliberations(rehearsal: "School") -> Deliberations:
    return Deliberations(rehearsal, [await rehearsal.enter_juror() for _ in range(3)])


async def numbers(school: "School", year: int = 2026) -> list[int]:
    """The ranks in the register, and the facts that tell of them, which must agree."""
    async with school.app.state.database.reading() as session:
        awards = (await session.execute(select(Award).where(Award.year == year).order_by(Award.rank))).scalars().all()
        last = await session.scalar(select(RegisterCounter.last).where(RegisterCounter.year == year))
    told = [fact for fact in await school.facts(CertificationAwardedV1) if fact.awarded_on.year == year]
    assert sorted(fact.register_number for fact in told) == [f"{year}-{award.rank:04d}" for award in awards]
    assert {fact.award_id for fact in told} == {award.id for award in awards}
    assert len({award.candidate_id for award in awards}) == len(awards) == (last or 0)
    return [award.rank for award in awards]


async def test_fifty_deliberations_at_once_fill_the_register_without_gap_or_double(
    rehearsal: "School", deliberations: Deliberations
) -> None:
    enrolments = await deliberations.enrolments(50)
    sessions = await deliberations.gather(*([enrolment] for enrolment in enrolments))
    assert await deliberations.close_all(sessions) == [200] * 50
    assert await numbers(rehearsal) == list(range(1, 51))
    assert len(await rehearsal.facts(BlockValidatedV1)) == 150
    assert len(await rehearsal.facts(DeliberationClosedV1)) == 50
    assert await deliberations.close_all(sessions) == [412] * 50


async def test_sessions_that_share_candidates_award_each_of_them_once(
    rehearsal: "School", deliberations: Deliberations
) -> None:
    enrolments = await deliberations.enrolments(9)
    groups = [enrolments, enrolments[::-1], enrolments[3:], enrolments[:6], enrolments[2:7], enrolments[::2]]
    sessions = await deliberations.gather(*groups)
    assert await deliberations.close_all(sessions) == [200] * 6
    assert await numbers(rehearsal) == list(range(1, 10))
    async with rehearsal.app.state.database.reading() as session:
        outcomes = (await session.execute(select(Decision.outcome))).scalars().all()
    assert outcomes.count("acquired") == 9 * 22
    assert set(outcomes) == {"acquired", "kept"}


async def test_two_enrolments_of_a_candidate_that_end_at_once_bring_one_award(
    rehearsal: "School", deliberations: Deliberations
) -> None:
    """The database refuses the second award after its number was taken: nothing of that closing remains."""
    groups = [[enrolment] for _ in range(5) for enrolment in await deliberations.enrolments(2, candidate=new_id())]
    sessions = await deliberations.gather(*groups)
    statuses = await deliberations.close_all(sessions)
    assert set(statuses) <= {200, 409}
    late = [session_id for session_id, status in zip(sessions, statuses, strict=True) if status == 409]
    for session_id in late:
        assert (await deliberations.close(session_id)).status_code == 200
    assert await numbers(rehearsal) == [1, 2, 3, 4, 5]
    assert len(await rehearsal.facts(BlockValidatedV1)) == 30


async def test_a_closing_that_fails_after_it_took_a_number_leaves_no_gap(
    rehearsal: "School", deliberations: Deliberations
) -> None:
    enrolments = await deliberations.enrolments(3)
    first, second, third = await deliberations.gather(*([enrolment] for enrolment in enrolments))
    assert (await deliberations.close(first)).status_code == 200
    (stranger,) = await deliberations.enrolments(1)
    squatter = Award(
        organisation_id=rehearsal.id,
        enrolment_id=stranger,
        candidate_id=new_id(),
        session_id=first,
        awarded_on=DAY,
        year=2026,
        rank=2,
    )
    async with rehearsal.app.state.database.transaction() as session:
        session.add(squatter)
    before = await rehearsal.state()
    answers = [await deliberations.close(second) for _ in range(2)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "conflict")] * 2
    assert await rehearsal.state() == before
    async with rehearsal.app.state.database.transaction() as session:
        await session.execute(delete(Award).where(Award.id == squatter.id))
    assert await deliberations.close_all([third, second]) == [200, 200]
    assert await numbers(rehearsal) == [1, 2, 3]


async def test_exemptions_that_arrive_while_the_jury_closes_complete_each_block_once(
    rehearsal: "School", deliberations: Deliberations
) -> None:
    enrolments = await deliberations.enrolments(8)
    sessions = await deliberations.gather(enrolments[:4], enrolments[4:], modalities=("M1", "M2", "M3"))
    closing = deliberations.close_all(sessions)
    of_m4 = [(str(each), code) for each in enrolments for code in ("C.19", "C.20", "C.21", "C.22")]
    statuses, *_ = await asyncio.gather(closing, *(rehearsal.exempt(*pair) for pair in of_m4))
    assert statuses == [200, 200]
    assert await numbers(rehearsal) == list(range(1, 9))
    assert len(await rehearsal.facts(BlockValidatedV1)) == 24
    assert await rehearsal.parked() == []


async def test_each_year_has_a_register_of_its_own_by_the_date_of_the_deliberation(
    rehearsal: "School", deliberations: Deliberations
) -> None:
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 30), date(2027, 1, 2)]
    for enrolment, day in zip(await deliberations.enrolments(4), days, strict=True):
        (held,) = await deliberations.gather([enrolment])
        assert (await deliberations.close(held, day)).status_code == 200
    told = [fact.register_number for fact in await rehearsal.facts(CertificationAwardedV1)]
    assert told == ["2026-0001", "2027-0001", "2026-0002", "2027-0002"]
    assert await numbers(rehearsal) == await numbers(rehearsal, 2027) == [1, 2]
