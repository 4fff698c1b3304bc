"""The family of errors that a use case may end with.

A subclass stands where the rule stands, with its own `code` (stable, a client may branch on it), and its text in
both languages. Values that fill the text are codes and identifiers, never personal data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from parchemin.common.language import Text


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one member of the request."""

    pointer: str
    """JSON pointer into the body (RFC 6901), or `#query/<name>`, `#path/<name>`, `#header/<name>`."""
    code: str
    detail: Text


class DomainError(Exception):
    """Root of the family; not raised itself."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]
    detail: ClassVar[Text]
    members: ClassVar[tuple[str, ...]] = ()
    """Names of values that a client is also given by themselves, as members of the problem (RFC 9457 §3.2)."""

    def __init__(
        self,
        *,
        faults: Sequence[FieldFault] = (),
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(self.code)
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.values = values


class NotFound(DomainError):
    """Nothing there that the caller may know of: it does not exist, or belongs to somebody else."""

    status = 404
    code = "not_found"
    title = Text("Introuvable", "Not found")
    detail = Text("Cette ressource n'existe pas.", "This resource does not exist.")


class Gone(DomainError):
    """It was there, and is no more."""

    status = 410
    code = "gone"
    title = Text("Disparu", "Gone")
    detail = Text("Cette ressource n'existe plus.", "This resource is no longer there.")


class Conflict(DomainError):
    """The request is well formed, and the state of things does not allow it. Nothing was changed."""

    status = 409
    code = "conflict"
    title = Text("Conflit", "Conflict")
    detail = Text("L'état actuel ne permet pas cette opération.", "The current state does not allow this operation.")


class Unprocessable(DomainError):
    """The request contradicts a rule whatever the state of things."""

    status = 422
    code = "invalid"
    title = Text("Requête invalide", "Invalid request")
    detail = Text("La requête contient des erreurs.", "The request contains errors.")


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = Text("Accès refusé", "Access denied")
    detail = Text("Votre rôle ne permet pas cette opération.", "Your role does not allow this operation.")
