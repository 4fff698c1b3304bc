"""Which enrolments are the calling candidate's, whatever comes first."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from parchemin.common.auth import Principal
from parchemin.common.auth.principal import login_of
from parchemin.common.ids import new_id
from parchemin.common.statements import table_of
from parchemin.contracts.events.identities import CandidateIdentifiedV2, CandidatesMergedV1, IdentityV2
from parchemin.contracts.partial_dates import PartialDate
from parchemin.contracts.vocabulary import Role, Sex
from parchemin.evaluations.enrolments.candidates import own_enrolments
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def own(school: "School", subject: str) -> set[str]:
    async with school.app.state.database.reading() as session:
        login = login_of(school.app.state.logins, subject)
        caller = Principal(subject, "issuer", school.id, frozenset({Role.CANDIDATE}), frozenset(), login)
        return {str(found) for found in (await session.execute(own_enrolments(caller))).scalars()}


async def test_a_candidate_is_known_by_their_login_whatever_comes_first(school: "School") -> None:
    zoe, ali = new_id(), new_id()
    first = await school.enrol(candidate=zoe)
    await school.identify(zoe, "zoe")
    await school.identify(ali, "ali")
    second, other = await school.enrol(candidate=zoe), await school.enrol(candidate=ali)
    assert await own(school, "zoe") == {first, second}
    assert await own(school, "ali") == {other}
    assert await own(school, "somebody") == set()


async def test_who_has_no_login_is_nobody(school: "School") -> None:
    zoe = new_id()
    await school.enrol(candidate=zoe)
    await school.identify(zoe, None)
    assert await own(school, "") == await own(school, "None") == set()


async def test_a_login_that_is_taken_away_or_given_to_another_leads_nowhere_else(school: "School") -> None:
    zoe, ali = new_id(), new_id()
    enrolment, other = await school.enrol(candidate=zoe), await school.enrol(candidate=ali)
    first = uuid4()
    await school.identify(zoe, "login", first)
    await school.identify(zoe, None)
    await school.identify(ali, "login")
    await school.identify(zoe, "login", first)  # a repeat changes nothing
    assert await own(school, "login") == {other} != {enrolment}


async def test_a_login_means_nothing_in_another_organisation(school: "School") -> None:
    zoe, stranger = new_id(), school.another()
    await school.enrol(candidate=zoe)
    await school.identify(zoe, "zoe")
    await stranger.enrol()
    assert await own(stranger, "zoe") == set()


async def test_what_was_a_duplicates_is_the_candidates_even_what_is_heard_later(school: "School") -> None:
    kept, duplicate = new_id(), new_id()
    first, second = await school.enrol(candidate=kept), await school.enrol(candidate=duplicate)
    for known_as in (kept, duplicate):  # as the candidates service says it after a merge
        await school.tell(
            CandidateIdentifiedV2(
                candidate_id=known_as,
                organisation_id=school.id,
                pii=IdentityV2(
                    birth_name="Lefèvre", used_name=None, first_names=("Zoé",), sex=Sex.FEMALE,
                    birth_date=PartialDate(1985, 6), birth_city="Dakar", birth_country="SN", subject="zoe",
                ),
            )
        )  # fmt: skip
    merge = CandidatesMergedV1(
        candidate_id=kept, duplicate_id=duplicate, organisation_id=school.id, enrolment_ids=(UUID(second),)
    )
    await school.tell(merge)
    late = await school.enrol(candidate=duplicate)
    assert await own(school, "zoe") == {first, second, late}
    async with school.app.state.database.reading() as session:
        columns = table_of(KnownEnrolment).c
        of = dict(tuple(row) for row in await session.execute(select(columns.id, columns.candidate_id)))
    assert (of[UUID(first)], of[UUID(second)]) == (kept, kept)


async def test_nothing_else_of_the_identity_is_kept(school: "School") -> None:
    zoe: UUID = new_id()
    await school.identify(zoe, "zoe")
    async with school.app.state.database.reading() as session:
        rows = (await session.execute(select(table_of(KnownCandidate)))).all()
    assert rows == [(zoe, school.id, login_of(school.app.state.logins, "zoe"))]
    assert "Lefèvre" not in str(await school.state())
