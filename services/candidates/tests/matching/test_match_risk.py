"""Match risks over HTTP."""

from typing import TYPE_CHECKING

import pytest

from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_candidates_at_risk_are_told_with_what_is_to_be_mended(
    school: "School", stranger: "Callable[..., dict[str, str]]"
) -> None:
    right = await school.candidate()
    wrong = await school.candidate(birth_name="Mme Çelik", birth_date="1985-06")
    one = await school.client.get(f"/v1/candidates/{wrong}/match_risk", headers={"Accept-Language": "en"})
    assert one.status_code == 200, one.text
    assert (one.json()["level"], [risk["code"] for risk in one.json()["risks"]]) == (
        "high",
        ["name_has_title", "birth_day_unknown"],
    )
    assert one.json()["risks"][0]["detail"] == "The name contains a title."
    assert (await school.client.get(f"/v1/candidates/{right}/match_risk")).json()["level"] == "none"
    listed = (await school.client.get("/v1/match_risks", params={"at_least": "medium"})).json()["items"]
    assert [item["candidate_id"] for item in listed] == [wrong]
    assert (await school.client.get("/v1/match_risks", headers=school.officer)).status_code == 403
    strange = stranger(Role.ADMINISTRATOR)
    assert (await school.client.get(f"/v1/candidates/{wrong}/match_risk", headers=strange)).status_code == 404
    assert (await school.client.get("/v1/match_risks", headers=strange)).json()["items"] == []
