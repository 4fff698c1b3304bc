"""What the conformance tests of the services share: the document they run on, and what no document can say."""

import atexit
from copy import deepcopy
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

SHARED_HEADERS = {"if-match", "idempotency-key"}
SHAPE = {"invalid", "malformed_body"}
"""Codes of refusals that the document foretells."""
BEYOND_SHAPE = {
    "string_pattern_mismatch",
    "for_closing_only",
    "for_deliberation_only",
    "for_upheld_only",
    "days_too_far_apart",
    "ends_before",
    "refusal_ground_misplaced",
    "integrity_missing",
    "named_twice",
    "out_of_range",
    "whole_minutes",
    "country_unknown",
    "nir_not_collected",
    "partial_date_parsing",
    "phone_invalid",
}
"""Faults of a member that a schema cannot foretell: what depends on another member; and a text that ends in a line
feed, which Python's `$` lets by when texts are generated and JSON Schema's (ECMA 262) does not."""


def scratch_folder() -> Path:
    """A folder for this process, gone when it ends: the application is made when the tests are collected, before
    any fixture."""
    folder = Path(mkdtemp(prefix="parchemin-conformance-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


def document_of(app: FastAPI) -> dict[str, Any]:
    """The service's document without the headers of the shared layer: a made-up one is refused before the rest is
    read, so nothing else would be tried. The shared layer's own tests have them."""
    document = deepcopy(app.openapi())
    for item in document["paths"].values():
        for operation in item.values():
            listed = operation.pop("parameters", [])
            operation["parameters"] = [one for one in listed if one["name"].lower() not in SHARED_HEADERS]
    return document


def schema_of(app: FastAPI) -> Any:
    """The document, ready to make calls from. It is read when the tests are collected, so that each operation is a
    test (schemathesis 4.32 cannot take it from a fixture under pytest 9.2)."""
    schema = schemathesis.openapi.from_dict(document_of(app))
    schema.app = app
    return schema


def steadily(max_examples: int) -> settings:
    """The same examples in every run."""
    return settings(
        max_examples=max_examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def validate(case: schemathesis.Case, response: Any) -> None:
    """All of schemathesis' checks. What the referential, a cursor or the state of a resource forbids, no schema can
    say: a refusal by a rule proves nothing about the data's shape."""
    excluded = [positive_data_acceptance, negative_data_rejection] if _is_by_rule(response) else []
    case.validate_response(response, excluded_checks=excluded)


def _is_by_rule(response: Any) -> bool:
    if response.status_code in {409, 412, 428}:
        return True
    if response.status_code not in {400, 422}:
        return False
    problem = response.json()
    faults = {fault["code"] for fault in problem["errors"]}
    return problem["code"] not in SHAPE or (bool(faults) and faults <= BEYOND_SHAPE)
