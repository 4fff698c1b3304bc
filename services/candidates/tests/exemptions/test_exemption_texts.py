"""The texts of exemptions: who reads them, that it is recorded, and where they stand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from parchemin.candidates.models import Base
from parchemin.common.ids import new_id
from parchemin.common.tables import audit_entries, metadata
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

SECRETS = {"argument": "ARGUMENT-CONFIDENTIEL", "working_conditions": "CONDITIONS-CONFIDENTIELLES"}
REASON, INTEGRITY = "MOTIF-CONFIDENTIEL", "INTEGRITE-CONFIDENTIELLE"


async def audited(school: Any) -> list[tuple[str, str]]:
    async with school.database.reading() as session:
        rows = await session.execute(select(audit_entries).order_by(audit_entries.c.position))
        return [(row.actor, row.action) for row in rows]


async def test_who_sees_exemptions(school: Any, stranger: Callable[..., dict[str, str]]) -> None:
    enrolment = await school.followed()
    proposed = await school.proposal(enrolment, "C.3", **SECRETS)
    url = f"/v1/exemptions/{proposed.json()['id']}"
    for header in (school.administrator, school.bearer(Role.CANDIDATE, organisation=school.id)):
        assert (await school.client.get("/v1/exemptions", headers=header)).status_code == 403
        assert (await school.client.get(url, headers=header)).status_code == 403
    assert (await school.client.get(url, headers=stranger(Role.DISABILITY_OFFICER))).status_code == 404
    listed = await school.client.get("/v1/exemptions", headers=stranger(Role.DISABILITY_OFFICER))
    assert listed.json()["items"] == []
    for header in (school.officer, school.certifier):
        listed = await school.client.get("/v1/exemptions?state=proposed", headers=header)
        assert [item["id"] for item in listed.json()["items"]] == [proposed.json()["id"]]
        assert "CONFIDENTIEL" not in listed.text
    none = await school.client.get("/v1/exemptions?state=granted", headers=school.certifier)
    assert none.json()["items"] == []


async def test_each_reading_of_the_texts_is_recorded(school: Any) -> None:
    proposed = await school.proposal(await school.followed(), "C.3", **SECRETS)
    url = f"/v1/exemptions/{proposed.json()['id']}"
    read = await school.client.get(url, headers=school.officer)
    assert {name: read.json()[name] for name in SECRETS} == SECRETS
    assert read.json()["reason"] is None
    await school.client.get(url, headers=school.certifier)
    held = {**school.certifier, "If-None-Match": read.headers["etag"]}
    assert (await school.client.get(url, headers=held)).status_code == 304
    await school.client.get("/v1/exemptions", headers=school.certifier)
    await school.client.get(f"/v1/exemptions/{new_id()}", headers=school.certifier)
    readings = [entry for entry in await audited(school) if entry[1] == "exemption.argument_read"]
    assert readings == [("officer", "exemption.argument_read"), ("certifier", "exemption.argument_read")]


async def test_the_texts_are_nowhere_in_clear(school: Any) -> None:
    body = {"enrolment_id": await school.followed(), "competency": "C.3", **SECRETS}
    headers = {**school.officer, "Idempotency-Key": "a-key"}
    proposed = await school.client.post("/v1/exemptions", json=body, headers=headers)
    answer = await school.client.put(
        f"/v1/exemptions/{proposed.json()['id']}/decision",
        json={"decision": "granted", "reason": REASON, "integrity": INTEGRITY},
        headers={**school.certifier, "If-Match": proposed.headers["etag"]},
    )
    assert answer.status_code == 200
    read = await school.client.get(f"/v1/exemptions/{proposed.json()['id']}", headers=school.officer)
    assert (read.json()["reason"], read.json()["integrity"]) == (REASON, INTEGRITY)
    async with school.database.reading() as session:
        for table in [*metadata.sorted_tables, *Base.metadata.sorted_tables]:
            rows = (await session.execute(select(table))).all()
            assert "CONFIDENTIEL" not in repr(rows), table.name
    if school.database.is_sqlite:
        file = Path(str(make_url(school.database.url).database))
        for part in file.parent.glob(f"{file.name}*"):
            assert b"CONFIDENTIEL" not in part.read_bytes(), part.suffix
