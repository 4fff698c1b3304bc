"""Lists, page by page, while they change."""

import base64
import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libs.common.tests.toy_service import Note
from sqlalchemy import select

from parchemin.common.database import Database
from parchemin.common.paging import BY_CHANGE, CursorInvalid, Order, Place, _decode, _encode, page, page_request

START = datetime(2026, 1, 1, tzinfo=UTC)


async def add(database: Database, organisation: UUID, texts: list[str], moments: list[datetime]) -> None:
    async with database.transaction() as session:
        session.add_all(
            Note(organisation_id=organisation, text=text, updated_at=at)
            for text, at in zip(texts, moments, strict=True)
        )


@pytest.mark.asyncio
async def test_a_walk_meets_every_row_though_rows_come_and_change_meanwhile(database: Database) -> None:
    for seed in range(4):
        rng = random.Random(seed)
        organisation, clock = uuid4(), START
        # Few distinct times: rows of one moment are told apart by id.
        await add(
            database,
            organisation,
            [f"{seed}-{n}" for n in range(25)],
            [START - timedelta(seconds=rng.randrange(3)) for _ in range(25)],
        )
        expected, met, cursor = {f"{seed}-{n}" for n in range(25)}, set(), None
        steps = iter(range(12))
        while True:
            request = page_request(limit=rng.randrange(1, 5), cursor=cursor)
            async with database.reading() as session:
                statement = select(Note).where(Note.organisation_id == organisation)
                found = await page(session, statement, Note, request, lambda note: note)
            met |= {note.text for note in found.items}
            cursor = found.next_cursor
            if cursor is None:
                break
            if next(steps, None) is not None:
                clock += timedelta(microseconds=rng.randrange(1, 1000))
                text = f"{seed}-new-{clock}"
                expected.add(text)
                await add(database, organisation, [text], [clock])
                async with database.transaction() as session:
                    changed = await session.get(Note, rng.choice(found.items).id)
                    changed.updated_at = clock
        assert met == expected


@pytest.mark.asyncio
async def test_only_what_changed_since_is_listed(client: httpx.AsyncClient) -> None:
    first, _ = [(await client.post("/v1/notes", json={"text": text})).json() for text in ("one", "two")]
    changed = await client.put(f"/v1/notes/{first['id']}", json={"text": "one more"}, headers={"If-Match": '"1"'})
    moment = datetime.fromisoformat(changed.json()["updated_at"])
    in_paris = moment.astimezone(timezone(timedelta(hours=1))).isoformat()
    for value in (moment.isoformat(), in_paris, moment.isoformat().replace("+00:00", "Z")):
        for url in (f"/v1/notes?updated_since={value}", httpx.URL("/v1/notes", params={"updated_since": value})):
            answer = await client.get(url)  # the `+` of the first one is read as a blank
            assert answer.status_code == 200, answer.text
            assert [item["text"] for item in answer.json()["items"]] == ["one more"]


@pytest.mark.asyncio
async def test_values_that_are_no_time_limit_or_cursor_are_refused(client: httpx.AsyncClient) -> None:
    await client.post("/v1/notes", json={"text": "x"})
    far = "9999-12-31T23:59:59"
    other_list, other_order, other_filters = (
        _encode(Place(*place, START, uuid4()))
        for place in (("remarks", BY_CHANGE, ""), ("notes", Order("created_at"), ""), ("notes", BY_CHANGE, "0" * 16))
    )
    wrong = {
        "updated_since": ["2026-01-01T00:00:00", "2026-01-01", "1700000000", "yesterday", f"{far}-01:00", "é\x00"],
        "limit": ["0", "-1", "101", "ten", "1e2", "9" * 5000],
        "cursor": [
            "x",
            "é",
            "=" * 8,
            "A" * 301,
            other_list,
            other_order,
            other_filters,
            cursor_of(["notes", "updated_at", "", "2026-01-01T00:00:00", str(uuid4())]),
            cursor_of(["notes", "updated_at", "", f"{far}-14:00", str(uuid4())]),
            cursor_of(["notes", 5, 6, 7, 8]),
            cursor_of([START.isoformat(), str(uuid4())]),
            cursor_of({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}),
            cursor_of(None),
        ],
    }
    for name, values in wrong.items():
        for value in values:
            answer = await client.get("/v1/notes", params={name: value})
            assert answer.status_code == 422, (name, value, answer.text)
            [fault] = answer.json()["errors"]
            assert fault["pointer"] == f"#query/{name}"


def cursor_of(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@given(st.text(max_size=200))
def test_any_text_is_a_cursor_or_is_refused(text: str) -> None:
    with suppress(CursorInvalid):
        _decode(text)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)))
def test_any_json_is_a_cursor_or_is_refused(content: object) -> None:
    with suppress(CursorInvalid):
        _decode(cursor_of(content))


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.sampled_from(["updated_at", "-created_at"]))
def test_a_cursor_says_where_its_page_ended(moment: datetime, row_id: UUID, order: str) -> None:
    place = Place("candidate_import_rows", Order.of(order), "f" * 16, moment, row_id)
    cursor = _encode(place)
    assert len(cursor) <= 300
    assert _decode(cursor) == place


@pytest.mark.asyncio
async def test_a_walk_in_any_order_meets_every_row_once(database: Database) -> None:
    rng, organisation = random.Random(1), uuid4()
    moments = [START - timedelta(seconds=rng.randrange(3)) for _ in range(9)]
    await add(database, organisation, [str(n) for n in range(9)], moments)
    statement = select(Note).where(Note.organisation_id == organisation)
    walks = {}
    for name in ("updated_at", "-updated_at", "created_at", "-created_at"):
        met, cursor = [], None
        while True:
            async with database.reading() as session:
                request = page_request(limit=2, cursor=cursor)
                found = await page(session, statement, Note, request, lambda note: note, Order.of(name))
            met += [(note.updated_at, note.id) for note in found.items]
            cursor = found.next_cursor
            if cursor is None:
                break
        walks[name] = met
    assert walks["updated_at"] == sorted(walks["updated_at"])
    assert len(set(walks["updated_at"])) == 9
    assert walks["-updated_at"] == walks["updated_at"][::-1]
    assert walks["-created_at"] == walks["created_at"][::-1]
    assert set(walks["created_at"]) == set(walks["updated_at"])
