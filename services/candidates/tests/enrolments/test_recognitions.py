"""Blocks recognised by the certifier's table, or on proof."""

from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from services.candidates.tests.conftest import small_referential
from services.candidates.tests.enrolments.telling import Story, parked, state_of, told
from sqlalchemy import select, text

from parchemin.candidates.recognitions.models import Recognition
from parchemin.contracts.events.enrolments import BlockRecognisedV1
from parchemin.contracts.vocabulary import RecognitionGround, Role

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio

PROOF = {"issuer": "École voisine", "document_date": "2024-07-01", "reference": "AB-113", "sha256": "ab" * 32}


async def enrolled_twice(school: "School") -> tuple[str, str]:
    """On two versions, the earlier first."""
    earlier = await school.enrolment()
    await school.learn(small_referential("t2"))
    return earlier, await newer(school, earlier)


async def newer(school: "School", earlier: str) -> str:
    candidate = (await school.client.get(f"/v1/enrolments/{earlier}")).json()["candidate_id"]
    body = {"candidate_id": candidate, "access_path": "vae", "blocks": [1, 2], "referential_version": "t2"}
    answer = await school.client.post("/v1/enrolments", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def publish(school: "School", *rows: tuple[list[int], int]) -> httpx.Response:
    body = {
        "from_version": "t1",
        "to_version": "t2",
        "source": "Décision du 12 janvier 2027.",
        "rows": [{"from_blocks": from_blocks, "to_block": to_block} for from_blocks, to_block in rows],
    }
    return await school.client.post("/v1/block_equivalences", json=body, headers=school.certifier)


async def recognised(school: "School", enrolment: str) -> list[tuple[int, str, str]]:
    items = (await school.client.get(f"/v1/recognitions?enrolment_id={enrolment}")).json()["items"]
    return sorted((item["block"], item["ground"], item["state"]) for item in items)


async def claim(school: "School", enrolment: str, block: int, by: dict[str, str] | None = None) -> httpx.Response:
    body = {"enrolment_id": enrolment, "block": block, "proof": PROOF}
    return await school.client.post("/v1/recognitions", json=body, headers=by or school.administrator)


async def decide(
    school: "School", claimed: httpx.Response, decision: str = "recognised", by: dict[str, str] | None = None
) -> httpx.Response:
    headers = {**(by or school.certifier), "If-Match": claimed.headers["etag"]}
    body = {"decision": decision, "reason": "Même bloc."}
    return await school.client.put(f"/v1/recognitions/{claimed.json()['id']}/decision", json=body, headers=headers)


@pytest.mark.parametrize("order", ["table first", "validated first", "enrolled last"])
async def test_a_validated_block_is_recognised_by_the_table_whatever_came_last(school: "School", order: str) -> None:
    earlier = await school.enrolment()
    await school.learn(small_referential("t2"))
    if order == "table first":
        await publish(school, ([1], 2))
        later = await newer(school, earlier)
        await school.tell(Story(school, earlier).validated(1))
    elif order == "validated first":
        later = await newer(school, earlier)
        await school.tell(Story(school, earlier).validated(1))
        assert await recognised(school, later) == []
        await publish(school, ([1], 2))
    else:
        await publish(school, ([1], 2))
        await school.tell(Story(school, earlier).validated(1))
        later = await newer(school, earlier)
    assert await recognised(school, later) == [(2, "equivalence", "recognised")]
    [fact] = await told(school, BlockRecognisedV1)
    assert (str(fact.enrolment_id), fact.block, fact.ground) == (later, 2, RecognitionGround.EQUIVALENCE)
    assert (str(fact.provenance.source_enrolment_id), fact.provenance.source_version) == (earlier, "t1")
    assert fact.provenance.source_blocks == (1,)
    await school.tell(Story(school, earlier).validated(1))
    assert len(await told(school, BlockRecognisedV1)) == 1
    assert await parked(school) == []


async def test_the_last_edition_of_a_table_holds_and_each_stays_on_record(school: "School") -> None:
    earlier, later = await enrolled_twice(school)
    assert (await publish(school, ([1], 1))).json()["number"] == 1
    assert (await publish(school, ([1, 2], 1))).json()["number"] == 2
    await school.tell(Story(school, earlier).validated(1))
    assert await recognised(school, later) == []
    await school.tell(Story(school, earlier).validated(2))
    assert await recognised(school, later) == [(1, "equivalence", "recognised")]
    listed = (await school.client.get("/v1/block_equivalences?to_version=t2")).json()["items"]
    assert [item["number"] for item in listed] == [1, 2]
    one = await school.client.get(f"/v1/block_equivalences/{listed[0]['id']}")
    assert one.json() == listed[0]


async def test_a_table_that_says_nothing_sensible_is_refused(school: "School") -> None:
    await school.learn(small_referential("t2"))
    wrong = await publish(school, ([9], 1), ([1, 1], 2))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "equivalences_faulty")
    assert [(fault["pointer"], fault["code"]) for fault in wrong.json()["errors"]] == [
        ("/rows/0/from_blocks", "block_unknown"),
        ("/rows/1/from_blocks", "named_twice"),
    ]
    body = {"from_version": "t2", "to_version": "t2", "source": "S", "rows": [{"from_blocks": [1], "to_block": 1}]}
    same = await school.client.post("/v1/block_equivalences", json=body, headers=school.certifier)
    assert same.json()["code"] == "equivalences_faulty"
    by_school = await school.client.post("/v1/block_equivalences", json=body)
    assert by_school.status_code == 403


async def test_a_block_is_recognised_on_proof_by_somebody_else_than_who_claimed_it(school: "School") -> None:
    enrolment = await school.enrolment()
    claimed = await claim(school, enrolment, 2)
    assert claimed.status_code == 201, claimed.text
    assert "proof" not in claimed.json()
    assert (await claim(school, enrolment, 2)).json()["code"] == "recognition_exists"
    same = school.bearer(Role.CERTIFIER, subject="administrator")
    assert (await decide(school, claimed, by=same)).json()["code"] == "claimant_decides"
    decided = await decide(school, claimed)
    assert decided.json()["state"] == "recognised"
    again = await decide(school, decided, "refused")
    assert (again.status_code, again.json()["code"]) == (409, "recognition_decided")
    view = await school.client.get(f"/v1/recognitions/{decided.json()['id']}")
    assert (view.json()["proof"], view.json()["reason"]) == (PROOF, "Même bloc.")
    [fact] = await told(school, BlockRecognisedV1)
    assert (fact.ground, fact.provenance.proof_digest) == (RecognitionGround.PROOF, PROOF["sha256"])
    assert "École voisine" not in fact.model_dump_json()
    async with school.database.reading() as session:
        [row] = (await session.execute(select(Recognition))).scalars()
    assert b"voisine" not in (row.proof or b"")
    await school.tell(Story(school, enrolment).validated(1))
    assert await state_of(school, enrolment) == "completed"


async def test_one_block_at_least_is_left_to_a_jury(school: "School") -> None:
    enrolment = await school.enrolment()
    first, second = await claim(school, enrolment, 1), await claim(school, enrolment, 2)
    assert (await decide(school, first)).status_code == 200
    refused = await decide(school, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_block_left_to_assess")
    assert (await decide(school, second, "refused")).json()["state"] == "refused"
    assert (await claim(school, enrolment, 2)).json()["code"] == "no_block_left_to_assess"
    assert (await claim(school, enrolment, 7)).json()["code"] == "block_unknown"


async def test_a_candidate_claims_their_own_block_and_no_other_school_sees_it(school: "School") -> None:
    enrolment = await school.enrolment(subject="zoe")
    zoe = school.bearer(
        Role.CANDIDATE, organisation=school.id, subject="zoe", scopes=["candidates:read", "candidates:write"]
    )
    other = school.bearer(
        Role.CANDIDATE, organisation=school.id, subject="lea", scopes=["candidates:read", "candidates:write"]
    )
    assert (await claim(school, enrolment, 1, other)).status_code == 404
    claimed = await claim(school, enrolment, 1, zoe)
    assert claimed.status_code == 201, claimed.text
    url = f"/v1/recognitions/{claimed.json()['id']}"
    assert (await school.client.get(url, headers=zoe)).json()["proof"] == PROOF
    assert (await school.client.get(url, headers=other)).status_code == 404
    elsewhere = school.bearer(Role.ADMINISTRATOR, organisation=uuid4())
    assert (await school.client.get(url, headers=elsewhere)).status_code == 404
    withdrawn = await school.client.put(f"{url}/withdrawal", headers={**zoe, "If-Match": claimed.headers["etag"]})
    assert withdrawn.json()["state"] == "withdrawn"
    async with school.database.reading() as session:
        rows = (await session.execute(text("SELECT * FROM recognitions"))).all()
    assert "zoe" not in str(rows)
