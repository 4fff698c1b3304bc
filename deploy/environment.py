"""Writes the environment file of an installation by docker-compose.yml, with secrets of its own.

    python3 deploy/environment.py            # .env beside docker-compose.yml

A file that exists stays as it is: new passwords would not fit the databases that the old ones opened. Needs nothing
but Python.
"""

import argparse
import base64
import os
import re
import secrets
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EMPTY = re.compile(r"^(?P<name>[A-Z_]+)=$", re.MULTILINE)


def _password() -> str:
    """256 bits that need no quoting in a URL, a shell or a Compose file."""
    return secrets.token_urlsafe(32)


def _encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _cluster_id() -> str:
    """As Kafka's own `random-uuid` writes it: no padding, and no leading dash, which its tools take for an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


MADE_OTHERWISE: dict[str, Callable[[], str]] = {
    "PARCHEMIN_ENCRYPTION_KEY": _encryption_key,
    "PARCHEMIN_EVALUATIONS_ENCRYPTION_KEY": _encryption_key,
    "PARCHEMIN_BUDGET_ENCRYPTION_KEY": _encryption_key,
    "PARCHEMIN_DOCUMENTS_ENCRYPTION_KEY": _encryption_key,
    "PARCHEMIN_KAFKA_CLUSTER_ID": _cluster_id,
}


def filled(example: str) -> str:
    """The example with a value for every name that has none."""
    return EMPTY.sub(lambda line: f"{line['name']}={MADE_OTHERWISE.get(line['name'], _password)()}", example)


def main() -> int:
    """Write the file, readable by its owner only."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / ".env")
    out: Path = parser.parse_args().out
    text = filled((ROOT / ".env.example").read_text())
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        sys.stderr.write(f"{out} exists, and stays as it is\n")
        return 1
    sys.stderr.write(f"{out} written; set PARCHEMIN_PUBLIC_URL in it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
