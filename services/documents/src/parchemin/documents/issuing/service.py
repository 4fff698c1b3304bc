"""Use cases of those who read documents."""

from uuid import UUID

from sqlalchemy import Select, false
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.ownership import owned
from parchemin.common.problems import Conflict, Gone
from parchemin.contracts.vocabulary import DocumentKind, Role
from parchemin.documents.issuing.models import Document


class DocumentNotIssued(Conflict):
    """There is no content yet."""

    code = "document_not_issued"
    detail = Text(
        "Ce document n'est pas encore émis : son état est {state}.",
        "This document is not issued yet: its state is {state}.",
    )


class DocumentErased(Gone):
    """The person was erased, and the file with them."""

    code = "document_erased"
    detail = Text(
        "Le contenu de ce document a été effacé avec les données de la personne.",
        "The content of this document was erased with the data of the person.",
    )


def visible_documents(principal: Principal) -> Select[Document]:
    """The organisation's documents; for a candidate, what was issued about them.

    This service knows no accounts: the `sub` of a candidate's token is the candidate's id. That is the convention
    of the embedded default; with an identity provider, a claim mapper has to put the id there.
    """
    statement = owned(Document, principal)
    if principal.has(Role.ADMINISTRATOR, Role.CLIENT, Role.CERTIFIER):
        return statement
    own = _candidate_id(principal)
    if own is None:
        return statement.where(false())
    return statement.where(col(Document.candidate_id) == own, col(Document.kind) != DocumentKind.JURY_MINUTES)


def _candidate_id(principal: Principal) -> UUID | None:
    try:
        return UUID(principal.subject)
    except ValueError:
        return None
