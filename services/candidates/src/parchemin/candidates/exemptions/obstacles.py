"""What a client is told of each obstacle to an exemption."""

from parchemin.candidates.exemptions.rules import Obstacle
from parchemin.common.language import Text
from parchemin.common.problems import Conflict, DomainError, Unprocessable


class CompetencyUnknown(Unprocessable):
    """The enrolment's version of the referential has no such competency."""

    code = "competency_unknown"
    detail = Text(
        "Le référentiel de cette inscription n'a pas cette compétence.",
        "The referential of this enrolment has no such competency.",
    )


class CompetencyNotEnrolled(Unprocessable):
    """The competency belongs to a block that the enrolment does not aim at."""

    code = "competency_not_enrolled"
    detail = Text(
        "Cette compétence relève d'un bloc que l'inscription ne vise pas.",
        "This competency belongs to a block that the enrolment does not aim at.",
    )


class ExemptionExists(Conflict):
    """One is proposed or granted; only a refused one may be proposed anew."""

    code = "exemption_exists"
    detail = Text(
        "Une dispense de cette compétence est déjà proposée ou accordée.",
        "An exemption of this competency is proposed or granted already.",
    )


class ExemptionEmptiesBlock(Conflict):
    """The attestation would be distorted: nothing in the block would be assessed."""

    code = "exemption_empties_block"
    detail = Text(
        "Le bloc n'aurait plus aucune compétence évaluée : l'attestation serait dénaturée.",
        "The block would have no assessed competency left: the attestation would be distorted.",
    )


class AlreadyDecided(Conflict):
    """A decision is final."""

    code = "already_decided"
    detail = Text("Cette dispense est déjà décidée.", "This exemption is decided already.")


class CompetencyGraded(Conflict):
    """An exemption comes before the assessment, or not at all."""

    code = "competency_graded"
    detail = Text(
        "Cette compétence a déjà été évaluée dans cette inscription : elle ne peut plus être dispensée.",
        "This competency was graded in this enrolment already: it cannot be exempt any more.",
    )


class SamePerson(Conflict):
    """Who argued for an exemption does not decide on it."""

    code = "same_person"
    detail = Text(
        "La personne qui a proposé la dispense ne peut pas en décider.",
        "The person who proposed the exemption cannot decide on it.",
    )


REFUSALS: dict[Obstacle, type[DomainError]] = {
    Obstacle(refusal.code): refusal
    for refusal in (
        CompetencyUnknown,
        CompetencyNotEnrolled,
        ExemptionExists,
        ExemptionEmptiesBlock,
        AlreadyDecided,
        SamePerson,
        CompetencyGraded,
    )
}
