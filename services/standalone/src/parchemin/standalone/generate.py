"""The generated part of the documentation: OpenAPI, AsyncAPI, event schemas, error catalogue, state machines.

`python -m parchemin.standalone.generate docs/api` writes it; with `--check` it fails where the files are not current.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from parchemin.common.problems import DomainError
from parchemin.contracts.catalogue import as_text
from parchemin.contracts.catalogue import documents as event_documents
from parchemin.standalone.gateway import merged_openapi
from parchemin.standalone.services import create_services
from parchemin.standalone.states import states_document


def generated() -> dict[str, str]:
    """The files, by path below the folder."""
    services = create_services()
    described = {
        "openapi.json": merged_openapi(services),
        **{f"openapi-{name}.json": app.openapi() for name, app in services.items()},
        **event_documents(),
    }
    return {
        "errors.md": error_catalogue(),
        "states.md": states_document(),
        **{name: as_text(document) for name, document in described.items()},
    }


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
