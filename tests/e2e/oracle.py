"""What a scenario must come to, computed from the file alone, by the words of the default policy.

Written apart from the product on purpose: it shares no code with it but the reading of the file.
"""

from collections import Counter
from typing import Any

from parchemin.contracts.referential import Referential
from parchemin.standalone.demo.scenario import Registration, Scenario, Session

ORDER = ["not_met", "partly_met", "met"]


def expected_outcome(scenario: Scenario, referential: Referential) -> dict[str, Any]:
    """`blocks_validated` and `certifications`, sorted as in the expected files, without register numbers."""
    exempt = {(one.candidate, one.competency) for one in scenario.exemptions if one.decision == "granted"}
    acquired: dict[tuple[str, str], str] = {}
    blocks: dict[tuple[str, int], str] = {}
    awards: dict[str, str] = {}
    for session in scenario.sessions:
        gained = {}
        for registration in session.registrations:
            for competency in referential.competencies_of_modality(registration.modality):
                place = (registration.candidate, competency.code)
                if place in acquired or place in exempt or registration.attendance != "present":
                    continue
                criteria = [criterion.code for criterion in competency.criteria]
                if decided(session, registration, competency.code, criteria):
                    gained[place] = session.ref
        acquired.update(gained)
        for candidate in scenario.candidates:
            for block in referential.blocks:
                codes = [(candidate.ref, code) for code in block.competencies]
                complete = all(code in acquired or code in exempt for code in codes)
                new = (candidate.ref, block.number) not in blocks
                if block.number in candidate.blocks and complete and new:
                    blocks[candidate.ref, block.number] = session.ref
            if candidate.ref not in awards and all((candidate.ref, b.number) in blocks for b in referential.blocks):
                awards[candidate.ref] = session.ref
    return {
        "blocks_validated": [
            {"candidate": candidate, "block": block, "session": session}
            for (candidate, block), session in sorted(blocks.items())
        ],
        "certifications": [
            {"candidate": candidate, "session": session} for candidate, session in sorted(awards.items())
        ],
    }


def decided(session: Session, registration: Registration, competency: str, criteria: list[str]) -> bool:
    """The jury's decision: its departure where there is one, else what the policy says of the sheets."""
    for override in session.overrides:
        if (override.candidate, override.competency) == (registration.candidate, competency):
            return override.acquired
    levels = [agreed(session, registration, criterion) for criterion in criteria]
    return "not_met" not in levels and 2 * levels.count("partly_met") < len(levels)


def agreed(session: Session, registration: Registration, criterion: str) -> str:
    """The level most sheets give; on a tie the lowest of those tied."""
    votes = Counter(str(registration.level(juror, criterion)) for juror in session.jury.everyone)
    return min((level for level in votes if votes[level] == max(votes.values())), key=ORDER.index)
