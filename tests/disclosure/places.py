"""What the paths of an API take, learnt from its own answers."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4


def names_in(template: str) -> list[str]:
    """The parameters of a path."""
    return [part.partition("}")[0] for part in template.split("{")[1:]]


class Places:
    """What the paths of the API take, as far as answers name it: `id` in a list of sessions is a `session_id`."""

    MOST = 2
    """Of each kind, but where all is learnt."""

    def __init__(self, paths: Mapping[str, Any], every: tuple[str, ...]) -> None:
        """`every`: beginnings of paths of which all is learnt."""
        self.paths = paths
        self._every = every
        self.known: defaultdict[str, list[str]] = defaultdict(list)
        self.known |= {"version": ["1.0"], "secret": ["x"]}

    def learn(self, path: str, answer: Any) -> None:
        """From the answer of a list or an object."""
        if isinstance(answer, dict):
            every = path.startswith(self._every)
            for name, value in answer.items():
                if isinstance(value, str) and name.endswith("_id"):
                    self._add(name, value, every=every)
                self.learn(path, value)
            if isinstance(answer.get("id"), str):
                for name in self._named_by(path):
                    self._add(name, answer["id"], every=every)
        elif isinstance(answer, list):
            for item in answer:
                self.learn(path, item)

    def _named_by(self, path: str) -> Iterator[str]:
        """Which parameter stands for an id out of this list."""
        for template in self.paths:
            head, brace, tail = template.partition(f"{path}/{{")
            if brace and not head:
                yield tail.partition("}")[0]

    def _add(self, name: str, value: str, *, every: bool) -> None:
        if value not in self.known[name] and (every or len(self.known[name]) < self.MOST):
            self.known[name].append(value)

    def of(self, template: str) -> Iterator[str]:
        """The paths of a template, by every combination of what is known; one that is not known at all is made up."""
        names = names_in(template)
        for values in itertools.product(*(self.known.get(name) or [str(uuid4())] for name in names)):
            yield template.format(**dict(zip(names, values, strict=True)))
