"""A referential is published only when its parts agree with one another and with the declared totals."""

import copy
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.rules import Fault, Totals, publication_faults

SOURCE = files("parchemin.evaluations.referential") / "data" / "referential-1.0.json"
VALID: dict[str, Any] = Referential.model_validate_json(SOURCE.read_bytes()).model_dump(mode="json")
TOTALS = Totals(blocks=3, competencies=22, criteria=85)

Change = Callable[[dict[str, Any]], object]


def faults_after(change: Change, totals: Totals = TOTALS) -> tuple[Fault, ...]:
    """Change a copy of the valid referential, then check it."""
    document = copy.deepcopy(VALID)
    change(document)
    return publication_faults(Referential.model_validate(document), totals)


def found(faults: tuple[Fault, ...]) -> set[tuple[str, str]]:
    return {(fault.code, fault.pointer) for fault in faults}


def at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        document = document[int(token) if isinstance(document, list) else token]
    return document


def put(pointer: str, value: object) -> Change:
    parent, _, last = pointer.rpartition("/")

    def change(document: dict[str, Any]) -> None:
        holder = at(document, parent)
        holder[int(last) if isinstance(holder, list) else last] = value

    return change


def append(pointer: str, value: object) -> Change:
    return lambda document: at(document, pointer).append(value)


@pytest.mark.parametrize(
    ("totals", "pointer", "counts"),
    [
        (Totals(4, 22, 85), "/blocks", ("4", "3")),
        (Totals(3, 21, 85), "/competencies", ("21", "22")),
        (Totals(3, 22, 84), "/competencies", ("84", "85")),
    ],
)
def test_a_control_total_that_differs_is_a_fault(totals: Totals, pointer: str, counts: tuple[str, str]):
    [fault] = publication_faults(Referential.model_validate(VALID), totals)
    assert (fault.code, fault.pointer) == ("total_differs", pointer)
    assert all(count in fault.detail_fr and count in fault.detail_en for count in counts)


@pytest.mark.parametrize(
    ("pointer", "taken"),
    [
        ("/blocks/1/number", 1),
        ("/activities/1/code", "A1"),
        ("/competencies/1/code", "C.1"),
        ("/competencies/0/criteria/1/code", "C1.1"),
        ("/modalities/1/code", "M1"),
    ],
)
def test_a_code_given_twice_is_a_fault(pointer: str, taken: object):
    assert ("duplicate", pointer) in found(faults_after(put(pointer, taken)))


@pytest.mark.parametrize(
    ("pointer", "unknown"),
    [
        ("/competencies/2/block", 9),
        ("/competencies/2/activity", "A9"),
        ("/competencies/2/modality", "M9"),
        ("/blocks/0/competencies/2", "C.99"),
        ("/modalities/0/competencies/2", "C.99"),
    ],
)
def test_a_reference_to_what_does_not_exist_is_a_fault(pointer: str, unknown: object):
    assert ("unknown_reference", pointer) in found(faults_after(put(pointer, unknown)))


@pytest.mark.parametrize(
    ("kind", "part", "pointer", "totals"),
    [
        ("/blocks", {"number": 4, "competencies": []}, "/blocks/3/number", Totals(4, 22, 85)),
        ("/activities", {"code": "A8"}, "/activities/7/code", TOTALS),
        ("/modalities", {"code": "M5", "competencies": []}, "/modalities/4/code", TOTALS),
    ],
)
def test_a_part_that_no_competency_names_is_an_orphan(kind: str, part: dict[str, Any], pointer: str, totals: Totals):
    faults = faults_after(append(kind, at(VALID, f"{kind}/0") | part), totals)
    assert found(faults) == {("orphan", pointer)}


@pytest.mark.parametrize(("kind", "named"), [("blocks", "block"), ("modalities", "modality")])
def test_a_competency_that_its_own_holder_does_not_list_is_a_fault(kind: str, named: str):
    faults = faults_after(lambda document: document[kind][0]["competencies"].remove("C.3"))
    assert found(faults) == {("not_listed", f"/competencies/2/{named}")}


@pytest.mark.parametrize("kind", ["blocks", "modalities"])
def test_a_competency_listed_twice_by_its_own_holder_is_a_fault(kind: str):
    faults = faults_after(append(f"/{kind}/0/competencies", "C.3"))
    assert found(faults) == {("listed_twice", f"/{kind}/0/competencies/7")}


@pytest.mark.parametrize("kind", ["blocks", "modalities"])
def test_a_competency_listed_by_another_holder_than_it_names_is_a_fault(kind: str):
    faults = faults_after(append(f"/{kind}/1/competencies", "C.3"))
    assert found(faults) == {("listed_by_another", f"/{kind}/1/competencies/6")}


@pytest.mark.parametrize(
    ("pointer", "totals"),
    [
        ("/competencies/2/criteria", Totals(3, 22, 81)),
        ("/activities/2/items", TOTALS),
        ("/modalities/2/deliverables", TOTALS),
    ],
)
def test_a_part_without_content_is_a_fault(pointer: str, totals: Totals):
    assert found(faults_after(put(pointer, []), totals)) == {("empty", pointer)}


def test_a_referential_without_anything_is_a_fault_whatever_the_totals():
    faults = faults_after(lambda document: [document[kind].clear() for kind in KINDS], Totals(0, 0, 0))
    assert found(faults) == {("empty", "/competencies")}


@pytest.mark.parametrize("code", ["C4.9", "C33.1"])
def test_a_criterion_coded_after_another_competency_is_a_fault(code: str):
    faults = faults_after(put("/competencies/2/criteria/0/code", code))
    assert found(faults) == {("foreign_criterion", "/competencies/2/criteria/0/code")}


def test_a_competency_without_a_statement_is_no_fault():
    assert faults_after(put("/competencies/2/statement", None)) == ()


def test_every_fault_is_told_at_once_and_in_both_languages():
    faults = faults_after(lambda document: document["competencies"][2].update(activity="A9", criteria=[]))
    assert {fault.code for fault in faults} == {"unknown_reference", "empty", "total_differs"}
    assert all(fault.detail_fr and fault.detail_en and fault.detail_fr != fault.detail_en for fault in faults)


KINDS = {"blocks": "competencies", "activities": "", "competencies": "criteria", "modalities": "competencies"}
NESTED = [f"/{kind}/{i}/{inner}" for kind, inner in KINDS.items() if inner for i in range(len(VALID[kind]))]
LISTS = [f"/{kind}" for kind in KINDS] + NESTED
PARTS = [(pointer, i) for pointer in LISTS for i in range(len(at(VALID, pointer)))]


def names(node: Any, pointer: str = "") -> list[str]:
    """Return where each code or number stands, be it given there or referred to."""
    if isinstance(node, dict | list):
        children = node.items() if isinstance(node, dict) else enumerate(node)
        return [name for step, child in children for name in names(child, f"{pointer}/{step}")]
    return [pointer] if isinstance(node, int) or re.fullmatch(r"[ACM]\.?\d+(\.\d+)?", str(node)) else []


@settings(max_examples=300, deadline=None)
@given(part=st.sampled_from(PARTS))
def test_any_part_removed_is_a_fault(part: tuple[str, int]):
    pointer, i = part
    assert faults_after(lambda document: at(document, pointer).pop(i))


@settings(max_examples=300, deadline=None)
@given(part=st.sampled_from(PARTS))
def test_any_part_repeated_is_a_fault(part: tuple[str, int]):
    pointer, i = part
    assert faults_after(append(pointer, at(VALID, pointer)[i]))


@settings(max_examples=300, deadline=None)
@given(pointer=st.sampled_from(names(VALID)), number=st.integers(min_value=1, max_value=999))
def test_any_part_or_reference_renamed_is_a_fault(pointer: str, number: int):
    """But for a competency that names another activity: activities list nothing that could contradict it."""
    name = at(VALID, pointer)
    renamed = number if isinstance(name, int) else re.sub(r"\d+", str(number), name, count=1)
    assume(renamed != name)
    assume(not pointer.endswith("/activity") or number > len(VALID["activities"]))
    assert faults_after(put(pointer, renamed))


POINTS: dict[str, Any] = {"rule": "points", "met": 2, "partly_met": 1, "threshold": "3/5", "eliminatory": ["C1.1"]}


@pytest.mark.parametrize(
    ("policy", "faults"),
    [
        ({"rule": "all_criteria"}, set()),
        ({"rule": "partly_met", "partly_met_below": "1/1"}, set()),
        ({"rule": "partly_met", "partly_met_below": "3/2"}, {("beyond_the_whole", "/policy/partly_met_below")}),
        (POINTS, set()),
        ({**POINTS, "threshold": "9/8"}, {("beyond_the_whole", "/policy/threshold")}),
        ({**POINTS, "partly_met": 2}, {("points_not_growing", "/policy/partly_met")}),
        (
            {**POINTS, "eliminatory": ["C1.1", "C9.99", "C1.1"]},
            {("unknown_reference", "/policy/eliminatory/1"), ("listed_twice", "/policy/eliminatory/2")},
        ),
    ],
)
def test_a_policy_can_be_reached_and_names_criteria_of_the_referential(
    policy: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    assert found(faults_after(put("/policy", policy))) == faults
