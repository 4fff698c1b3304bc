"""A candidate is erased: nobody owns the production any more, and its figures stay."""

from collections.abc import Callable

import httpx
import pytest
from services.budget.tests.builders import ENROLMENT, SCHOOL
from services.budget.tests.test_productions import production

from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.erasure.service import NO_TITLE
from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.envelope import wrap
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio


async def test_owner_and_title_go_and_nobody_is_named_again(
    client: httpx.AsyncClient, bearer: Callable[..., dict[str, str]]
) -> None:
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    opened = await client.post("/v1/productions", json=production(), headers=zoe)
    url = f"/v1/productions/{opened.json()['id']}"
    assert (await client.get(url, headers=zoe)).json()["owner_subject"] == "zoe"
    service = client._transport.app.state.service  # type: ignore[attr-defined]  # an ASGITransport's
    async with service.database.reading() as session:
        candidate = (await session.get_one(KnownEnrolment, ENROLMENT)).candidate_id
    erased = CandidateErasedV1(candidate_id=candidate, organisation_id=SCHOOL, erased_at=utc_now())
    body = wrap(erased, event_id=new_id(), at=utc_now()).to_bytes()
    await service.consumer.deliver(Message(erased.topic, erased.key, body))
    left = (await client.get(url)).json()
    assert (left["owner_subject"], left["title"]) == (None, NO_TITLE)
    assert (await client.get(url, headers=zoe)).status_code == 404
    refused = await client.post("/v1/productions", json=production(owner_subject="zoe"))
    assert (refused.status_code, refused.json()["code"]) == (409, "owner_erased")
