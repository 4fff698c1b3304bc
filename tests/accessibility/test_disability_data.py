"""What tells of a disability is for the disability officer, the candidate whom it is about, and the certifier to whom
a proposal is addressed: asked of every route of every service as everybody else, of every event, log line and file.

Routes, and the ids that their paths take, are found and not listed: a new one is asked without a line here.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel
from tests.accessibility.conftest import SCENARIO, SCOPES, House, Secrets
from tests.accessibility.furnishing import furnish
from tests.accessibility.places import Places, names_in

from parchemin.candidates.exemptions.schemas import ExemptionRuling, NewExemption
from parchemin.candidates.follow_ups.schemas import (
    Contact,
    DisabilityFollowUpRequest,
    Evidence,
    Exchange,
    Need,
    OutsideResource,
)
from parchemin.contracts.catalogue import schema_of
from parchemin.contracts.events import CATALOGUE
from parchemin.contracts.vocabulary import Role
from parchemin.standalone.demo.player import Player
from parchemin.standalone.gateway import merged_openapi
from parchemin.standalone.services import ServiceName

MAY_READ: Mapping[str, tuple[str, ...]] = {
    "the officer": ("/v1/disability_follow_ups/", "/v1/exemptions/"),
    "the candidate": ("/v1/disability_follow_ups/",),
    "the certifier": ("/v1/exemptions/",),
}
"""Who reads sealed texts, and where. Nobody else, nowhere else, and in no list."""
ELSEWHERE = frozenset(
    {
        "/v1/candidate_imports/{import_id}/rejected",
        "/v1/candidates/{candidate_id}/photo",
        "/v1/communes",
        "/v1/personal_files/{personal_file_id}/archive",
    }
)
"""Asked, and found to have nothing here: files that are made by more than a row, whose contents have tests of their own
(the archive: `test_personal_files.py`), and a list that takes a parameter."""
_SEALED_PATHS = tuple(path.rstrip("/") for paths in MAY_READ.values() for path in paths)
SEALED_MODELS: tuple[type[BaseModel], ...] = (
    DisabilityFollowUpRequest,
    Need,
    OutsideResource,
    Contact,
    Exchange,
    Evidence,
    NewExemption,
    ExemptionRuling,
)
NOT_TELLING = {"enrolment_id", "competency", "decision", "valid_until", "name", "reference", "email", "kind", "text"}
"""Members that other things have too, or that say nothing of a reason."""


async def live(house: House) -> None:
    """A session's whole life, with everything that candidate, officer and certifier write planted with secrets."""
    secrets = house.secrets
    exemptions = tuple(
        one.model_copy(
            update={
                name: secrets.new(f"exemption {name}")
                for name in ("argument", "working_conditions", "reason", "integrity")
            }
        )
        for one in SCENARIO.exemptions
    )
    player = Player(SCENARIO.model_copy(update={"exemptions": exemptions}), house.cast, house.settle)
    await house.settle()
    await player.found_school()
    await player.enrol(lambda: None)
    await follow(house)
    await player.accommodate(lambda: None)
    for session in SCENARIO.sessions:
        await player.hold(session, lambda: None)
    assert [one for one in player.refusals if "exemption" in one] == []


async def follow(house: House) -> None:
    """A candidate with a login asks for a follow-up; the officer takes it up and records one entry of each kind."""
    secrets, callers = house.secrets, house.callers()
    administrator = house.bearer(Role.ADMINISTRATOR, organisation=house.school, scopes=SCOPES)
    person = {"birth_name": "Blanc", "first_names": ["Zoé"], "sex": "F", "birth_date": "1999-06-17", "subject": "zoe"}
    place = {"city": "Lyon", "country": "FR"}
    candidate = await house.post("/v1/candidates", {**person, "birth_place": place}, administrator)
    enrolment = {"candidate_id": candidate["id"], "access_path": "apprenticeship", "blocks": [1, 2, 3]}
    enrolment_id = (await house.post("/v1/enrolments", enrolment, administrator))["id"]
    request = {"consent": True, "text": secrets.new("request")}
    asked = await house.post("/v1/disability_requests", request, callers["the candidate"])
    url = f"/v1/disability_follow_ups/{asked['id']}"
    officer = house.bearer(Role.DISABILITY_OFFICER, organisation=house.school, scopes=SCOPES)
    step = await house.client.put(f"{url}/state", json={"state": "open"}, headers={**officer, "If-Match": '"1"'})
    assert step.is_success, step.text
    contact = {"name": secrets.new("contact"), "email": f"{secrets.new('contact e-mail')}@example.org"}
    for content in (
        {"kind": "need", "phase": "evaluation", "domain": "tests", "text": secrets.new("need")},
        {
            "kind": "resource",
            "body": "mdph",
            "name": secrets.new("resource"),
            "contact": contact,
            "sought": secrets.new("sought"),
        },
        {
            "kind": "exchange",
            "on": "2026-02-01",
            "direction": "received",
            "channel": "letter",
            "reference": secrets.new("letter"),
            "text": secrets.new("exchange"),
        },
        {
            "kind": "evidence",
            "evidence": "medical_opinion",
            "dated": "2025-11-03",
            "reference": secrets.new("evidence"),
            "supports": ["extra_time"],
        },
    ):
        await house.post(f"{url}/entries", {"content": content}, officer)
        refused = await house.client.post(f"{url}/entries", json={"content": {**content, "kind": 7}}, headers=officer)
        faulty = {"content": {**content, "surplus": secrets.new("refused entry")}}
        surplus = await house.client.post(f"{url}/entries", json=faulty, headers=officer)
        assert (refused.status_code, surplus.status_code) == (422, 422)
        assert not secrets.within(refused.text + surplus.text)
    texts = {"argument": secrets.new("argument"), "working_conditions": secrets.new("working conditions")}
    waiting = {"enrolment_id": enrolment_id, "competency": "C.20", **texts}
    await house.post("/v1/exemptions", waiting, officer)
    known = await house.get(f"/v1/enrolments/{enrolment_id}", administrator)
    ids = UUID(candidate["id"]), UUID(enrolment_id)
    await furnish(house.services["candidates"], house.school, *ids, known["referential_version"])


async def explore(house: House, places: Places, templates: list[str]) -> None:
    """Learn ids from all that there is to list, from the top of the paths to their bottom."""
    caller = house.bearer(*Role, organisation=house.school, subject="explorer", scopes=SCOPES)
    for template in sorted(templates, key=lambda path: path.count("{")):
        for path in places.of(template):
            answer = await house.client.get(path, headers=caller)
            if answer.is_success and "json" in answer.headers.get("content-type", ""):
                places.learn(template, answer.json())


@pytest.mark.asyncio
@pytest.mark.timeout(120)
async def test_nobody_else_reads_what_tells_of_a_disability(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    await live(house)
    paths = merged_openapi(house.services)["paths"]
    templates = [path for path, operations in paths.items() if "get" in operations]
    places = Places(paths, every=_SEALED_PATHS)
    await explore(house, places, templates)
    here = set(house.services["candidates"].openapi()["paths"])
    assert {name for path in here & set(templates) for name in names_in(path)} <= set(places.known)

    shown: defaultdict[str, set[str]] = defaultdict(set)
    answered: set[str] = set()
    for caller, header in house.callers().items():
        for template in templates:
            for path in places.of(template):
                answer = await house.client.get(path, headers=header)
                assert answer.status_code < 500, path
                answered |= {template} if answer.is_success else set()
                secrets = house.secrets.within(answer.content)
                if secrets:
                    one = template.endswith("}") and template.startswith(MAY_READ.get(caller, ()))
                    assert one, f"{caller} reads {secrets} at {path}"
                    shown[caller] |= secrets

    assert here & set(templates) - ELSEWHERE <= answered  # of its own service, every route gave something to somebody
    assert len(answered) > len(templates) * 2 / 3
    written = set(house.secrets.texts.values()) - {"refused entry"}
    certified = {where for where in written if where.startswith(("exemption", "argument", "working"))}
    assert shown["the officer"] == written  # all was planted, and is kept
    assert shown["the certifier"] == certified
    assert shown["the candidate"] == written - certified
    assert set(shown) == set(MAY_READ)

    assert not house.secrets.within("".join(capfd.readouterr()))
    files = [file for file in house.folder.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {f"{name}.sqlite3" for name in ServiceName}
    for file in files:
        assert not house.secrets.within(file.read_bytes()), file.name  # the outbox, and stored answers, are in them


def test_no_event_has_a_member_for_what_is_sealed() -> None:
    sealed = {name for model in SEALED_MODELS for name in model.model_fields} - NOT_TELLING
    assert {"argument", "working_conditions", "integrity", "sought", "evidence", "phase"} <= sealed
    for event in CATALOGUE.values():
        found = set(_members(schema_of(event))) & sealed
        assert found <= ({"reason"} if "evaluations" in event.type else set()), event.type


def _members(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _members(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _members(part)


def test_secrets_are_found_where_they_are() -> None:
    """The net has no hole of its own."""
    secrets = Secrets()
    text = secrets.new("here")
    assert secrets.within(json.dumps({"x": [text]}).encode()) == {"here"}
    assert secrets.within(b"\x00" + text.encode() + b"\xff") == {"here"}
    assert secrets.within("nothing") == set()
