"""The list of candidates, against a plain search through all of them; on both engines."""

import random
import unicodedata
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from parchemin.candidates.identity import by_name
from parchemin.candidates.identity.by_name import NameKeys
from parchemin.candidates.identity.listing import Filters, filtered
from parchemin.candidates.identity.rules import name_order
from parchemin.candidates.identity.service import visible_candidates
from parchemin.common.auth import Principal
from parchemin.common.statements import is_sqlite
from parchemin.contracts.vocabulary import Role

BIRTH_NAMES = ["Lefèvre", "Le Fèvre", "LEFEBVRE", "d'Œuvre", "Martin-Duval", "Martínez", "Ñuñez", "Łukasz", "Éluard"]
USED_NAMES = [None, None, "Duval", "Martin"]
FIRST_NAMES = [["Zoé"], ["Jean-Luc"], ["Anne", "Zoé"], ["Maximilienne-Alexandrine"], ["Éva"]]
QUERIES = ["le", "LEF", "lefev", "fevre le", "zoe", "zoé martin", "duv", "jeanluc", "jean luc", "luc", "maximiliennX",
           "maximilienne", "nun", "Łuk", "eluard", "x", "œ", "  ", "-'"]  # fmt: skip


def letters(name: str) -> str:
    flat = unicodedata.normalize("NFKD", name.casefold())
    return "".join(one for one in flat if one.isalnum())


def found(person: dict[str, Any], q: str) -> bool:
    """What a search by name means, spelled out."""
    names = [person["birth_name"], person["used_name"] or "", *person["first_names"]]
    begun = [letters(part) for name in names for part in (name, *name.replace("'", " ").replace("-", " ").split())]
    asked = [letters(word)[:12] for word in q.replace("'", " ").replace("-", " ").split() if letters(word)]
    return bool(asked) and all(any(word.startswith(start) for word in begun) for start in asked)


HEADER = "nom;nom d'usage;prénoms;sexe;né le;commune de naissance;pays de naissance;voie;blocs"


async def cohort(school: Any, size: int, seed: int) -> list[dict[str, Any]]:
    """Candidates in the order of their entry; some have enrolments."""
    rng = random.Random(seed)
    people = [
        {
            "birth_name": rng.choice(BIRTH_NAMES),
            "used_name": rng.choice(USED_NAMES),
            "first_names": rng.choice(FIRST_NAMES),
            "access_path": path,
            "blocks": [] if path is None else rng.choice([[1], [2], [1, 2]]),
        }
        for path in rng.choices([None, "vae", "apprenticeship"], k=size)
    ]
    rows = [HEADER]
    for day, one in enumerate(people, start=1):
        names = (one["birth_name"], one["used_name"] or "", ",".join(one["first_names"]))
        enrolled = (one["access_path"] or "", ",".join(map(str, one["blocks"])))
        rows.append(";".join((*names, "F", f"1999-01-{day:02}", "Gand", "BE", *enrolled)))
    answer = await school.client.post(
        "/v1/candidate_imports", content="\n".join(rows).encode(), headers={"Content-Type": "text/csv"}
    )
    made = answer.json()["candidates"]
    return [{"id": candidate, **one} for candidate, one in zip(made, people, strict=True)]


async def walk(school: Any, limit: int = 100, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await school.client.get("/v1/candidates", params={**params, **cursor, "limit": limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        assert len(page["items"]) == limit
        cursor = {"cursor": page["next_cursor"]}


ORDERS = {
    "updated_at": lambda people: people,
    "created_at": lambda people: people,
    "name": lambda people: sorted(
        people, key=lambda one: (name_order(one["birth_name"], one["first_names"]), one["id"])
    ),
}


@pytest.mark.asyncio
async def test_search_filters_orders_and_pages_give_what_a_plain_search_gives(school: Any) -> None:
    people = await cohort(school, 18, seed=5)
    rng = random.Random(7)
    for q in QUERIES:
        expected = {one["id"] for one in people if found(one, q)}
        assert {one["id"] for one in await walk(school, q=q)} == expected, q
    for name, ordered in ORDERS.items():
        for sign in ("", "-"):
            params: dict[str, Any] = {"sort": sign + name}
            kept = people
            if rng.random() < 0.6:
                path = params["access_path"] = rng.choice(["vae", "apprenticeship"])
                kept = [one for one in kept if one["access_path"] == path]
            if rng.random() < 0.6:
                block = params["block"] = rng.choice([1, 2])
                kept = [one for one in kept if block in one["blocks"]]
            if rng.random() < 0.3:
                params["q"] = "l"
                kept = [one for one in kept if found(one, "l")]
            expected = [one["id"] for one in ordered(kept)]
            met = [one["id"] for one in await walk(school, limit=rng.randrange(1, 5), **params)]
            assert met == (expected[::-1] if sign else expected), params


@pytest.mark.asyncio
async def test_by_login_by_version_and_by_what_a_source_calls_them(school: Any) -> None:
    people = await cohort(school, 3, seed=1)
    zoe = await school.candidate(subject="login-1")
    assert [one["id"] for one in await walk(school, subject="login-1")] == [zoe]
    assert await walk(school, subject="login-9") == []
    assert await walk(school, referential_version="t9") == []
    enrolled = {one["id"] for one in people if one["blocks"]}
    assert {one["id"] for one in await walk(school, referential_version="t1")} == enrolled
    row = (
        "id externe;nom;prénoms;sexe;né le;commune de naissance;pays de naissance\nE-7;Roux;Max;M;03/02/2001;Gand;BE\n"
    )
    sent = await school.client.post(
        "/v1/candidate_imports?source=sis", content=row.encode(), headers={"Content-Type": "text/csv"}
    )
    [max_] = sent.json()["candidates"]
    assert [one["id"] for one in await walk(school, source="sis", source_id="E-7")] == [max_]
    assert await walk(school, source_id="E-7") == []


@pytest.mark.asyncio
async def test_another_school_finds_nothing(school: Any, stranger: Any) -> None:
    await school.candidate(subject="zoe")
    header = stranger(Role.ADMINISTRATOR)
    for query in ("q=lef", "subject=zoe", "sort=name", "sort=-created_at"):
        answer = await school.client.get(f"/v1/candidates?{query}", headers=header)
        assert answer.json() == {"items": [], "next_cursor": None}


@pytest.mark.asyncio
async def test_a_cursor_holds_for_the_list_that_gave_it_and_carries_no_name(school: Any) -> None:
    people = await cohort(school, 4, seed=2)
    page = (await school.client.get("/v1/candidates?sort=name&limit=1")).json()
    cursor = page["next_cursor"]
    for other in ("sort=name&q=l", "sort=-name", "sort=updated_at", "block=1&sort=name"):
        answer = await school.client.get(f"/v1/candidates?{other}&cursor={cursor}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cursor_invalid")
    assert (await school.client.get(f"/v1/candidates?sort=name&fields=id&limit=2&cursor={cursor}")).status_code == 200
    names = {one["birth_name"] for one in people}
    assert not any(name in cursor for name in names)


@pytest.mark.asyncio
async def test_a_walk_by_name_goes_on_though_the_last_one_seen_changes(school: Any) -> None:
    people = [await school.candidate(birth_name=name) for name in ("Bas", "Abel", "Cor")]
    first = (await school.client.get("/v1/candidates?sort=name&limit=2")).json()
    assert [one["birth_name"] for one in first["items"]] == ["Abel", "Bas"]
    body = school.person(birth_name="Aaron")
    await school.client.put(f"/v1/candidates/{people[0]}", json=body, headers={"If-Match": '"1"'})
    rest = await school.client.get(f"/v1/candidates?sort=name&cursor={first['next_cursor']}")
    assert [one["birth_name"] for one in rest.json()["items"]] == ["Abel", "Cor"]


@pytest.mark.asyncio
async def test_more_than_can_be_sorted_is_said_and_not_cut(school: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await cohort(school, 3, seed=3)
    monkeypatch.setattr(by_name, "MOST_SORTED", 2)
    answer = await school.client.get("/v1/candidates?sort=name")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_to_sort")


@pytest.mark.asyncio
async def test_members_are_chosen(school: Any) -> None:
    await school.candidate()
    answer = await school.client.get("/v1/candidates?fields=birth_name,birth_place.city")
    assert answer.json() == {
        "items": [{"birth_name": "Lefèvre", "birth_place": {"city": "Paris 12e"}}],
        "next_cursor": None,
    }
    unknown = await school.client.get("/v1/candidates?fields=birth_name,nir")
    assert unknown.status_code == 422
    assert (unknown.json()["errors"][0]["pointer"], unknown.json()["code"]) == ("#query/fields", "field_unknown")


@pytest.mark.asyncio
async def test_a_search_by_name_looks_it_up(school: Any) -> None:
    """It reads neither all names nor all candidates, whatever the size of the house."""
    await school.candidate()
    principal = Principal("i", "s", school.id, frozenset({Role.ADMINISTRATOR}), frozenset())
    vault = school.app.state.vault
    async with school.database.transaction() as session:
        visible = await visible_candidates(session, vault, principal)
        statement = await filtered(session, vault, principal, visible, Filters(q="lef zo"))
        compiled = statement.compile(
            dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )
        if is_sqlite(session):
            plan = (await session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))).all()
            steps = [row.detail for row in plan]
            assert any("candidate_names" in step and "token=?" in step for step in steps), steps
            assert not any(step.startswith("SCAN") for step in steps), steps
        else:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            steps = [row[0] for row in await session.execute(text(f"EXPLAIN {compiled}"))]
            assert any("pk_candidate_names" in step for step in steps), steps
            assert not any("Seq Scan" in step for step in steps), steps


def test_the_keys_asked_for_last_are_kept() -> None:
    keys = NameKeys(most=2)
    one, two, three = [(UUID(int=n), 1) for n in range(3)]
    keys.keep({one: "a", two: "b"})
    assert keys.known([one]) == {one: "a"}
    keys.keep({three: "c"})
    assert keys.known([one, two, three]) == {one: "a", three: "c"}
