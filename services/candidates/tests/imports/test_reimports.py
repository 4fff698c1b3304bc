"""Files that come again: the same changes nothing, a changed one what it changes, on both engines."""

from typing import Any

import pytest
from services.candidates.tests.imports.rosters import COHORT, ROLES, USERS, role, roster, user
from services.candidates.tests.imports.test_imports import count, send
from services.candidates.tests.imports.workbooks import row, workbook
from sqlalchemy import func, select

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.imports.models import CandidateOrigin
from parchemin.common.tables import outbox

pytestmark = pytest.mark.asyncio

HEADER = "id externe;nom;prénoms;sexe;né le;commune de naissance;code INSEE;pays de naissance;courriel;voie;blocs"
ZOE = "E-1;Lefèvre;Zoé;F;17/06/1999;Paris 12e;75112;France;z@example.org;VAE;1"
MAX = "E-2;Roux;Max;M;03/02/2001;Bourg-en-Bresse;1053;France;;VAE;1"


async def events(school: Any) -> list[str]:
    async with school.database.reading() as session:
        types = (await session.execute(select(outbox.c.type).order_by(outbox.c.position))).scalars().all()
    return [kind for name in types for _, _, kind, version in [name.split(".")] if version == "v1"]


async def record(school: Any, candidate_id: str) -> tuple[dict[str, Any], str]:
    answer = await school.client.get(f"/v1/candidates/{candidate_id}")
    return answer.json(), answer.headers["etag"]


async def test_the_same_file_twice_changes_nothing(school: Any) -> None:
    content = f"{HEADER}\n{ZOE}\n{MAX}\n"
    first = (await send(school, content)).json()
    told, before = await events(school), [await record(school, one) for one in first["candidates"]]
    again = await send(school, content)
    report = again.json()
    assert (again.status_code, report["committed"], report["unchanged"], report["candidates"]) == (200, False, 2, [])
    assert await events(school) == told
    assert [await record(school, one) for one in first["candidates"]] == before
    assert before[1][0]["birth_place"]["insee_code"] == "01053"


async def test_a_changed_file_changes_what_it_changes_and_nothing_that_was_corrected_by_hand(school: Any) -> None:
    zoe, max_ = (await send(school, f"{HEADER}\n{ZOE}\n{MAX}\n")).json()["candidates"]
    known, tag = await record(school, zoe)
    corrected = {name: known[name] for name in ("birth_name", "first_names", "sex", "birth_date", "birth_place")}
    del corrected["birth_place"]["country_insee_code"]
    put = await school.client.put(
        f"/v1/candidates/{zoe}", json={**corrected, "birth_name": "Le Fèvre"}, headers={"If-Match": tag}
    )
    assert put.status_code == 200, put.text
    told = await events(school)
    changed = ZOE.replace("z@example.org", "zoe@example.org").replace(";VAE;1", ";apprentissage;1-2")
    answer = await send(school, f"{HEADER}\n{changed}\n{MAX.replace('Max', 'Maxime')}\n")
    report = answer.json()
    assert (answer.status_code, report["imported"], report["updated"], report["rejected"]) == (201, 0, 2, 0)
    assert report["changes"] == [
        {"line": 2, "candidate_id": zoe, "columns": ["courriel"], "enrolment": True},
        {"line": 3, "candidate_id": max_, "columns": ["prénoms"], "enrolment": False},
    ]
    assert [note["code"] for note in report["notes"]] == ["access_path_kept"]
    assert (await events(school))[len(told) :] == [
        "candidate_identified",
        "enrolment_blocks_extended",
        "candidate_identified",
    ]
    now, _ = await record(school, zoe)
    assert (now["birth_name"], now["email"]) == ("Le Fèvre", "zoe@example.org")
    assert (await record(school, max_))[0]["first_names"] == ["Maxime"]
    enrolments = (await school.client.get(f"/v1/enrolments?candidate_id={zoe}")).json()["items"]
    assert [(one["blocks"], one["access_path"]) for one in enrolments] == [([1, 2], "vae")]
    assert (await send(school, f"{HEADER}\n{changed}\n")).json()["unchanged"] == 1


async def test_what_a_source_takes_back_goes_and_what_the_api_would_refuse_is_refused(school: Any) -> None:
    [zoe] = (await send(school, f"{HEADER}\n{ZOE}\n")).json()["candidates"]
    without = ZOE.replace("z@example.org", "")
    assert (await send(school, f"{HEADER}\n{without}\n")).json()["updated"] == 1
    assert (await record(school, zoe))[0]["email"] is None
    abroad = (await send(school, f"{HEADER}\n{without.replace('France', 'Belgique')}\n")).json()
    assert [(error["column"], error["code"]) for error in abroad["errors"]] == [
        ("pays de naissance", "birth_code_abroad")
    ]
    assert abroad["committed"] is False


async def test_a_record_made_by_hand_becomes_the_sources(school: Any) -> None:
    known = await school.candidate(email="known@example.org")
    report = (await send(school, f"{HEADER}\n{ZOE}\n")).json()
    assert (report["updated"], report["changes"][0]["candidate_id"]) == (1, known)
    assert report["changes"][0]["columns"] == ["courriel"]
    renamed = (await send(school, f"{HEADER}\n{ZOE.replace('Lefèvre', 'Lefebvre')}\n")).json()
    assert renamed["changes"][0]["candidate_id"] == known
    assert await count(school, Candidate) == 1


async def test_a_row_may_not_turn_one_candidate_into_another(school: Any) -> None:
    _, max_ = (await send(school, f"{HEADER}\n{ZOE}\n{MAX}\n")).json()["candidates"]
    thief = f"E-1;{MAX.partition(';')[2]}"
    report = (await send(school, f"{HEADER}\n{thief}\n")).json()
    assert [error["code"] for error in report["errors"]] == ["candidate_exists"]
    assert max_ in report["errors"][0]["reason"]


async def test_identifiers_are_a_sources_own(school: Any) -> None:
    await send(school, f"{HEADER}\n{ZOE}\n", query="?source=sis")
    other = ZOE.replace("Lefèvre", "Martin")
    assert (await send(school, f"{HEADER}\n{other}\n", query="?source=lms")).json()["imported"] == 1
    assert (await send(school, f"{HEADER}\n{ZOE}\n", query="?source=sis")).json()["unchanged"] == 1


async def test_a_preview_tells_what_the_import_then_does(school: Any) -> None:
    await send(school, f"{HEADER}\n{ZOE}\n")
    told, known = await events(school), await count(school, CandidateOrigin)
    content = f"{HEADER}\n{ZOE.replace('z@', 'zoe@')}\n{MAX}\nE-3;;;;;;;;;;\n"
    preview = await send(school, content, query="?preview=true")
    report = preview.json()
    assert (preview.status_code, report["preview"], report["committed"], report["candidates"]) == (200, True, False, [])
    assert (await events(school), await count(school, CandidateOrigin)) == (told, known)
    done = (await send(school, content)).json()
    same = ("rows", "imported", "updated", "unchanged", "rejected", "errors", "changes")
    assert {name: report[name] for name in same} == {name: done[name] for name in same}
    assert (done["imported"], done["updated"], done["rejected"]) == (1, 1, 1)


async def test_workbooks_and_rosters_go_in_and_again_change_nothing(school: Any) -> None:
    header = row(1, "Nom", "Prénoms", "Sexe", "Né(e) le", "Commune de naissance", "Code INSEE", "Pays de naissance")
    cells = (
        '<row r="2"><c t="inlineStr"><is><t>Roux</t></is></c><c t="inlineStr"><is><t>Max</t></is></c>'
        '<c t="inlineStr"><is><t>M</t></is></c><c s="1"><v>36925</v></c>'
        '<c t="inlineStr"><is><t>Bourg</t></is></c><c><v>1053</v></c><c t="inlineStr"><is><t>France</t></is></c></row>'
    )
    sheet = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    archive = {"Content-Type": "application/zip"}
    for content, kind in ((workbook(header + cells), sheet), (roster(**COHORT), archive)):
        first = await send(school, content, **kind)
        assert first.status_code == 201, first.text
        assert (await send(school, content, **kind)).json()["unchanged"] == first.json()["rows"]
    candidates = (await school.client.get("/v1/candidates")).json()["items"]
    assert [(one["birth_name"], one["birth_date"]) for one in candidates] == [
        ("Roux", "2001-02-03"),
        ("Lefèvre", "1999-06-17"),
        ("Roux", "2001-02-03"),
    ]
    assert candidates[0]["birth_place"]["insee_code"] == "01053"
    assert candidates[1]["used_name"] == "Roy"


async def test_a_delta_deletes_nobody_and_needs_no_birth_of_who_is_known(school: Any) -> None:
    await send(school, roster(**COHORT), **{"Content-Type": "application/zip"})
    told = await events(school)
    delta = roster(
        mode="delta",
        users=[
            USERS,
            user(1, "Zoé", "Lefèvre", status="tobedeleted"),
            user(2, "Maxime", "Roux", status="active"),
            user(7, "Ana", "Silva", status="active"),
        ],
        roles=[ROLES, role(1), role(2), role(7)],
    )
    report = (await send(school, delta, **{"Content-Type": "application/zip"})).json()
    assert (report["imported"], report["updated"], report["rejected"]) == (0, 1, 1)
    assert [(note["line"], note["code"]) for note in report["notes"]] == [(2, "to_be_deleted")]
    assert {error["code"] for error in report["errors"]} == {"missing"}
    assert (await events(school))[len(told) :] == ["candidate_identified"]
    assert await count(school, Candidate) == 2
    rows = (await school.client.get(f"/v1/candidate_imports/{report['id']}/rows?outcome=left")).json()["items"]
    assert [one["line"] for one in rows] == [2]


async def test_nothing_of_a_row_is_written_in_clear(school: Any) -> None:
    await send(school, f"{HEADER}\n{ZOE}\n{MAX.replace('Roux', '=Roux')}\n")
    async with school.database.reading() as session:
        said = (await session.execute(select(CandidateOrigin))).scalars().all()
        assert await session.scalar(select(func.count()).select_from(CandidateOrigin)) == 1
    assert b"E-1" not in said[0].said
    assert "Lef" not in repr(said)
