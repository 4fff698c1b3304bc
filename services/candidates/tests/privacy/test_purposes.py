"""The register of processing accounts for all that is held of a person, and for nothing that is not."""

import httpx
import pytest

from parchemin.candidates.identity.person import Person
from parchemin.candidates.models import Base
from parchemin.candidates.privacy.purposes.rules import members_of, overstated, unexplained
from parchemin.candidates.privacy.purposes.service import shipped_register

OF_PERSONS = {"candidate_id", "enrolment_id", "personal_file_id"}
"""Columns that make a row one about somebody."""
OF_NOBODY: frozenset[str] = frozenset({"personal_file_parts"})
"""Tables with such a column that hold keys of files only."""


def tables_about_persons() -> set[str]:
    tables = Base.metadata.tables.values()
    return {
        table.name for table in tables if table.name == "candidates" or OF_PERSONS & set(table.c.keys())
    } - OF_NOBODY


def test_each_field_of_a_person_has_a_purpose_a_legal_basis_and_a_retention() -> None:
    assert unexplained(shipped_register(), set(members_of(Person)), tables_about_persons()) == []


def test_the_register_names_nothing_that_is_not_held() -> None:
    assert overstated(shipped_register(), set(members_of(Person)), tables_about_persons()) == []


def test_a_field_or_a_table_that_nobody_accounted_for_is_named() -> None:
    register = shipped_register()
    fields, tables = set(members_of(Person)), tables_about_persons()
    assert unexplained(register, fields | {"shoe_size"}, tables | {"wishes"}) == ["shoe_size", "wishes"]
    assert overstated(register, fields - {"email"}, tables) == ["email"]


@pytest.mark.asyncio
async def test_anybody_reads_the_register_in_their_language(client: httpx.AsyncClient) -> None:
    french = await client.get("/v1/processing_purposes", headers={"Authorization": ""})
    english = await client.get("/v1/processing_purposes", headers={"Authorization": "", "Accept-Language": "en"})
    assert (french.status_code, english.headers["content-language"]) == (200, "en")
    ours, theirs = french.json()["items"], english.json()["items"]
    assert [one["code"] for one in ours] == [one["code"] for one in theirs]
    assert all(one["purpose"] != other["purpose"] for one, other in zip(ours, theirs, strict=True))
