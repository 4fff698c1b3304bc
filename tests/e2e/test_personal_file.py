"""The copy of a person's file, from all services, over the bus; and what is left once the person is erased."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.support.one_candidate import SETTINGS, Settle, certify, one_candidate

from parchemin.common.settings import house
from parchemin.standalone.demo.cast import Cast

PRIVATE = "Lefèvre"


@pytest.mark.asyncio
@pytest.mark.slow
async def test_a_certified_person_gets_everything_in_one_archive_and_is_then_only_in_the_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {**SETTINGS, "PARCHEMIN_VAR": str(tmp_path), "PARCHEMIN_CANDIDATES_ERASURE_APPEAL_DAYS": "0"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    house.cache_clear()
    archives: list[bytes] = []

    async def fetch_and_erase(cast: Cast, settle: Settle) -> None:
        [candidate] = [one["id"] async for one in cast.administrator.items("/v1/candidates")]
        asked = await cast.administrator.post(f"/v1/candidates/{candidate}/personal_files", {}, key="copy")
        await until(cast, f"/v1/personal_files/{asked.id}", "ready")
        archives.append(await cast.administrator.bytes(f"/v1/personal_files/{asked.id}/archive"))
        erasure = await cast.administrator.post(f"/v1/candidates/{candidate}/erasure", {}, key="erase")
        path = f"/v1/erasures/{erasure.id}"
        await cast.administrator.put(
            f"{path}/decision",
            {"decision": "approved"},
            of=erasure,
            at=path,
            done=lambda now: now["state"] != "requested",
        )
        await until(cast, path, "done")
        await settle()
        [holder] = [one["id"] async for one in cast.certifier.items("/v1/certified_holders")]
        kept = (await cast.certifier.get(f"/v1/certified_holders/{holder}")).body
        assert kept["identity"]["birth_name"] == PRIVATE
        [award] = [one async for one in cast.certifier.items("/v1/awards")]
        assert kept["register_number"] == award["register_number"]

    try:
        await certify(tmp_path, one_candidate("2026-07-01"), fetch_and_erase)
    finally:
        house.cache_clear()

    with zipfile.ZipFile(io.BytesIO(archives[0])) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(held["candidats/identite.json"])["birth_name"] == PRIVATE
    assert len(json.loads(held["evaluations/inscriptions.json"])) == 4
    assert len(json.loads(held["evaluations/decisions.json"])) == 22
    assert len(json.loads(held["evaluations/certifications.json"])) == 1
    assert json.loads(held["budget/productions.json"]) == []
    files = [content for name, content in held.items() if name.endswith(".pdf")]
    listed = json.loads(held["documents/documents.json"])
    assert len(files) == len(listed) == 5
    assert all(content.startswith(b"%PDF-") for content in files)
    assert b"juror_id" not in held["evaluations/grilles.json"]


async def until(cast: Cast, path: str, state: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (now := (await cast.administrator.get(path)).body)["state"] != state:  # noqa: ASYNC110 - only it tells
            await asyncio.sleep(0.05)
    return now
