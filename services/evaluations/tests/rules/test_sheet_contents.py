"""What a sheet says: compared, patched, digested."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from parchemin.evaluations.grading.contents import Content, Outcome, outcome, patched, sheet_digest, stored_content
from parchemin.evaluations.grading.schemas import LevelEntry, SheetPatch

CODES, COMPETENCIES = ["C1.1", "C1.2", "C2.1"], ["C.1", "C.2"]
grades = st.sampled_from(["met", "partly_met", "not_met"])
members = st.fixed_dictionaries(
    {},
    optional={
        "written": st.none() | grades,
        "oral": st.none() | grades,
        "level": st.none() | grades,
        "comment": st.none() | st.sampled_from(["Pas établi.", "Précis."]),
        "question": st.none() | st.just("Pourquoi ?"),
    },
)
patches = st.fixed_dictionaries(
    {},
    optional={
        "levels": st.dictionaries(st.sampled_from(CODES), st.none() | members, max_size=3),
        "opinions": st.dictionaries(
            st.sampled_from(COMPETENCIES), st.none() | st.sampled_from(["favourable", "reserved"]), max_size=2
        ),
    },
)
EMPTY = Content([], [], "draft")
AT = datetime(2026, 7, 4, 10, 20, 30, 123456, tzinfo=UTC)
WHOSE: dict[str, Any] = {"registration_id": UUID(int=1), "juror_id": UUID(int=2), "number": 1, "reason": None}


def applied(content: Content, patch: dict[str, Any]) -> Content:
    return patched(content, SheetPatch.model_validate(patch))


@given(patches, patches)
def test_a_patch_says_no_more_the_second_time_and_is_the_same_in_any_order(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first = applied(EMPTY, one)
    assert applied(first, one).says_the_same(first)
    shuffled = Content(first.levels[::-1], first.opinions[::-1], "draft")
    assert shuffled.says_the_same(first)
    assert applied(shuffled, other).says_the_same(applied(first, other))
    for level in applied(first, other).levels:
        LevelEntry.model_validate(level)


@given(patches)
def test_two_sheets_have_one_digest_where_they_say_the_same(patch: dict[str, Any]) -> None:
    content = applied(applied(EMPTY, {"levels": {"C1.1": {"level": "met"}}}), patch)
    shuffled = Content(content.levels[::-1], content.opinions[::-1], content.state)
    digest = sheet_digest(content, signed_at=AT, **WHOSE)
    assert sheet_digest(shuffled, signed_at=AT.astimezone(timezone(timedelta(hours=2))), **WHOSE) == digest
    others = [
        sheet_digest(applied(content, {"levels": {"C1.2": {"comment": "Autre."}}}), signed_at=AT, **WHOSE),
        sheet_digest(content, signed_at=AT + timedelta(microseconds=1), **WHOSE),
        *(
            sheet_digest(content, signed_at=AT, **{**WHOSE, **change})
            for change in (
                {"registration_id": UUID(int=3)},
                {"juror_id": UUID(int=3)},
                {"number": 2},
                {"reason": "Erreur."},
            )
        ),
    ]
    assert len({digest, *others}) == len(others) + 1


def test_a_digest_is_of_canonical_json() -> None:
    content = Content(
        [{"criterion": "C1.2", "level": "not_met", "comment": 'Non « établi » :\n"peu"'}],
        [{"competency": "C.1", "opinion": "reserved"}],
        "signed",
    )
    canonical = (
        '{"juror_id":"00000000-0000-0000-0000-000000000002",'
        '"levels":{"C1.2":{"comment":"Non « établi » :\\n\\"peu\\"","level":"not_met"}},'
        '"number":1,"opinions":{"C.1":"reserved"},"registration_id":"00000000-0000-0000-0000-000000000001",'
        '"signed_at":"2026-07-04T10:20:30.123456Z"}'
    )
    assert sheet_digest(content, signed_at=AT, **WHOSE) == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_row_of_an_earlier_release_says_what_it_said() -> None:
    row = {"levels": [{"criterion": "C1.1", "level": "met", "comment": None}], "opinions": [], "state": "signed"}
    assert stored_content(row).says_the_same(Content([{"criterion": "C1.1", "level": "met"}], [], "signed"))
    read = LevelEntry.model_validate(row["levels"][0])
    assert (read.level, read.written, read.oral, read.comment) == ("met", None, None, None)


class TwoTablets(RuleBasedStateMachine):
    """Two tablets of one juror save one sheet through a network that repeats, reorders and delays.

    The sheet is the rules' own; beside it stands a flat account of what was acknowledged, member by member.
    """

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.stored, self.version = EMPTY, 1
        self.read = {1: 1, 2: 1}
        self.account: dict[tuple[str, str], str] = {}
        self.signed_as: dict[tuple[str, str], str] | None = None

    @rule(tablet=st.sampled_from([1, 2]), patch=patches, sign=st.sampled_from([False] * 9 + [True]), target=sent)
    def send(self, tablet: int, patch: dict[str, Any], sign: bool) -> tuple[int, int, dict[str, Any]]:
        return tablet, self.read[tablet], {**patch, "state": "signed"} if sign else patch

    @rule(message=sent)
    def arrive(self, message: tuple[int, int, dict[str, Any]]) -> None:
        """Perhaps for the first time, perhaps again, perhaps late."""
        tablet, made_for, patch = message
        wanted = applied(self.stored, patch)
        found = outcome(self.stored, wanted, version=self.version, expected=made_for)
        if found is Outcome.CHANGES:
            assert self.signed_as is None
            self.stored, self.version = wanted, self.version + 1
            self.account = noted(self.account, patch)
            self.signed_as = self.account if patch.get("state") == "signed" else None
        if found in {Outcome.CHANGES, Outcome.REPEATED}:
            self.read[tablet] = self.version
            assert noted(self.account, patch) == self.account, "what was acknowledged is there"
        elif found is Outcome.STALE:
            assert made_for < self.version
        else:
            assert self.signed_as is not None

    @rule(tablet=st.sampled_from([1, 2]))
    def read_again(self, tablet: int) -> None:
        self.read[tablet] = self.version

    @invariant()
    def the_sheet_says_what_was_acknowledged_and_each_thing_once(self) -> None:
        told = [
            ((level["criterion"], name), value)
            for level in self.stored.levels
            for name, value in level.items()
            if name != "criterion"
        ] + [((opinion["competency"], "opinion"), opinion["opinion"]) for opinion in self.stored.opinions]
        assert dict(told) == self.account
        assert len(told) == len(self.account)
        assert self.signed_as in (None, self.account)


def noted(account: dict[tuple[str, str], str], patch: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The account after this patch: each member that it names is as it says."""
    after = dict(account)
    changes = {**patch.get("levels", {}), **{c: {"opinion": o} for c, o in patch.get("opinions", {}).items()}}
    for code, named in changes.items():
        if named is None:
            after = {place: value for place, value in after.items() if place[0] != code}
            continue
        for name, value in named.items():
            after.pop((code, name), None)
            if value is not None:
                after[code, name] = value
    return after


TestTwoTablets = TwoTablets.TestCase
