"""State machines drawn from their declarations."""

import re
from collections import defaultdict

import pytest

from parchemin.standalone.states import Machine, diagram, machines, states_document

MACHINES = {f"{machine.service}.{machine.subject}": machine for machine in machines()}
each_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def test_every_declared_machine_is_found() -> None:
    assert set(MACHINES) >= {
        "candidates.enrolments",
        "candidates.exemptions",
        "candidates.recognitions",
        "candidates.transfers",
        "evaluations.grading",
        "evaluations.incidents",
        "evaluations.sessions",
        "budget.estimates",
    }


@each_machine
def test_a_declaration_is_whole(machine: Machine) -> None:
    """Every state has its entry, and is reached from a first one."""
    kind = type(next(iter(machine.following)))
    assert list(machine.following) == list(kind)
    assert machine.meaning
    reached, ahead = set(), list(machine.first)
    while ahead:
        state = ahead.pop()
        reached.add(state)
        ahead += (machine.following[state] | machine.entailed.get(state, frozenset())) - reached
    assert reached == set(kind)


@each_machine
def test_a_drawing_read_back_is_the_declaration(machine: Machine) -> None:
    header, _, *arrows = diagram(machine).splitlines()
    assert header == "stateDiagram-v2"
    drawn: defaultdict[str, set[str]] = defaultdict(set)
    for arrow in arrows:
        match = re.fullmatch(r" {4}(\S+) --> (\S+)( : entailed)?", arrow)
        assert match is not None, arrow
        drawn[match[1]].add(match[2])
    assert drawn.pop("[*]") == {str(state) for state in machine.first}
    for state, following in machine.following.items():
        after = {str(one) for one in following | machine.entailed.get(state, frozenset())}
        assert drawn[str(state)] == (after or {"[*]"})


def test_the_page_draws_them_all() -> None:
    page = states_document()
    assert page.count("```mermaid\n") == len(MACHINES)
    assert all(diagram(machine) in page for machine in MACHINES.values())
