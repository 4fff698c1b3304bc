"""What deploy/postgres makes of an empty server: a database for each service, closed to everybody else."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engines.missing import missing
from tests.engines.postgres import PostgresServer, PostgresUnavailable

pytestmark = pytest.mark.postgres

SCRIPT = Path(__file__).parents[2] / "deploy" / "postgres" / "services.sh"
NAMES = ("candidates", "evaluations", "budget", "documents", "identity")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Port of a server of this module's own, which the script has set up: roles belong to a whole server."""
    try:
        server = PostgresServer.start(password=_password("postgres"))
    except PostgresUnavailable as error:
        missing(str(error))
        return
    try:
        number = int(server.url.rpartition(":")[2].partition("/")[0])
        _run(number)
        yield number
    finally:
        server.stop()


def test_each_role_owns_its_database_and_may_make_tables_in_it(port: int) -> None:
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    for name in NAMES:
        assert _ask(port, name, f"CREATE TABLE probe (id integer); DROP TABLE probe; {owner}") == name


def test_nobody_connects_to_the_database_of_another(port: int) -> None:
    for name in NAMES:
        for other in {*NAMES, "postgres", "template1"} - {name}:
            with pytest.raises(Refused, match=f'permission denied for database "{other}"'):
                _ask(port, name, "SELECT 1", database=other)


def test_a_wrong_password_opens_nothing(port: int) -> None:
    with pytest.raises(Refused, match="password authentication failed"):
        _ask(port, "candidates", "SELECT 1", password="guessed")


def test_no_role_may_more_than_its_database(port: int) -> None:
    listed = (
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$%'"
        " AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)"
    )
    assert _ask(port, "postgres", listed).split() == sorted(NAMES)


def test_run_again_it_keeps_what_there_is_and_sets_the_password(port: int) -> None:
    _ask(port, "budget", "CREATE TABLE kept (id integer)")
    try:
        _run(port, PARCHEMIN_BUDGET_DATABASE_PASSWORD="another")
        assert _ask(port, "budget", "DROP TABLE kept; SELECT 'kept'", password="another") == "kept"
    finally:
        _run(port)


def test_without_a_password_it_makes_no_role_open_to_all(port: int) -> None:
    with pytest.raises(Refused, match="PARCHEMIN_EVALUATIONS_DATABASE_PASSWORD is not set"):
        _run(port, PARCHEMIN_EVALUATIONS_DATABASE_PASSWORD="")


class Refused(Exception):
    """What the program said when it failed."""


def _run(port: int, **changed: str) -> None:
    passwords = {f"PARCHEMIN_{name.upper()}_DATABASE_PASSWORD": _password(name) for name in NAMES}
    server = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGPASSWORD": _password("postgres")}
    _call("sh", str(SCRIPT), **{**server, **passwords, **changed})


def _ask(port: int, name: str, sql: str, *, database: str | None = None, password: str | None = None) -> str:
    address = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": name, "PGDATABASE": database or name}
    return _call("psql", "-XAtqc", sql, PGPASSWORD=password or _password(name), **address)


def _call(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refused(done.stderr)
    return done.stdout.strip()


def _password(name: str) -> str:
    return f'it\'s {name} \\ "$" ; --'
