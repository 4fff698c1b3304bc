"""The state machines of the product, drawn from their declarations.

A `rules` module declares one by `NEXT_STATES` (what may be asked for), `FIRST_STATES` (what something begins as) and,
where there is any, `ENTAILED_STATES` (what follows from a step of something else). Nothing is drawn by hand: a rule
that changes changes its drawing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages

from parchemin.standalone.services import ServiceName

States = Mapping[StrEnum, frozenset[StrEnum]]

_INTRODUCTION = """# States

What has a life of its own, and the steps of it: each drawn from the mapping that the service itself obeys. A step that
is not drawn is refused with 409, and changes nothing. Nobody asks for a step that is `entailed`: it follows from one
that another of the kind takes.
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A declared state machine."""

    service: str
    subject: str
    meaning: str
    """Docstring of the states."""
    first: frozenset[StrEnum]
    following: States
    entailed: States


def machines() -> list[Machine]:
    """All that the services declare, by service and subject."""
    return [machine for name in ServiceName for machine in sorted(_declared(name), key=lambda one: one.subject)]


def diagram(machine: Machine) -> str:
    """The machine in Mermaid's language, the states in the order of their declaration."""
    states = list(machine.following)
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f"    [*] --> {state}" for state in states if state in machine.first]
    for state in states:
        entailed = machine.entailed.get(state, frozenset())
        lines += [f"    {state} --> {after}" for after in states if after in machine.following[state]]
        lines += [f"    {state} --> {after} : entailed" for after in states if after in entailed]
        if not machine.following[state] | entailed:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)


def states_document() -> str:
    """All machines, as a page of Markdown that draws them."""
    sections = [
        f"\n## {machine.subject.capitalize()} ({machine.service})\n\n"
        f"{machine.meaning}\n\n```mermaid\n{diagram(machine)}\n```\n"
        for machine in machines()
    ]
    return _INTRODUCTION + "".join(sections)


def _declared(service: ServiceName) -> Iterator[Machine]:
    package = import_module(f"parchemin.{service}")
    for found in walk_packages(package.__path__, f"{package.__name__}."):
        subject, _, module = found.name.removeprefix(f"{package.__name__}.").rpartition(".")
        if module != "rules":
            continue
        rules = import_module(found.name)
        following: States | None = getattr(rules, "NEXT_STATES", None)
        if following is None:
            continue
        yield Machine(
            service=str(service),
            subject=subject.rpartition(".")[2].replace("_", " "),
            meaning=" ".join((type(next(iter(following))).__doc__ or "").split()),
            first=rules.FIRST_STATES,
            following=following,
            entailed=getattr(rules, "ENTAILED_STATES", {}),
        )
