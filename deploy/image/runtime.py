"""Writes the part of requirements.lock that the product runs on: no test tool, linter or build tool in the image.

Run in an environment that has the whole lock and the product's packages. The pins and hashes are those of the lock,
line for line; only what nothing needs at run time is left out.
"""

import argparse
import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PRODUCT = "parchemin-standalone"
OWN = "parchemin-"


def needed(product: str) -> set[str]:
    """The third-party distributions that the product needs here, whatever depth they are at."""
    found: set[str] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(product, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        if not name.startswith(OWN):
            found.add(name)
        waiting.extend(_requirements(distribution(name), extras))
    return found


def _requirements(of: Distribution, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    environments = [{**default_environment(), "extra": extra} for extra in extras or {""}]
    return [
        (canonicalize_name(requirement.name), frozenset(requirement.extras))
        for requirement in map(Requirement, of.requires or ())
        if requirement.marker is None or any(map(requirement.marker.evaluate, environments))
    ]


def subset(lock: str, names: set[str]) -> str:
    """The entries of the lock for these distributions. Fails where one has none: it would be installed unchecked."""
    entries = {
        canonicalize_name(match["name"]): match["entry"]
        for match in re.finditer(r"^(?P<entry>(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==.*\n(?:    .*\n)*)", lock, re.M)
    }
    if missing := names - entries.keys():
        raise LookupError(f"not in the lock: {', '.join(sorted(missing))}")
    return "".join(entries[name] for name in sorted(names))


def main() -> None:
    """`python runtime.py requirements.lock > runtime.lock`"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    sys.stdout.write(subset(parser.parse_args().lock.read_text(), needed(PRODUCT)))


if __name__ == "__main__":
    main()
