"""The command line, as somebody types it."""

import asyncio
import json
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from typer.testing import CliRunner

from parchemin.candidates.organisations.schemas import NewOrganisation
from parchemin.candidates.organisations.service import register_organisation
from parchemin.common import migrations
from parchemin.common.database import Database
from parchemin.common.settings import default_database_url
from parchemin.standalone.cli import app

runner = CliRunner()


def make_organisations(*codes: str) -> None:
    async def make() -> None:
        database = Database(default_database_url("candidates"))
        await migrations.upgrade(database, "candidates")
        async with database.transaction() as session:
            for code in codes:
                await register_organisation(session, NewOrganisation(code=code, name=code))
        await database.dispose()

    asyncio.run(make())


def claims(token: str, var: Path) -> dict[str, object]:
    key = ECKey.import_key(json.loads((var / "keys" / "tokens.jwk.json").read_text()))
    return jwt.decode(token.strip(), key, algorithms=["ES256"]).claims


def test_a_certifier_needs_no_organisation(var: Path) -> None:
    result = runner.invoke(app, ["token", "--role", "certifier"])
    assert result.exit_code == 0, result.output
    said = claims(result.stdout, var)
    assert said["roles"] == ["certifier"]
    assert "organisation" not in said


def test_staff_belongs_to_the_only_organisation(var: Path) -> None:
    make_organisations("IMI")
    result = runner.invoke(app, ["token", "--role", "administrator"])
    assert result.exit_code == 0, result.output
    assert "organisation" in claims(result.stdout, var)


def test_of_several_organisations_one_must_be_named(var: Path) -> None:
    make_organisations("IMI", "ESRA")
    result = runner.invoke(app, ["token", "--role", "administrator"])
    assert result.exit_code == 2
    assert "ESRA, IMI" in result.stderr
    assert runner.invoke(app, ["token", "--role", "administrator", "--organisation", "IMI"]).exit_code == 0


def test_without_an_organisation_the_way_to_make_one_is_said(var: Path) -> None:
    result = runner.invoke(app, ["token", "--role", "administrator"])
    assert result.exit_code == 2
    assert "POST /v1/organisations" in result.stderr


@pytest.mark.parametrize("content", ["not json", "{}", '{"name": "x", "candidates": 3}'])
def test_what_is_no_scenario_is_said_in_words(var: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(content)
    result = runner.invoke(app, ["demo", "--scenario", str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "not a scenario file" in result.stderr
    assert "Traceback" not in result.output


def test_a_scenario_that_is_not_there_is_said_in_words(var: Path, tmp_path: Path) -> None:
    result = runner.invoke(app, ["demo", "--scenario", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "No such file" in result.stderr


def test_an_import_without_a_server_is_said_in_words(var: Path, tmp_path: Path) -> None:
    make_organisations("IMI")
    cohort = tmp_path / "cohort.csv"
    cohort.write_text("Nom de naissance\n")
    result = runner.invoke(app, ["import", "candidates", str(cohort), "--url", "http://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "parchemin serve" in result.stderr
