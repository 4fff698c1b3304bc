"""An enrolment through any sequence of sessions, retakes, exemptions and extensions, over the rules alone."""

from datetime import date, timedelta
from importlib.resources import files
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.awards.rules import Acquisition, Progress, Recognition, Settlement, Validation, settle
from parchemin.evaluations.deliberation.policy import PartlyMet
from parchemin.evaluations.deliberation.rules import (
    Departure,
    Standing,
    competencies_to_assess,
    criteria_to_judge,
    find,
    newly_acquired,
)

REFERENTIAL = Referential.model_validate_json(
    (files("parchemin.evaluations.referential") / "data" / "referential-1.0.json").read_text(encoding="utf-8")
)
BLOCKS = {block.number: frozenset(block.competencies) for block in REFERENTIAL.blocks}
MODALITIES = [modality.code for modality in REFERENTIAL.modalities]
CODES = [competency.code for competency in REFERENTIAL.competencies]


class Enrolment(RuleBasedStateMachine):
    """What is recorded of one enrolment, as the tables hold it."""

    @initialize(blocks=st.frozensets(st.sampled_from(sorted(BLOCKS)), min_size=1))
    def enrol(self, blocks: frozenset[int]) -> None:
        self.enrolled = blocks
        self.decisions: list[tuple[str, Acquisition]] = []
        self.exempt: frozenset[str] = frozenset()
        self.recognised: dict[int, Recognition] = {}
        self.validated: dict[int, Validation] = {}
        self.awards: list[Validation] = []
        self.sessions = 0
        self.day = date(2026, 1, 1)

    @property
    def acquired(self) -> dict[str, Acquisition]:
        return dict(self.decisions)

    def settle(self) -> Settlement:
        progress = Progress(
            self.enrolled, self.acquired, self.exempt, dict(self.validated), bool(self.awards), dict(self.recognised)
        )
        following = settle(REFERENTIAL, progress)
        self.validated |= {validation.block: validation for validation in following.validations}
        self.awards += [following.award] if following.award else []
        return following

    def standing(self) -> Standing:
        elsewhere = frozenset(code for block in self.recognised for code in BLOCKS[block])
        return Standing(frozenset(self.acquired), self.exempt, elsewhere)

    def assessable(self) -> list[str]:
        """Modalities that a retake may still be registered for."""
        standing = self.standing()
        return [
            code
            for code in MODALITIES
            if REFERENTIAL.blocks_of_modality(code) <= self.enrolled
            and competencies_to_assess(REFERENTIAL, code, standing)
        ]

    @rule(code=st.sampled_from(CODES))
    def grant_an_exemption(self, code: str) -> None:
        block = BLOCKS[REFERENTIAL.competency(code).block]
        if block <= self.exempt | {code} or code in self.acquired or code in self.standing().recognised:
            return  # the candidates service refuses it, or has no reason to
        self.exempt |= {code}
        self.settle()

    @precondition(lambda self: len(self.recognised) < len(BLOCKS) - 1)
    @rule(block=st.sampled_from(sorted(BLOCKS)))
    def recognise_a_block(self, block: int) -> None:
        if block in self.validated:
            return  # the candidates service refuses it
        self.recognised.setdefault(block, Recognition(block, self.day))
        assert self.settle().validations == ()

    @rule(block=st.sampled_from(sorted(BLOCKS)))
    def take_in_a_block(self, block: int) -> None:
        self.enrolled |= {block}
        self.settle()

    @precondition(lambda self: self.assessable())
    @rule(data=st.data())
    def sit_a_session(self, data: st.DataObject) -> None:
        taken = data.draw(st.lists(st.sampled_from(self.assessable()), min_size=1, unique=True))
        there = data.draw(st.sampled_from([*[Attendance.PRESENT] * 4, Attendance.ABSENT, Attendance.EXCUSED]))
        weak = data.draw(st.frozensets(st.sampled_from(CODES), max_size=3))
        jury = data.draw(
            st.dictionaries(
                st.sampled_from(CODES), st.builds(Departure, acquired=st.booleans(), reason=st.just("R")), max_size=2
            )
        )
        standing = self.standing()
        self.sessions += 1
        self.day += timedelta(days=20)
        here = Acquisition(self.day, UUID(int=self.sessions))
        for modality in taken:
            sheet = {
                code: CriterionLevel.NOT_MET if self._competency(code) in weak else CriterionLevel.MET
                for code in criteria_to_judge(REFERENTIAL, modality, standing)
            }
            findings = find(REFERENTIAL, modality, there, standing, [sheet], jury, PartlyMet())
            gained = newly_acquired(findings)
            assert gained.isdisjoint(standing.settled)
            assert there is Attendance.PRESENT or not gained
            expected = {code for code in competencies_to_assess(REFERENTIAL, modality, standing) if code not in weak}
            if there is Attendance.PRESENT and not jury:
                assert gained == expected
            self.decisions += [(code, here) for code in sorted(gained)]
            assert sum(finding.outcome is CompetencyOutcome.ACQUIRED for finding in findings) == len(gained)
        self.settle()

    @rule()
    def hear_it_all_again(self) -> None:
        assert self.settle() == Settlement((), None)

    @staticmethod
    def _competency(criterion: str) -> str:
        return criterion.split(".", maxsplit=1)[0].replace("C", "C.")

    @invariant()
    def nothing_is_acquired_twice_or_both_acquired_and_exempt(self) -> None:
        codes = [code for code, _ in self.decisions]
        assert len(codes) == len(set(codes))
        assert self.exempt.isdisjoint(codes)

    @invariant()
    def blocks_stand_as_the_referential_says(self) -> None:
        for number, codes in BLOCKS.items():
            complete = codes <= self.acquired.keys() | self.exempt and number in self.enrolled
            assert (number in self.validated) == complete

    @invariant()
    def what_is_recognised_is_not_assessed_nor_attested_again(self) -> None:
        assert self.recognised.keys().isdisjoint(self.validated)
        for modality in self.assessable():
            assessed = competencies_to_assess(REFERENTIAL, modality, self.standing())
            assert all(REFERENTIAL.competency(code).block not in self.recognised for code in assessed)

    @invariant()
    def the_award_is_made_once_and_for_all_blocks(self) -> None:
        assert len(self.awards) == (self.validated.keys() | self.recognised.keys() == BLOCKS.keys())


TestEnrolment = Enrolment.TestCase
TestEnrolment.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
