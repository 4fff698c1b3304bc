"""The parchment and the attestation of a block."""

from parchemin.contracts.events.evaluations import BlockValidatedV1, CertificationAwardedV1
from parchemin.documents.composition.drafts import Draft, Stationery, holder, letterhead
from parchemin.documents.composition.knowledge import Knowledge
from parchemin.documents.rendering import models as printed


def diploma(fact: CertificationAwardedV1, draft: Draft, known: Knowledge, stationery: Stationery) -> printed.Diploma:
    """*Parchemin*, from the award."""
    referential = known.referentials[fact.referential_version]
    blocks = [(each.block, each.validated_on, False) for each in fact.blocks]
    blocks += [(each.block, each.recognised_on, True) for each in fact.recognised]
    return printed.Diploma(
        letterhead=letterhead(draft, known, stationery),
        holder=holder(known.candidates[fact.candidate_id], draft.language),
        certification_title=referential.title,
        register_number=fact.register_number,
        awarded_on=fact.awarded_on,
        blocks=tuple(
            printed.ValidatedBlock(
                number=number, title=referential.block(number).title, validated_on=day, recognised=recognised
            )
            for number, day, recognised in sorted(blocks)
        ),
    )


def block_attestation(
    fact: BlockValidatedV1, draft: Draft, known: Knowledge, stationery: Stationery
) -> printed.BlockAttestation:
    """*Attestation de validation de bloc*, from the validation."""
    referential = known.referentials[fact.referential_version]
    competencies = []
    for result in fact.competencies:
        competency = referential.competency(result.code)
        competencies.append(
            printed.AttestedCompetency(
                code=competency.code,
                statement=competency.statement,
                criteria_title=competency.criteria_title,
                outcome=result.outcome,
            )
        )
    return printed.BlockAttestation(
        letterhead=letterhead(draft, known, stationery),
        holder=holder(known.candidates[fact.candidate_id], draft.language),
        certification_title=referential.title,
        block_number=fact.block,
        block_title=referential.block(fact.block).title,
        block_count=len(referential.blocks),
        validated_on=fact.validated_on,
        competencies=tuple(competencies),
    )
