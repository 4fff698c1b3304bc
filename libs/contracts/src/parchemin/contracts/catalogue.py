"""The published description of all events: a JSON Schema for each, and one AsyncAPI 3.0 document.

`make generate` writes them to docs/api. A published schema is frozen: within a version it
only ever gains optional members.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from parchemin.contracts.envelope import CONTENT_TYPE, SCHEMA_ROOT, CloudEvent, Event, schema_id
from parchemin.contracts.events import CATALOGUE
from parchemin.contracts.topics import is_compacted

Document = dict[str, Any]


def schema_of(event: type[Event]) -> Document:
    """The JSON Schema (2020-12) of an event's data."""
    schema = _open(event.model_json_schema(mode="serialization"))
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": schema_id(event),
        **schema,
        "title": event.type,
        "description": _documentation(event),
    }


def asyncapi() -> Document:
    """The AsyncAPI 3.0 document: a channel for each topic, a message for each event, who sends."""
    topics = sorted({event.topic for event in CATALOGUE.values()})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parchemin: events",
            "version": "1",
            "description": "Facts that the services publish, at least once, in order for each key. CloudEvents 1.0, "
            "structured JSON mode. Absorb a repeat by `id`; ignore members and types that you do not know.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic) for topic in topics},
        "operations": {f"send.{topic}": _operation(topic) for topic in topics},
        "components": {
            "messages": {kind: _message(event) for kind, event in sorted(CATALOGUE.items())},
            "schemas": {
                "CloudEvent": _envelope(),
                **{kind: _embedded(event) for kind, event in sorted(CATALOGUE.items())},
            },
        },
    }


def documents() -> dict[str, Document]:
    """Every generated document, by its path under the folder of the API's description."""
    schemas = {f"events/{kind}.json": schema_of(event) for kind, event in sorted(CATALOGUE.items())}
    return {**schemas, "asyncapi.json": asyncapi()}


def as_text(document: Document) -> str:
    """As it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _open(shape: Any) -> Any:
    """A schema that further members do not contradict: the version may gain some (`Event.read` ignores them)."""
    if isinstance(shape, dict):
        return {key: _open(value) for key, value in shape.items() if (key, value) != ("additionalProperties", False)}
    return [_open(item) for item in shape] if isinstance(shape, list) else shape


def _documentation(event: type[Event]) -> str:
    return " ".join((event.__doc__ or "").split())


def _channel(topic: str) -> Document:
    kinds = sorted(kind for kind, event in CATALOGUE.items() if event.topic == topic)
    compacted = is_compacted(topic)
    return {
        "address": topic,
        "description": "The latest state for each key." if compacted else "Facts, kept for as long as storage allows.",
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds},
        "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": ["compact" if compacted else "delete"]}}},
    }


def _operation(topic: str) -> Document:
    service = topic.split(".")[1]
    return {
        "action": "send",
        "title": f"The {service} service publishes",
        "channel": {"$ref": f"#/channels/{topic}"},
        "tags": [{"name": service}],
    }


def _message(event: type[Event]) -> Document:
    key = {"type": "string", "description": "Equal to `partitionkey`: events of one key stay in order."}
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": _documentation(event),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event.type},
                        "source": {"const": f"/{event.type.split('.')[1]}"},
                        "dataschema": {"const": schema_id(event)},
                        "data": {"$ref": f"#/components/schemas/{event.type}"},
                    },
                },
            ]
        },
        "bindings": {"kafka": {"key": key}},
    }


def _envelope() -> Document:
    schema = CloudEvent.model_json_schema(mode="validation")
    del schema["$defs"]
    schema["description"] = f"{CloudEvent.__doc__} Schemas are named under {SCHEMA_ROOT}, not fetched from there."
    schema["properties"]["data"] = {"type": "object", "description": "The fact; its schema is `dataschema`."}
    return schema


def _embedded(event: type[Event]) -> Document:
    """The schema inside the document: its own `$defs` are found from the document's root."""
    places = f"#/components/schemas/{event.type}/$defs/{{model}}"
    schema = _open(event.model_json_schema(mode="serialization", ref_template=places))
    return {**schema, "title": event.type, "description": _documentation(event)}
