"""What a client is told of each obstacle to a transfer."""

from parchemin.candidates.transfers.rules import Obstacle
from parchemin.common.language import Text
from parchemin.common.problems import Conflict, DomainError, Unprocessable


class IllegalTransferStep(Conflict):
    """A transfer does not go from this state to that one, or it is not the caller's step."""

    code = "illegal_transfer_step"
    detail = Text(
        "Un transfert « {state} » ne peut pas devenir « {wanted} » de votre fait.",
        "A transfer that is {state} cannot become {wanted} by you.",
    )


class ConsentAmiss(Unprocessable):
    """A school records the consent that it has on paper; a candidate consents in person."""

    code = "consent_amiss"


class ReceiverUnknown(Unprocessable):
    """No school has this code."""

    code = "receiver_unknown"
    detail = Text("Aucun établissement n'a ce code.", "No school has this code.")


class TransferToItself(Conflict):
    """The enrolment is there already."""

    code = "transfer_to_itself"
    detail = Text("Le parcours est déjà celui de cet établissement.", "The enrolment is that school's already.")


class EnrolmentNotTransferable(Conflict):
    """It is completed, withdrawn or expired."""

    code = "enrolment_not_transferable"
    detail = Text(
        "Un parcours achevé, retiré ou expiré ne se transfère pas.",
        "An enrolment that is completed, withdrawn or expired is not transferred.",
    )


class TransferUnderWay(Conflict):
    """One proposal at a time."""

    code = "transfer_under_way"
    detail = Text("Un transfert est déjà en cours : {transfer_id}.", "A transfer is under way already: {transfer_id}.")


class SessionPending(Conflict):
    """The candidate is convened to a session whose results are not known."""

    code = "session_pending"
    detail = Text(
        "Le candidat est convoqué à une session dont les résultats ne sont pas publiés.",
        "The candidate is convened to a session whose results are not published.",
    )


class EnrolledThereAlready(Conflict):
    """The receiving school has this person on the same version."""

    code = "enrolled_there_already"
    detail = Text(
        "Cette personne a déjà un parcours sur cette version dans l'établissement d'accueil.",
        "This person has an enrolment on that version at the receiving school already.",
    )


REFUSALS: dict[Obstacle, type[DomainError]] = {
    Obstacle(refusal.code): refusal
    for refusal in (
        TransferToItself,
        EnrolmentNotTransferable,
        TransferUnderWay,
        SessionPending,
        EnrolledThereAlready,
    )
}
