"""Consents over HTTP: given and withdrawn by the person, or on paper by staff; nothing is overwritten."""

from typing import Any

import pytest

from parchemin.contracts.vocabulary import Role

PHOTO = {"consent": "photo", "given": True, "text_version": "2026-1"}


@pytest.mark.asyncio
async def test_a_person_gives_and_withdraws_a_consent_and_the_history_keeps_both(school: Any) -> None:
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    candidate = await school.candidate(subject="zoe")
    path = f"/v1/candidates/{candidate}/consents"
    assert (await school.client.post(path, json=PHOTO, headers=zoe)).status_code == 201
    again = await school.client.post(path, json=PHOTO, headers=zoe)
    assert (again.status_code, again.json()["code"]) == (409, "consent_given_already")
    assert (await school.client.post(path, json={**PHOTO, "given": False}, headers=zoe)).status_code == 201
    standing = (await school.client.get(path, headers={**zoe, "Accept-Language": "en"})).json()["items"]
    assert {one["consent"]: one["given"] for one in standing} == {
        "photo": False,
        "contact_for_follow_up": False,
        "graduate_list": False,
        "partner_sharing": False,
    }
    assert "photograph" in standing[0]["text"]
    history = (await school.client.get(f"{path}/history", headers=zoe)).json()["items"]
    assert [(one["number"], one["given"], one["channel"]) for one in history] == [(1, True, "own"), (2, False, "own")]


@pytest.mark.asyncio
async def test_staff_record_what_was_signed_on_paper_and_name_the_paper(school: Any) -> None:
    candidate = await school.candidate(subject="zoe")
    path = f"/v1/candidates/{candidate}/consents"
    bare = await school.client.post(path, json=PHOTO)
    assert (bare.status_code, bare.json()["code"]) == (422, "paper_proof_misplaced")
    paper = {"reference": "CONS-2026-014", "signed_on": "2026-10-01"}
    outdated = await school.client.post(path, json={**PHOTO, "text_version": "2019-1", "paper": paper})
    assert (outdated.status_code, outdated.json()["code"]) == (409, "consent_text_not_current")
    kept = await school.client.post(path, json={**PHOTO, "paper": paper})
    assert (kept.json()["channel"], kept.json()["told_on"]) == ("paper", "2026-10-01")


@pytest.mark.asyncio
async def test_nobody_reads_or_gives_the_consents_of_somebody_else(school: Any, stranger: Any) -> None:
    candidate = await school.candidate(subject="zoe")
    path = f"/v1/candidates/{candidate}/consents"
    other = school.bearer(Role.CANDIDATE, organisation=school.id, subject="noe")
    for headers in (other, stranger(Role.ADMINISTRATOR), stranger(Role.CANDIDATE)):
        assert (await school.client.get(path, headers=headers)).status_code == 404
        assert (await school.client.post(path, json=PHOTO, headers=headers)).status_code == 404
    assert (await school.client.get(path, headers=school.officer)).status_code == 403
