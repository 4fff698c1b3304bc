"""Identities over HTTP: what the diploma and the national register need, and nothing else."""

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from parchemin.common.outbox import opened_bodies
from parchemin.common.tables import outbox

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


async def test_whole_identity_is_kept_as_written_with_the_codes_that_follow_from_it(school: "School") -> None:
    whole = school.person(
        birth_name="d'Hérouville-Łucja",
        used_name="Nguyễn",
        first_names=["Zoé", "Aïssatou", "Œmilie"],
        birth_place={"city": "PARIS 12", "country": "FR", "postal_code": "75012"},
        nationalities=["FR", "SN", "FR"],
        phone="06 12 34 56 78",
        postal_address={"lines": ["3 rue de l'Église"], "postal_code": "29000", "city": "Quimper", "country": "FR"},
        ine="123456789ab",
        cpf_file_number="cpf-00012",
    )
    created = await school.client.post("/v1/candidates", json=whole)
    assert created.status_code == 201, created.text
    kept = created.json()
    assert (kept["birth_name"], kept["first_names"]) == ("d'Hérouville-Łucja", ["Zoé", "Aïssatou", "Œmilie"])
    assert kept["birth_place"] == {
        "city": "PARIS 12",
        "country": "FR",
        "country_insee_code": None,
        "insee_code": "75112",
        "postal_code": "75012",
    }
    assert (kept["nationalities"], kept["phone"], kept["ine"]) == (["FR", "SN"], "+33612345678", "123456789AB")
    assert (await school.client.get(f"/v1/candidates/{kept['id']}")).json() == kept


async def test_partly_unknown_birth_date_is_kept_and_told_in_the_version_that_can_say_it(school: "School") -> None:
    place = {"city": "Tamanrasset", "country": "DZ"}
    created = await school.client.post(
        "/v1/candidates", json=school.person(birth_date="1985-06", birth_place=place, nationalities=["DZ"])
    )
    assert created.status_code == 201, created.text
    assert created.json()["birth_date"] == "1985-06"
    assert created.json()["birth_place"]["country_insee_code"] == "99352"
    async with school.database.reading() as session:
        bodies = await opened_bodies(session, (await session.execute(select(outbox))).all())
    (told,) = [json.loads(body) for body in bodies if body is not None]
    assert told["type"] == "parchemin.candidates.candidate_identified.v2"
    assert told["data"]["pii"]["birth_date"] == "1985-06"
    assert told["data"]["pii"]["birth_country_insee_code"] == "99352"
    assert not {"email", "phone", "ine", "postal_address"} & told["data"]["pii"].keys()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"birth_name": "Lefèvre 1 99 06 75 112 123 66"}, ("/birth_name", "nir_not_collected")),
        ({"first_names": ["Zoé", "299067511212345"[:13]]}, ("/first_names", "nir_not_collected")),
        ({"birth_date": "1985-02-30"}, ("/birth_date", "partial_date_parsing")),
        ({"birth_date": "2999"}, ("/birth_date", "birth_date_implausible")),
        ({"nationalities": ["XX"]}, ("/nationalities/0", "country_unknown")),
        ({"phone": "06 12"}, ("/phone", "phone_invalid")),
        ({"ine": "12345"}, ("/ine", "string_pattern_mismatch")),
        (
            {"birth_place": {"city": "Dakar", "country": "SN", "postal_code": "75012"}},
            ("/birth_place", "birth_code_abroad"),
        ),
        ({"birth_place": {"country": "SN"}}, ("/birth_place/city", "missing")),
        (
            {"birth_place": {"city": "Ajaccio", "country": "FR", "insee_code": "20004"}},
            ("/birth_place/insee_code", "birth_commune_not_of_date"),
        ),
        (
            {"birth_place": {"city": "Quimper", "country": "FR", "postal_code": "75012"}},
            ("/birth_place/postal_code", "birth_postal_code_elsewhere"),
        ),
    ],
)
async def test_what_no_register_holds_is_refused_at_its_member(
    school: "School", changes: dict[str, object], fault: tuple[str, str]
) -> None:
    refused = await school.client.post("/v1/candidates", json=school.person(**changes))
    assert refused.status_code == 422, refused.text
    assert faults(refused) == [fault]
    assert "Lefèvre" not in refused.text


async def test_code_of_another_time_is_refused_with_the_one_of_the_birth_date(school: "School") -> None:
    place = {"city": "Ajaccio", "country": "FR", "insee_code": "2A004"}
    refused = await school.client.post("/v1/candidates", json=school.person(birth_date="1970", birth_place=place))
    assert "Ajaccio (20004)" in refused.json()["errors"][0]["detail"]
