"""Requests that meet at the same moment end as if one had come after the other."""

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_a_juror_signs_or_is_in_conflict_and_never_both(school: "School") -> None:
    held = await school.plan("M1")
    who = [await school.enrol(1) for _ in range(6)]
    listed = await school.run(held, *((enrolment, "M1") for enrolment in who))
    juror = held.jury[1]

    async def declare(enrolment: str) -> int:
        tie = {"juror_id": juror, "enrolment_id": enrolment, "kind": "employs"}
        return (await school.call("POST", "/v1/conflicts_of_interest", tie)).status_code

    async def sign(index: int) -> int:
        return (await school.write(listed[index], juror, state="signed")).status_code

    pairs = [asyncio.gather(sign(index), declare(enrolment)) for index, enrolment in enumerate(who)]
    assert {tuple(pair) for pair in await asyncio.gather(*pairs)} <= {(201, 409), (409, 201)}


async def test_of_two_presidents_tokens_one_closes(school: "School") -> None:
    held = await school.plan("M1")
    registrations = await school.run(held, (await school.enrol(1), "M1"))
    await school.deliberate(held, registrations)
    body = {"state": "closed", "deliberated_on": "2024-06-17"}
    url, match, by = (
        f"/v1/sessions/{held.id}",
        await school.etag(f"/v1/sessions/{held.id}"),
        school.juror(held.president),
    )
    answers = await asyncio.gather(*(school.call("PUT", f"{url}/state", body, by=by, match=match) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_a_candidate_is_registered_once_by_two_clerks(school: "School") -> None:
    held, enrolment = await school.plan("M1"), await school.enrol(1)
    entry = {"session_id": held.id, "enrolment_id": enrolment, "modality": "M1"}
    answers = await asyncio.gather(*(school.call("POST", "/v1/registrations", entry) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"already_registered"}


async def test_a_sheet_is_corrected_once_at_a_time(school: "School") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    sheet = await school.sign(registration, held.president)
    corrections = [{"levels": sheet["levels"], "reason": f"Erreur de saisie, {number}."} for number in range(3)]
    url, by = f"/v1/sheets/{sheet['id']}/corrections", school.juror(held.president)
    answers = await asyncio.gather(*(school.call("POST", url, correction, by=by) for correction in corrections))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"sheet_not_signed"}


async def test_a_sheet_that_is_signed_was_signed_before_the_candidate_was_found_absent(school: "School") -> None:
    held = await school.plan("M1")
    listed = await school.run(held, *[(await school.enrol(1), "M1") for _ in range(12)])
    urls = [f"/v1/registrations/{registration['id']}/attendance" for registration in listed]
    tags = [await school.etag(url.removesuffix("/attendance")) for url in urls]
    gone = [asyncio.Event() for _ in listed]

    async def leave(index: int) -> httpx.Response:
        answer = await school.call("PUT", urls[index], {"attendance": "absent"}, match=tags[index])
        gone[index].set()
        return answer

    async def sign(index: int) -> httpx.Response:
        await gone[max(index - 2, 0)].wait()  # so that its turn comes while this candidate's absence is being written
        return await school.write(listed[index], held.jury[1], state="signed")

    pairs = await asyncio.gather(*(asyncio.gather(leave(index), sign(index)) for index in range(len(listed))))
    for absent, answer in pairs:
        if answer.status_code == 201:
            assert answer.json()["signed_at"] < school.done(absent)["updated_at"]
        else:
            assert answer.json()["code"] == "candidate_not_present"
