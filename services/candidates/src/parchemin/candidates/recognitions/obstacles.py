"""What a client is told of each obstacle to a recognition."""

from parchemin.candidates.enrolments.service import BlockUnknown
from parchemin.candidates.recognitions.rules import Obstacle
from parchemin.common.language import Text
from parchemin.common.problems import Conflict, DomainError


class EnrolmentNotRunning(Conflict):
    """Whoever has left, or has come to the end, has no block recognised any more."""

    code = "enrolment_not_running"
    detail = Text(
        "Ce parcours est achevé, retiré ou expiré : aucun bloc n'y est plus reconnu.",
        "This enrolment is completed, withdrawn or expired: no block is recognised in it any more.",
    )


class RecognitionExists(Conflict):
    """The block is claimed or recognised; only a refused or withdrawn claim may be made anew."""

    code = "recognition_exists"
    detail = Text(
        "La reconnaissance de ce bloc est déjà demandée ou accordée.",
        "Recognition of this block is claimed or granted already.",
    )


class BlockValidatedAlready(Conflict):
    """A jury validated the block in this very enrolment."""

    code = "block_validated_already"
    detail = Text("Un jury a déjà validé ce bloc.", "A jury has validated this block already.")


class NoBlockLeftToAssess(Conflict):
    """No jury would have a part in the certification."""

    code = "no_block_left_to_assess"
    detail = Text(
        "Aucun bloc ne serait plus évalué : la certification ne serait le jugement de personne.",
        "No block would be assessed any more: the certification would be nobody's judgement.",
    )


class RecognitionDecided(Conflict):
    """A decision is final, and so is a withdrawal."""

    code = "recognition_decided"
    detail = Text("Cette demande est déjà close.", "This claim is closed already.")


class ClaimantDecides(Conflict):
    """Who claimed a block does not decide on it."""

    code = "claimant_decides"
    detail = Text(
        "La personne qui a fait la demande ne peut pas en décider.",
        "The person who made the claim cannot decide on it.",
    )


REFUSALS: dict[Obstacle, type[DomainError]] = {
    Obstacle(refusal.code): refusal
    for refusal in (
        BlockUnknown,
        EnrolmentNotRunning,
        RecognitionExists,
        BlockValidatedAlready,
        NoBlockLeftToAssess,
        RecognitionDecided,
        ClaimantDecides,
    )
}
