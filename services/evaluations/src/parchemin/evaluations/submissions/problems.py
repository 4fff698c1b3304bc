"""Why something is not taken."""

from parchemin.common.language import Text
from parchemin.common.problems import Conflict, DomainError, Unprocessable


class DeliverableUnknown(Unprocessable):
    """The modality has no deliverable of that rank."""

    code = "deliverable_unknown"
    detail = Text(
        "La modalité compte {count} livrables.",
        "The modality has {count} deliverables.",
    )


class PreparationImplausible(Unprocessable):
    """The deadline does not come after the opening, or neither is of our time."""

    code = "preparation_implausible"
    detail = Text(
        "`due_at` suit `opens_at`, tous deux entre 2000 et 2200.",
        "`due_at` comes after `opens_at`, both between 2000 and 2200.",
    )


class PreparationNotOpen(Conflict):
    """The preparation has not begun."""

    code = "preparation_not_open"
    detail = Text("Les dépôts ouvrent le {opens_at}.", "Deposits open at {opens_at}.")


class DeadlinePassed(Conflict):
    """What was handed in is frozen."""

    code = "deadline_passed"
    detail = Text(
        "Le dossier est figé : la date limite était le {deadline}.",
        "The dossier is frozen: the deadline was {deadline}.",
    )


class SubmissionFrozen(Conflict):
    """The session has begun, or is cancelled."""

    code = "submission_frozen"
    detail = Text("Le dossier est figé : la session est « {state} ».", "The dossier is frozen: the session is {state}.")


class FileTooLarge(Unprocessable):
    """Over the limit of one file."""

    code = "file_too_large"
    detail = Text("Un fichier compte au plus {limit} octets.", "A file has {limit} bytes at most.")


class FileNameRefused(Unprocessable):
    """A name that shows something else than it is, or a kind of file that is not taken."""

    code = "file_name_refused"
    detail = Text("Ce nom de fichier n'est pas accepté ({verdict}).", "This file name is not accepted ({verdict}).")


class QuotaExceeded(Conflict):
    """The candidate's files are over their limit."""

    code = "quota_exceeded"
    detail = Text(
        "Le quota du candidat est atteint : {limit} octets et {uploads} dépôts en cours au plus.",
        "The candidate's quota is reached: {limit} bytes and {uploads} unfinished uploads at most.",
    )


class UploadConcluded(Conflict):
    """The upload was handed in, or has expired."""

    code = "upload_concluded"
    detail = Text("Ce dépôt est terminé ou expiré.", "This upload is concluded or has expired.")


class PartUnfit(Unprocessable):
    """Not a part of this file: another number, or other bytes than its digest or its size say."""

    code = "part_unfit"
    detail = Text(
        "Cette partie ne convient pas : numéro, taille ({expected} octets attendus) ou empreinte.",
        "This part does not fit: its number, size ({expected} bytes expected) or digest.",
    )


class DigestInvalid(DomainError):
    """The header is not there, or not as RFC 9530 has it."""

    status = 400
    code = "digest_invalid"
    title = Text("Empreinte illisible", "Unreadable digest")
    detail = Text(
        "L'en-tête Content-Digest est attendu : sha-256=:<base64>:.",
        "A Content-Digest header is expected: sha-256=:<base64>:.",
    )


class PartsMissing(Conflict):
    """Parts are still to be sent."""

    code = "parts_missing"
    detail = Text("Parties manquantes : {missing}.", "Missing parts: {missing}.")


class RangeUnfit(DomainError):
    """The file has no such bytes (RFC 9110 §15.5.17)."""

    status = 416
    code = "range_unfit"
    title = Text("Plage absente", "Range not satisfiable")
    detail = Text("Le fichier compte {size} octets.", "The file has {size} bytes.")
