"""The generated part of the documentation: OpenAPI, AsyncAPI, event schemas, error catalogue.

`python -m parchemin.standalone.generate docs/api` writes it; with `--check` it fails where the files are not current.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parchemin.common.problems import DomainError
from parchemin.contracts.catalogue import asyncapi, schema_of
from parchemin.contracts.events import CATALOGUE
from parchemin.standalone.app import create_services
from parchemin.standalone.gateway import merged_openapi


def generated() -> dict[str, str]:
    """The files, by path below the folder."""
    services = create_services()
    files = {
        "openapi.json": _json(merged_openapi(services)),
        "asyncapi.json": _json(asyncapi()),
        "errors.md": error_catalogue(),
    }
    for name, app in services.items():
        files[f"openapi-{name}.json"] = _json(app.openapi())
    for event_type, event in CATALOGUE.items():
        files[f"events/{event_type}.json"] = _json(schema_of(event))
    return files


def error_catalogue() -> str:
    """Every problem code, with its status and meaning, as a Markdown table."""
    rows = sorted({(error.code, error.status, error.title.en, error.detail.en) for error in _errors(DomainError)})
    lines = [
        "# Problem codes",
        "",
        "Every error is an `application/problem+json` document (RFC 9457). Branch on `code`: it is stable.",
        "Texts are French, or English where `Accept-Language` prefers it; they may change.",
        "",
        "| code | status | title | detail |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{code}` | {status} | {title} | {detail} |" for code, status, title, detail in rows]
    return "\n".join(lines) + "\n"


def _errors(error: type[DomainError]) -> Iterator[type[DomainError]]:
    if error is not DomainError:
        yield error
    for subclass in error.__subclasses__():
        yield from _errors(subclass)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    files = generated()
    if arguments.check:
        stale = [
            name
            for name, content in files.items()
            if not (arguments.folder / name).is_file()
            or (arguments.folder / name).read_text(encoding="utf-8") != content
        ]
        sys.stderr.writelines(f"not current: {arguments.folder / name}\n" for name in stale)
        return 1 if stale else 0
    for name, content in files.items():
        target = arguments.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
