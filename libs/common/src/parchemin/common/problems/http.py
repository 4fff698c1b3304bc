"""Errors of the protocol itself, raised by the shared HTTP layer."""

from parchemin.common.language import Text
from parchemin.common.problems.errors import DomainError


class MalformedBody(DomainError):
    """The body is not the JSON (or the text) that it says it is."""

    status = 400
    code = "malformed_body"
    title = Text("Corps illisible", "Unreadable body")
    detail = Text("Le corps de la requête est illisible.", "The request body cannot be read.")


class Unauthenticated(DomainError):
    """No token, or none that is accepted. Says no more: a reason would help a forger."""

    status = 401
    code = "unauthenticated"
    title = Text("Authentification requise", "Authentication required")
    detail = Text("Un jeton d'accès valide est requis.", "A valid access token is required.")

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="parchemin"'})


class MethodNotAllowed(DomainError):
    """The resource is there and does not take this method."""

    status = 405
    code = "method_not_allowed"
    title = Text("Méthode non permise", "Method not allowed")
    detail = Text("Cette ressource n'accepte pas cette méthode.", "This resource does not take this method.")


class StaleVersion(DomainError):
    """The representation that the client edited is not the current one (RFC 9110 §13.1.1)."""

    status = 412
    code = "stale_version"
    title = Text("Version dépassée", "Stale version")
    detail = Text(
        "La ressource a changé depuis votre lecture : relisez-la avant de la modifier.",
        "The resource has changed since you read it: read it again before you change it.",
    )


class BodyTooLarge(DomainError):
    """The body is over the limit of this service."""

    status = 413
    code = "body_too_large"
    title = Text("Corps trop volumineux", "Body too large")
    detail = Text(
        "Le corps de la requête dépasse la limite de {limit} octets.",
        "The request body exceeds the limit of {limit} bytes.",
    )


class UnsupportedMediaType(DomainError):
    """The body's type is not one that this operation reads."""

    status = 415
    code = "unsupported_media_type"
    title = Text("Format non pris en charge", "Unsupported media type")
    detail = Text("Cette opération attend {expected}.", "This operation takes {expected}.")


class IdempotencyKeyReused(DomainError):
    """The key came before with another request (draft-ietf-httpapi-idempotency-key-header-07)."""

    status = 422
    code = "idempotency_key_reused"
    title = Text("Clé d'idempotence déjà utilisée", "Idempotency key reused")
    detail = Text(
        "Cette clé d'idempotence a servi pour une autre requête.",
        "This idempotency key was used for another request.",
    )


class IdempotencyKeyInvalid(DomainError):
    """The header is empty, too long, or holds what is not visible ASCII."""

    status = 400
    code = "idempotency_key_invalid"
    title = Text("Clé d'idempotence invalide", "Invalid idempotency key")
    detail = Text(
        "L'en-tête Idempotency-Key attend 1 à 255 caractères ASCII visibles.",
        "The Idempotency-Key header takes 1 to 255 visible ASCII characters.",
    )


class RequestInProgress(DomainError):
    """The first request with this key is still under way."""

    status = 409
    code = "request_in_progress"
    title = Text("Requête en cours", "Request in progress")
    detail = Text(
        "Une requête avec cette clé d'idempotence est en cours : réessayez dans un instant.",
        "A request with this idempotency key is under way: try again in a moment.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class PreconditionRequired(DomainError):
    """An update without `If-Match` would overwrite unseen changes (RFC 6585 §3)."""

    status = 428
    code = "precondition_required"
    title = Text("Précondition requise", "Precondition required")
    detail = Text(
        "Une modification demande l'en-tête If-Match avec l'ETag lu.",
        "An update takes an If-Match header with the ETag that was read.",
    )


class ServerFault(DomainError):
    """A defect of ours; the request id leads to its log."""

    status = 500
    code = "server_error"
    title = Text("Erreur interne", "Internal error")
    detail = Text(
        "Une erreur interne s'est produite. Rien n'a été modifié.",
        "An internal error occurred. Nothing was changed.",
    )


class Unavailable(DomainError):
    """A part that the service needs is away for the moment."""

    status = 503
    code = "unavailable"
    title = Text("Service indisponible", "Service unavailable")
    detail = Text(
        "Le service est momentanément indisponible : réessayez.",
        "The service is unavailable for the moment: try again.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})
