"""What the tests of the budget start from: the service running, and a caller of the school's staff."""

from collections.abc import Awaitable, Callable

import httpx
import pytest_asyncio
from fastapi import FastAPI
from services.budget.tests.builders import ENROLMENT, FOREIGN_ENROLMENT, OTHER_SCHOOL, SCHOOL, hear_of_enrolment

from parchemin.budget.app import create_app
from parchemin.budget.settings import Settings
from parchemin.contracts.vocabulary import Role


@pytest_asyncio.fixture
async def client(
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
) -> httpx.AsyncClient:
    """A client of the running service, as administrator of a school; an enrolment of it and a foreign one are known."""
    app = create_app(Settings(database_url=database_url("budget"), migrate_on_start=False))
    client = await serve(app)
    await hear_of_enrolment(app, ENROLMENT, SCHOOL)
    await hear_of_enrolment(app, FOREIGN_ENROLMENT, OTHER_SCHOOL)
    client.headers.update(bearer(Role.ADMINISTRATOR, organisation=SCHOOL, subject="staff-one"))
    return client
