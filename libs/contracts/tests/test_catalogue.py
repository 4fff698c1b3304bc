"""The published description of the events: generated, frozen, and only ever extended."""

import copy
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from libs.contracts.tests.examples import AT, EVENT_ID, EVENTS, each_event, example
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from parchemin.contracts.catalogue import as_text, asyncapi, documents, schema_of
from parchemin.contracts.compatibility import incompatibilities
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.events import CATALOGUE

PUBLISHED = Path(__file__).parents[3] / "docs" / "api"
PUBLISHED_REF = os.environ.get("PARCHEMIN_PUBLISHED_REF", "HEAD")
"""The commit whose schemas are out in the world: what a branch is compared with; CI names its base."""
REMEDY = "run `make generate`"


def published_schema(event: type[Event]) -> dict[str, Any]:
    """As committed; a schema that is not yet, or not in a repository, as it lies there."""
    file = PUBLISHED / "events" / f"{event.type}.json"
    committed = subprocess.run(
        ["git", "show", f"{PUBLISHED_REF}:./{file.name}"], cwd=file.parent, capture_output=True, check=False
    )
    schema: dict[str, Any] = json.loads(committed.stdout if committed.returncode == 0 else file.read_bytes())
    return schema


@pytest.mark.parametrize("path", sorted(documents()))
def test_the_published_document_is_the_generated_one(path: str) -> None:
    assert (PUBLISHED / path).read_text(encoding="utf-8") == as_text(documents()[path]), REMEDY


def test_no_published_schema_has_lost_its_event() -> None:
    assert {file.stem for file in (PUBLISHED / "events").iterdir()} == set(CATALOGUE)


@each_event
def test_a_published_schema_only_gains_optional_members(event: type[Event]) -> None:
    published = published_schema(event)
    faults = incompatibilities(published, schema_of(event))
    assert not faults, f"{event.type} is published: declare the next version beside it instead\n" + "\n".join(faults)


@each_event
def test_todays_events_keep_to_the_published_schema(event: type[Event]) -> None:
    published = published_schema(event)
    Draft202012Validator.check_schema(published)
    Draft202012Validator(published).validate(example(event).model_dump(mode="json"))


def nested() -> dict[str, Any]:
    return schema_of(CATALOGUE["parchemin.evaluations.results_decided.v1"])


def test_texts_and_optional_members_may_be_added() -> None:
    current = copy.deepcopy(nested())
    current["description"] = "Said better."
    current["properties"]["place"]["title"] = "Where"
    current["properties"]["remark"] = {"type": "string", "default": ""}
    current["$defs"]["ModalityResult"]["properties"]["remark"] = {"$ref": "#/$defs/Remark"}
    current["$defs"]["Remark"] = {"type": "string"}
    assert incompatibilities(nested(), current) == []


def test_each_other_change_is_named() -> None:
    def change(**changes: Any) -> dict[str, Any]:
        current = copy.deepcopy(nested())
        for path, value in changes.items():
            *steps, last = path.split("__")
            place = current
            for step in steps:
                place = place[step]
            if value is None:
                del place[last]
            else:
                place[last] = value
        return current

    required = nested()["required"]
    for current, fault in (
        (change(properties__place=None), "$/place: removed"),
        (change(properties__place={"type": "integer"}), "$/place: was {'type': 'string'}, is {'type': 'integer'}"),
        (change(required=[*required, "remark"]), "$/remark: required, and was not"),
        (change(required=required[1:]), f"$/{required[0]}: no longer always there"),
        (change(type="array"), "$: was "),
        (change(**{"$id": "another"}), "$: was "),
        (change(**{"$defs__ModalityResult": None}), "$defs/ModalityResult: removed"),
        (change(**{"$defs__ModalityResult__properties__attendance": None}), "$defs/ModalityResult/attendance: removed"),
        (change(**{"$defs__Attendance__enum": ["present"]}), "$defs/Attendance: was "),
    ):
        [found] = incompatibilities(nested(), current)
        assert found.startswith(fault)


def test_asyncapi_has_a_channel_for_each_topic_and_who_sends_there() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert set(document["channels"]) == {event.topic for event in EVENTS}
    for topic, channel in document["channels"].items():
        assert channel["address"] == topic
        assert set(channel["messages"]) == {event.type for event in EVENTS if event.topic == topic}
        policy = channel["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"]
        assert policy == (["compact"] if ".identity." in topic else ["delete"])
    senders = {operation["channel"]["$ref"] for operation in document["operations"].values()}
    assert senders == {f"#/channels/{topic}" for topic in document["channels"]}
    assert {operation["action"] for operation in document["operations"].values()} == {"send"}
    for message in document["components"]["messages"].values():
        assert message["contentType"] == "application/cloudevents+json"
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["summary"]


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            found = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return found + [ref for value in part.values() for ref in references(value)]
        return [ref for item in part for ref in references(item)] if isinstance(part, list) else []

    document = asyncapi()
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


@each_event
def test_what_travels_keeps_to_the_asyncapi_document(event: type[Event]) -> None:
    document = asyncapi()
    resource = Resource(contents=document, specification=DRAFT202012)
    registry = Registry().with_resource("urn:asyncapi", resource)
    payload = {"$ref": f"urn:asyncapi#/components/messages/{event.type}/payload"}
    travelling = json.loads(wrap(example(event), event_id=EVENT_ID, at=AT).to_bytes())
    validator = Draft202012Validator(payload, registry=registry)
    validator.validate(travelling)
    for changes in ({"type": "another"}, {"data": {}}, {"source": "/nowhere"}):
        assert not validator.is_valid({**travelling, **changes})
