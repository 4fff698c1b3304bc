"""What one candidate is told after one session."""

from collections.abc import Iterable

from parchemin.contracts.events.evaluations import CompetencyResult, ResultsDecidedV1
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome, CriterionLevel
from parchemin.documents.composition.drafts import Draft, Stationery, holder, letterhead, policy_name
from parchemin.documents.composition.knowledge import Knowledge
from parchemin.documents.rendering import models as printed


def results_notice(
    fact: ResultsDecidedV1, draft: Draft, known: Knowledge, stationery: Stationery
) -> printed.ResultsNotice:
    """*Notification de résultats*, from what the session decided."""
    referential = known.referentials[fact.referential_version]
    validated = frozenset(fact.blocks_validated)
    return printed.ResultsNotice(
        letterhead=letterhead(draft, known, stationery),
        holder=holder(known.candidates[fact.candidate_id], draft.language),
        certification_title=referential.title,
        session=printed.JurySession(
            place=fact.place,
            held_on=fact.session_date,
            modalities=tuple(result.modality for result in fact.modalities),
            referential_version=fact.referential_version,
            policy_name=policy_name(fact.policy, draft.language),
        ),
        modalities=tuple(
            printed.ModalityResult(
                modality=result.modality,
                attendance=result.attendance,
                competencies=tuple(_competency(referential, competency) for competency in result.competencies),
            )
            for result in fact.modalities
        ),
        blocks_validated=_block_names(referential, validated),
        blocks_missing=_block_names(referential, frozenset(fact.blocks_enrolled) - validated),
        register_number=fact.register_number,
        retakes=_retakes(fact),
        appeal=stationery.appeal.say(draft.language),
    )


def _competency(referential: Referential, result: CompetencyResult) -> printed.CompetencyResult:
    """One competency; where it is not acquired, the criteria that are to be worked on."""
    competency = referential.competency(result.code)
    wording = {criterion.code: criterion.text for criterion in competency.criteria}
    not_acquired = result.outcome is CompetencyOutcome.NOT_ACQUIRED
    short = [found for found in result.criteria if not_acquired and found.level is not CriterionLevel.MET]
    return printed.CompetencyResult(
        code=competency.code,
        criteria_title=competency.criteria_title,
        outcome=result.outcome,
        shortfalls=tuple(printed.CriterionShortfall(text=wording[found.code], level=found.level) for found in short),
    )


def _retakes(fact: ResultsDecidedV1) -> tuple[printed.Retake, ...]:
    """The modalities of this session that still lack a competency, and which ones."""
    lacking = {
        result.modality: tuple(
            competency.code
            for competency in result.competencies
            if competency.outcome is CompetencyOutcome.NOT_ACQUIRED
        )
        for result in fact.modalities
    }
    return tuple(printed.Retake(modality=modality, competencies=codes) for modality, codes in lacking.items() if codes)


def _block_names(referential: Referential, numbers: Iterable[int]) -> tuple[printed.BlockName, ...]:
    return tuple(printed.BlockName(number=number, title=referential.block(number).title) for number in sorted(numbers))
