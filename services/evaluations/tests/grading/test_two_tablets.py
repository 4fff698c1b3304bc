"""Two tablets of one juror on a network that repeats, reorders and delays: one sheet, and nothing of it is lost."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import func, select

from parchemin.common.merge_patch import merge_patch
from parchemin.common.statements import table_of
from parchemin.contracts.events.evaluations import SheetSignedV1
from parchemin.evaluations.grading.models import Sheet

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Headers, School

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
ROUNDS = 14
AT_ONCE = 3


def says(sheet: Json) -> Json:
    """The sheet in the shape of a patch."""
    return {
        "levels": {
            level["criterion"]: {name: v for name, v in level.items() if v is not None and name != "criterion"}
            for level in sheet["levels"]
        },
        "state": sheet["state"],
    }


@dataclass
class Tablet:
    """An app as docs/grading.md describes it: it sends what changed, and after a refusal reads and sends again."""

    school: "School"
    by: "Headers"
    registration: Json
    url: str = ""
    etag: str = ""
    unsent: Json = field(default_factory=dict)
    """What the juror entered here and nobody acknowledged."""

    def requests(self) -> list[Json]:
        """What it would send now."""
        if not self.url:
            levels = [{"criterion": code, **members} for code, members in self.unsent.items()]
            return [{"method": "POST", "body": {"registration_id": self.registration["id"], "levels": levels}}]
        if not self.unsent:
            return []
        return [{"method": "PATCH", "url": self.url, "match": self.etag, "body": {"levels": dict(self.unsent)}}]

    async def hear(self, answer: httpx.Response, sent: Json) -> None:
        """What it makes of an answer: the first one, a second one, a late one."""
        if answer.is_success:
            self.url, self.etag = f"/v1/sheets/{answer.json()['id']}", answer.headers["etag"]
            if sent["method"] == "PATCH":
                acknowledged = sent["body"]["levels"]
                self.unsent = {c: m for c, m in self.unsent.items() if acknowledged.get(c) != m}
            else:
                self.unsent = {}
        elif answer.json()["code"] in {"sheet_exists", "stale_version"}:
            self.url, self.etag = f"/v1/sheets/{answer.json()['sheet_id']}", answer.headers["etag"]


@pytest.mark.parametrize("seed", range(3))
async def test_never_a_doubled_sheet_and_never_a_lost_level(school: "School", seed: int) -> None:
    chance = random.Random(seed)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    by, codes = school.juror(held.president), registration["assessed_criteria"]
    tablets = [Tablet(school, by, registration) for _ in range(2)]
    network: list[tuple[Tablet, Json]] = []
    heard: list[tuple[Json, httpx.Response]] = []

    async def deliver(tablet: Tablet, request: Json) -> None:
        url = request.get("url", "/v1/sheets")
        answer = await school.call(request["method"], url, request["body"], by=by, match=request.get("match"))
        heard.append((request, answer))
        if chance.random() < 0.8:  # the answer reaches the tablet
            await tablet.hear(answer, request)

    for _ in range(ROUNDS):
        for tablet in tablets:
            if chance.random() < 0.7:
                member = chance.choice(["oral", "written", "level"])
                tablet.unsent[chance.choice(codes[:4])] = {member: chance.choice(["met", "partly_met"])}
            network += [(tablet, request) for request in tablet.requests() for _ in range(chance.choice([1, 1, 2]))]
        chance.shuffle(network)
        arriving, network = network[:AT_ONCE], network[AT_ONCE:]
        await asyncio.gather(*(deliver(*message) for message in arriving))
    for tablet in tablets * 2:  # the network is well again: what is unsent arrives, in two attempts at most each
        for request in tablet.requests():
            answer = await school.call(
                request["method"], request.get("url", "/v1/sheets"), request["body"], by=by, match=request.get("match")
            )
            heard.append((request, answer))
            await tablet.hear(answer, request)
    url, match = tablets[0].url, await school.etag(tablets[0].url, by)
    sign = {
        "method": "PATCH",
        "body": {
            "levels": {code: {"level": "met", "written": None, "oral": None} for code in codes},
            "state": "signed",
        },
    }
    answers = [await school.call("PATCH", url, sign["body"], by=by, match=match) for _ in range(3)]
    heard += [(sign, answer) for answer in answers]
    for _tablet, request in network:  # and what is late arrives last of all
        late = await school.call(
            request["method"], request.get("url", "/v1/sheets"), request["body"], by=by, match=request.get("match")
        )
        heard.append((request, late))

    versions: dict[int, Json] = {}
    sent: dict[int, list[Json]] = {}
    for request, answer in heard:
        assert answer.status_code in {200, 201, 409, 412}, answer.text
        if answer.is_success:
            number, told = int(answer.headers["etag"].strip('"')), says(answer.json())
            assert versions.setdefault(number, told) == told, "one version says one thing"
            sent.setdefault(number, []).append(request["body"])
            if request["method"] == "PATCH":
                assert merge_patch(told, request["body"]) == told, "what is acknowledged is there"
    assert sorted(versions) == list(range(1, len(versions) + 1))
    for number in range(2, len(versions) + 1):  # each change is one that was acknowledged, and nothing else with it
        assert versions[number] in [merge_patch(versions[number - 1], patch) for patch in sent[number]]
    assert says(await school.get(url, by=by)) == versions[len(versions)]
    assert [tablet.unsent for tablet in tablets] == [{}, {}]
    async with school.app.state.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(table_of(Sheet))) == 1
    assert len(await school.facts(SheetSignedV1)) == 1
