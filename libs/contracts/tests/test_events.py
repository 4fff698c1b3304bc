"""The published events: names, keys, envelope, and where identities travel."""

import json
import re
import typing
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from libs.contracts.tests.examples import AT, EVENT_ID, each_event, example
from pydantic import BaseModel, ValidationError

from parchemin.contracts.envelope import CONTENT_TYPE, CloudEvent, Event, schema_id, wrap
from parchemin.contracts.events import CATALOGUE
from parchemin.contracts.events.candidates import CandidateIdentifiedV1

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def subclasses(root: type) -> set[type]:
    return {child for sub in root.__subclasses__() for child in {sub, *subclasses(sub)}}


def test_the_catalogue_holds_every_event_that_is_declared() -> None:
    declared = {
        event for event in subclasses(Event) if event.__module__.startswith("parchemin.") and "type" in vars(event)
    }
    assert declared == set(CATALOGUE.values())
    assert all(kind == event.type for kind, event in CATALOGUE.items())


@each_event
def test_an_event_is_named_in_the_past_tense_with_its_service_and_version(event: type[Event]) -> None:
    named = re.fullmatch(r"parchemin\.([a-z]+)\.([a-z]+(?:_[a-z]+)*)\.v([0-9]+)", event.type)
    assert named is not None
    service, fact, version = named.groups()
    assert fact.endswith(("ed", "_taken")), "a fact is told in the past tense"
    assert event.__name__ == fact.title().replace("_", "") + f"V{version}"
    assert re.fullmatch(rf"parchemin\.{service}\.(identity\.)?v1", event.topic)
    assert (event.__doc__ or "").strip().endswith(".")
    assert event.__doc__ != Event.__doc__


@each_event
def test_an_event_comes_back_from_its_envelope_as_it_went_in(event: type[Event]) -> None:
    fact = example(event)
    envelope = wrap(fact, event_id=EVENT_ID, at=AT, traceparent=PARENT)
    read = CloudEvent.model_validate_json(envelope.to_bytes())
    assert read == envelope
    assert event.read(read.data) == fact
    assert 0 < len(fact.key) <= 200
    assert (read.partitionkey, read.subject) == (fact.key, fact.subject)


@each_event
def test_the_official_sdk_reads_the_same_attributes(event: type[Event]) -> None:
    fact = example(event)
    envelope = wrap(fact, event_id=EVENT_ID, at=AT, traceparent=PARENT)
    message = HTTPMessage(headers={"content-type": CONTENT_TYPE}, body=envelope.to_bytes())
    read = from_structured_event(message, JSONFormat())
    assert read.get_id() == str(EVENT_ID)
    assert read.get_source() == f"/{event.type.split('.')[1]}"
    assert read.get_type() == event.type
    assert read.get_subject() == fact.subject
    assert read.get_time() == AT
    assert read.get_specversion() == "1.0"
    assert read.get_datacontenttype() == "application/json"
    assert read.get_dataschema() == schema_id(event)
    assert read.get_extension("partitionkey") == fact.key
    assert read.get_extension("traceparent") == PARENT
    assert read.get_data() == json.loads(envelope.to_bytes())["data"]


@each_event
def test_members_that_a_reader_does_not_know_are_ignored_at_every_depth(event: type[Event]) -> None:
    def with_more(part: Any) -> Any:
        if isinstance(part, dict):
            return {**{name: with_more(value) for name, value in part.items()}, "of_a_later_version": 1}
        return [with_more(item) for item in part] if isinstance(part, list) else part

    fact = example(event)
    envelope = json.loads(wrap(fact, event_id=EVENT_ID, at=AT).to_bytes())
    read = CloudEvent.model_validate_json(json.dumps(with_more(envelope)))
    assert event.read(read.data) == fact


@each_event
def test_a_fact_cannot_be_changed(event: type[Event]) -> None:
    fact = example(event)
    with pytest.raises(ValidationError):
        setattr(fact, next(iter(event.model_fields)), None)


def members(model: type[BaseModel]) -> set[str]:
    """The names of all members, at every depth."""
    names = set(model.model_fields)
    for hint in typing.get_type_hints(model).values():
        for kind in (hint, *typing.get_args(hint)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                names |= members(kind)
    return names


@each_event
def test_identities_travel_on_the_identity_topics_and_nowhere_else(event: type[Event]) -> None:
    identifying = {
        "pii", "birth_name", "used_name", "first_name", "first_names", "last_name", "family_name", "given_name",
        "sex", "birth_date", "birth_city", "birth_country", "email", "phone", "address", "nir", "ine", "handicap",
        "disability",
    }  # fmt: skip
    found = members(event) & identifying
    assert bool(found) == (".identity." in event.topic and not event.forgets), found
    if found:
        assert set(event.model_fields) - {"pii"} == {name for name in event.model_fields if name.endswith("_id")}


def test_an_envelope_that_breaks_the_standard_is_refused() -> None:
    right = json.loads(wrap(example(CandidateIdentifiedV1), event_id=EVENT_ID, at=AT).to_bytes())
    assert "traceparent" not in right
    for changes in (
        {"specversion": "2.0"}, {"id": "no id"}, {"time": "2026-01-01T00:00:00"}, {"data": None}, {"data": []},
        {"type": None}, {"datacontenttype": "text/plain"},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            CloudEvent.model_validate_json(json.dumps({**right, **changes}))
