"""Importing a cohort over HTTP, on both engines."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, select

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.models import Candidate
from parchemin.common.tables import outbox
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

HEADER = "Nom de naissance;Prénom(s);Sexe;Date de naissance;Commune de naissance;Code INSEE;Pays de naissance"
ENROLLING = f"{HEADER};Voie d'accès;Blocs"
ZOE = "Lefèvre;Zoé;F;17/06/1999;Paris 12e;75112;France"
ANA = "Silva;Ana;Mme;1998-12-01;Porto;;PORTUGAL"
MAX = "Roux;Max, Éloi;M.;03/02/2001;Gand;;Belgique"


async def send(school: Any, content: str | bytes, *, query: str = "", **headers: str) -> httpx.Response:
    body = content.encode() if isinstance(content, str) else content
    answer = await school.client.post(
        f"/v1/candidate_imports{query}", content=body, headers={"Content-Type": "text/csv; charset=utf-8", **headers}
    )
    assert isinstance(answer, httpx.Response)
    return answer


async def count(school: Any, model: Any) -> int:
    async with school.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(model)))


def faults(answer: httpx.Response) -> list[tuple[int, str | None, str]]:
    return [(error["line"], error["column"], error["code"]) for error in answer.json()["errors"]]


async def test_a_cohort_goes_in_with_its_enrolments_and_events(school: Any) -> None:
    answer = await send(school, f"{ENROLLING}\n{ZOE};apprentissage;tous\n{MAX};VAE;2\n")
    assert answer.status_code == 201, answer.text
    report = answer.json()
    assert (report["rows"], report["imported"], report["rejected"], report["committed"]) == (2, 2, 0, True)
    assert report["errors"] == report["warnings"] == []
    zoe, other = [(await school.client.get(f"/v1/candidates/{one}")).json() for one in report["candidates"]]
    assert (zoe["birth_name"], zoe["birth_place"]["insee_code"], zoe["birth_date"]) == (
        "Lefèvre",
        "75112",
        "1999-06-17",
    )
    assert (other["first_names"], other["sex"], other["birth_place"]["country"]) == (["Max", "Éloi"], "M", "BE")
    enrolments = (await school.client.get("/v1/enrolments")).json()["items"]
    assert [(one["candidate_id"], one["access_path"], one["blocks"]) for one in enrolments] == [
        (zoe["id"], "apprenticeship", [1, 2]),
        (other["id"], "vae", [2]),
    ]
    async with school.database.reading() as session:
        types = (await session.execute(select(outbox.c.type).order_by(outbox.c.position))).scalars().all()
    assert [name.removeprefix("parchemin.candidates.") for name in types] == [
        "candidate_identified.v1",
        "candidate_identified.v2",
        "enrolment_opened.v1",
    ] * 2


@pytest.mark.parametrize(
    ("encoding", "separator", "newline"),
    [("cp1252", ";", "\r\n"), ("utf-8-sig", ";", "\r\n"), ("utf-8", ",", "\n"), ("utf-8", "\t", "\n")],
)
async def test_the_files_of_spreadsheets_are_read(school: Any, encoding: str, separator: str, newline: str) -> None:
    row = ZOE.replace(";", separator)
    text = newline.join([HEADER.replace(";", separator), "", row, separator * 6, ""])
    answer = await send(school, text.encode(encoding))
    assert answer.status_code == 201, answer.text
    candidate = await school.client.get(f"/v1/candidates/{answer.json()['candidates'][0]}")
    assert (candidate.json()["birth_name"], candidate.json()["first_names"]) == ("Lefèvre", ["Zoé"])


async def test_every_fault_of_every_row_is_reported_where_it_is(school: Any) -> None:
    bad = "=cmd();Zoé, +1;x;31/02/1999;;751;Atlantide;stage;9"
    late = '"de\nla Tour";Ève;F;01/01/2999;Gand;75112;Belgique;VAE;9'
    answer = await send(school, f"{ENROLLING}\n{ZOE};VAE;1\n{bad}\n{late}\n{MAX};VAE;\n{ANA};;\n")
    assert answer.status_code == 201
    report = answer.json()
    assert (report["rows"], report["imported"], report["rejected"]) == (5, 2, 3)
    assert faults(answer) == [
        (3, "Nom de naissance", "formula"),
        (3, "Prénom(s)", "formula"),
        (3, "Sexe", "sex_unreadable"),
        (3, "Date de naissance", "date_unreadable"),
        (3, "Commune de naissance", "missing"),
        (3, "Code INSEE", "string_pattern_mismatch"),
        (3, "Pays de naissance", "country_unknown"),
        (3, "Voie d'accès", "access_path_unknown"),
        (3, "Blocs", "block_unknown"),
        (4, "Nom de naissance", "string_pattern_mismatch"),
        (4, "Date de naissance", "birth_date_implausible"),
        (4, "Pays de naissance", "birth_code_abroad"),
        (4, "Blocs", "block_unknown"),
        (6, "Blocs", "missing"),
    ]
    assert (await count(school, Candidate), await count(school, Enrolment)) == (2, 1)
    assert "cmd" not in answer.text


async def test_reasons_are_said_in_the_clients_language(school: Any) -> None:
    content = f"{HEADER}\n{ZOE.replace('17/06/1999', 'hier')}\n"
    french = await send(school, content)
    english = await send(school, content, **{"Accept-Language": "en"})
    assert french.json()["errors"][0]["reason"].startswith("Une date est attendue")
    assert english.json()["errors"][0]["reason"].startswith("A date is expected")
    assert (french.status_code, french.json()["committed"]) == (200, False)


async def test_all_or_nothing_writes_nothing_where_one_row_is_bad(school: Any) -> None:
    content = f"{HEADER}\n{ZOE}\n{MAX.replace('Belgique', '')}\n"
    answer = await send(school, content, query="?all_or_nothing=true")
    report = answer.json()
    assert answer.status_code == 200
    assert (report["rows"], report["imported"], report["rejected"], report["committed"]) == (2, 0, 1, False)
    assert faults(answer) == [(3, "Pays de naissance", "missing")]
    assert report["candidates"] == []
    assert await count(school, Candidate) == 0
    good = await send(school, f"{HEADER}\n{ZOE}\n{MAX}\n", query="?all_or_nothing=true")
    assert (good.status_code, good.json()["committed"], good.json()["imported"]) == (201, True, 2)


async def test_a_person_goes_in_once(school: Any) -> None:
    await school.candidate()
    twice = MAX.replace("Roux", "ROUX").replace("Éloi", "eloi")
    answer = await send(school, f"{HEADER}\n{ZOE}\n{MAX}\n\n{twice}\n")
    assert faults(answer) == [(5, None, "row_repeated")]
    assert "ligne 3" in answer.json()["errors"][0]["reason"]
    assert (answer.json()["imported"], answer.json()["unchanged"]) == (1, 1)
    again = await send(school, f"{HEADER}\n{ZOE}\n{MAX}\n")
    assert (again.status_code, again.json()["unchanged"], again.json()["committed"]) == (200, 2, False)


async def test_two_imports_of_one_file_at_once_enter_each_person_once(school: Any) -> None:
    answers = await asyncio.gather(*(send(school, f"{HEADER}\n{ZOE}\n{MAX}\n") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers)[0] in {200, 201}
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert await count(school, Candidate) == 2


async def test_ragged_rows(school: Any) -> None:
    short = MAX.replace(";Belgique", "")
    answer = await send(school, f"{HEADER};Courriel;Tél\n{ZOE}\n{short}\n{MAX};;;;\n{MAX};;;surplus\n")
    assert faults(answer) == [
        (3, "Pays de naissance", "missing"),
        (5, None, "too_many_cells"),
        (5, None, "row_repeated"),
    ]
    assert answer.json()["imported"] == 2
    assert [warning["column"] for warning in answer.json()["warnings"]] == ["Tél"]


async def test_a_header_without_rows_writes_nothing(school: Any) -> None:
    answer = await send(school, HEADER)
    assert (answer.status_code, answer.json()["rows"], answer.json()["committed"]) == (200, 0, False)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (f"{HEADER};sexe\n{ZOE};F".encode(), "column_twice"),
        (f"{HEADER};blocs\n{ZOE};1".encode(), "column_missing"),
        (ZOE.encode(), "column_missing"),
        (f'{HEADER}\n"{ZOE}'.encode(), "quotes_unbalanced"),
        (HEADER.encode("utf-16"), "encoding_unknown"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(school: Any, content: bytes, code: str) -> None:
    answer = await send(school, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "import_refused")
    assert {error["code"] for error in answer.json()["errors"]} == {code}
    assert "Lefèvre" not in answer.text


async def test_another_media_type_is_not_read(school: Any) -> None:
    refused = await send(school, f"{HEADER}\n{ZOE}\n", **{"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")
    taken = await send(school, f"{HEADER}\n{ZOE}\n", **{"Content-Type": "application/octet-stream"})
    assert taken.status_code == 201


@pytest.mark.parametrize("role", [Role.DISABILITY_OFFICER, Role.CERTIFIER, Role.CANDIDATE, Role.JURY_MEMBER])
async def test_only_the_school_imports(school: Any, role: Role) -> None:
    header = school.bearer(role, organisation=school.id, scopes=["candidates:write"])
    assert (await send(school, f"{HEADER}\n{ZOE}\n", **header)).status_code == 403


async def test_an_import_repeated_with_its_key_gets_the_first_report(school: Any) -> None:
    key = {"Idempotency-Key": "an-import"}
    first = await send(school, f"{HEADER}\n{ZOE}\n", **key)
    again = await send(school, f"{HEADER}\n{ZOE}\n", **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert await count(school, Candidate) == 1


async def test_a_thousand_rows_take_few_statements_and_seconds_of_work(school: Any) -> None:
    rows = "\n".join(
        f"Nom{chr(97 + i % 26)}{i};Zoé;F;{1 + i % 28:02}/06/1999;Paris;75112;France;VAE;1-2" for i in range(1000)
    )
    statements = 0

    def observe(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(school.database.engine.sync_engine, "before_cursor_execute", observe)
    started = time.process_time()  # the machine may be busy with other tests
    answer = await send(school, f"{ENROLLING}\n{rows}\n")
    seconds = time.process_time() - started
    event.remove(school.database.engine.sync_engine, "before_cursor_execute", observe)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["imported"], await count(school, Enrolment)) == (1000, 1000)
    assert seconds < 5
    assert statements < 45
    assert len(json.dumps(answer.json())) < 100_000
