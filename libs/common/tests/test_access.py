"""Who may do what: roles, scopes, organisation; and that no operation forgets to say so."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from libs.common.tests.toy_service import Writes, Writing, toy_app

from parchemin.common.auth import public
from parchemin.common.database import Database
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_only_a_named_role_with_the_scope_and_an_organisation_comes_in(
    database: Database, serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]], bearer: Bearer
) -> None:
    client, school = await serve(toy_app(database)), uuid4()
    read, write = ["candidates:read"], ["candidates:write"]
    for status, caller in (
        (200, bearer(Role.ADMINISTRATOR, organisation=school, scopes=read)),
        (200, bearer(Role.CERTIFIER, scopes=read)),
        (403, bearer(Role.ADMINISTRATOR, organisation=school, scopes=write)),
        (403, bearer(Role.ADMINISTRATOR, organisation=school, scopes=[])),
        (403, bearer(Role.ADMINISTRATOR, organisation=school, scopes=["candidates:read2"])),
        (403, bearer(Role.ADMINISTRATOR, scopes=read)),
        (403, bearer(Role.JURY_PRESIDENT, organisation=school, scopes=read)),
        (403, bearer(organisation=school, scopes=read)),
    ):
        answer = await client.get("/v1/notes", headers=caller)
        assert answer.status_code == status
    written = await client.post("/v1/notes", json={"text": "x"}, headers=bearer(Role.CERTIFIER, scopes=write))
    assert (written.status_code, written.json()["code"]) == (403, "forbidden")


async def test_nobody_sees_another_organisations_things_but_who_stands_above(
    client: httpx.AsyncClient, bearer: Bearer
) -> None:
    note = (await client.post("/v1/notes", json={"text": "ours"})).json()
    stranger, certifier = bearer(Role.ADMINISTRATOR, organisation=uuid4()), bearer(Role.CERTIFIER)
    of_a_school = bearer(Role.CERTIFIER, organisation=uuid4())
    for caller, seen in ((stranger, 0), (certifier, 1), (of_a_school, 0)):
        assert len((await client.get("/v1/notes", headers=caller)).json()["items"]) == seen
        status = (await client.get(f"/v1/notes/{note['id']}", headers=caller)).status_code
        assert status == (200 if seen else 404)


async def test_an_operation_that_does_not_say_who_may_call_it_does_not_start(database: Database) -> None:
    silent = APIRouter()

    @silent.get("/v1/silent")
    async def operation() -> None: ...

    outer = APIRouter(dependencies=[Depends(public)])
    outer.include_router(silent)
    mounted = APIRouter(dependencies=[Depends(public)])
    mounted.mount("/v1/mounted", FastAPI())
    socket = APIRouter(dependencies=[Depends(public)])

    @socket.websocket("/v1/socket")
    async def connect() -> None: ...

    for router in (silent, outer, mounted, socket):
        with pytest.raises(ValueError, match="access"):
            toy_app(database, routers=(router,))


async def test_an_operation_that_writes_outside_a_unit_of_work_does_not_start(database: Database) -> None:
    stock = APIRouter()

    @stock.post("/v1/stock")
    async def operation(session: Writing, principal: Writes) -> None: ...

    with pytest.raises(ValueError, match="route_class"):
        toy_app(database, routers=(stock,))
