"""What is out in the world: the schemas of events as they were ever committed, and the list of their hashes.

`python -m tests.contract.published` adds the hashes of today's schemas to the list, where they keep what was promised.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parchemin.contracts.compatibility import incompatibilities

REPOSITORY = Path(__file__).parents[2]
SCHEMAS = "docs/api/events"
SAMPLES = "tests/contract/samples"
OLDER = "tests/contract/older"
LIST = "tests/contract/published.json"
"""For each schema the SHA-256 of its file, of every version that was published, the latest last."""

Hashes = dict[str, list[str]]


class NoHistory(Exception):
    """Not a clone with its history: what was published before cannot be seen in it."""


def broken_promises(repository: Path = REPOSITORY) -> list[str]:
    """How today's schemas break what any commit behind this one has promised. A branch that changes a schema and its
    file together is compared with its own beginning, whatever it calls its base."""
    faults = set()
    for name, published in committed(repository, SCHEMAS):
        file = repository / SCHEMAS / name
        if not file.exists():
            faults.add(f"{name}: removed")
            continue
        faults |= {f"{name} {fault}" for fault in incompatibilities(json.loads(published), _read(file))}
    return sorted(faults)


def rewritten(folder: str, repository: Path = REPOSITORY) -> list[str]:
    """Files of the folder that are not any more as they were first committed: they are frozen."""
    return sorted(
        {
            name
            for name, content in committed(repository, folder)
            if not (repository / folder / name).exists() or (repository / folder / name).read_bytes() != content
        }
    )


def unlisted(repository: Path = REPOSITORY) -> list[str]:
    """Schemas whose file is not the version that the list has last. Works in a clone without history too: who changes
    a schema has to change the list as well, and is seen to do so."""
    known = listed(repository)
    today = hashes(repository)
    return sorted(
        name for name in {*known, *today} if not known.get(name) or known[name][-1] != today.get(name, "removed")
    )


def unsaid(repository: Path = REPOSITORY) -> list[str]:
    """Hashes that the list had in some commit behind this one, and has no more in the same place."""
    known = listed(repository)
    parent, _, name = LIST.rpartition("/")
    lists: list[Hashes] = [json.loads(content) for file, content in committed(repository, parent) if file == name]
    return sorted(
        {schema for before in lists for schema, was in before.items() if known.get(schema, [])[: len(was)] != was}
    )


def committed(repository: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Each version of each file of the folder, of all commits that this one descends from."""
    if _git(repository, "rev-parse", "--is-shallow-repository").strip() != b"false":
        raise NoHistory("a shallow clone")
    seen = set()
    for commit in _git(repository, "rev-list", "--full-history", "HEAD", "--", folder).decode().split():
        for line in _git(repository, "ls-tree", f"{commit}:./{folder}/", missing=b"").decode().splitlines():
            kind, (blob, name) = line.split()[1], line.split(maxsplit=2)[2].split("\t")
            if kind == "blob" and (name, blob) not in seen:
                seen.add((name, blob))
                yield name, _git(repository, "cat-file", "blob", blob)


def hashes(repository: Path = REPOSITORY) -> dict[str, str]:
    """Of today's schemas, by the names of their files."""
    files = sorted((repository / SCHEMAS).glob("*.json"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def listed(repository: Path = REPOSITORY) -> Hashes:
    """As the list says."""
    file = repository / LIST
    kept: Hashes = json.loads(file.read_bytes()) if file.exists() else {}
    return kept


def _read(file: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(file.read_bytes())
    return schema


def _git(repository: Path, *arguments: str, missing: bytes | None = None) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise NoHistory("git is not installed") from error
    if done.returncode == 0:
        return done.stdout
    if missing is not None:
        return missing
    raise NoHistory(done.stderr.decode(errors="replace").strip())


def main() -> None:
    """Publish today's schemas: add their hashes to the list."""
    if faults := broken_promises():
        sys.exit("\n".join(faults))
    known = listed()
    for name, digest in hashes().items():
        if digest not in known.setdefault(name, [])[-1:]:
            known[name].append(digest)
    (REPOSITORY / LIST).write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
