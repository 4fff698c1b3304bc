"""Which candidates a client asks for: by name, by enrolment, by login, by what a source calls them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from sqlalchemy import ColumnElement, Select, false, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity import rules
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.identity.storage import name_tokens, subject_digest
from parchemin.candidates.imports.models import CandidateOrigin
from parchemin.candidates.imports.preparing import origin_key
from parchemin.common.auth import Principal
from parchemin.common.statements import is_sqlite
from parchemin.common.vault import Vault
from parchemin.contracts.vocabulary import AccessPath

MOST_WORDS = 8


class CandidateOrder(StrEnum):
    """Orders of the list: by last change, by entry, by name; with `-` the other way round."""

    UPDATED = "updated_at"
    LATEST_UPDATED = "-updated_at"
    CREATED = "created_at"
    LATEST_CREATED = "-created_at"
    NAME = "name"
    NAME_BACKWARDS = "-name"

    @property
    def is_by_name(self) -> bool:
        """Whether names are to be read for it."""
        return self in {CandidateOrder.NAME, CandidateOrder.NAME_BACKWARDS}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a candidate must be to be listed. What concerns an enrolment holds for one and the same."""

    q: str | None = None
    access_path: AccessPath | None = None
    block: int | None = None
    referential_version: str | None = None
    subject: str | None = None
    source: str = "file"
    source_id: str | None = None


def candidate_filters(
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Beginnings of words of birth name, used name or first names, in any order, with or without "
            f"accents; at most {MOST_WORDS} words, {rules.LONGEST_BEGINNING} letters of each",
        ),
    ] = None,
    access_path: Annotated[AccessPath | None, Query(description="Of an enrolment")] = None,
    block: Annotated[int | None, Query(ge=1, le=99, description="That an enrolment aims at")] = None,
    referential_version: Annotated[str | None, Query(max_length=32, description="Of an enrolment")] = None,
    subject: Annotated[str | None, Query(max_length=255, description="`sub` of the candidate's own tokens")] = None,
    source: Annotated[str, Query(max_length=100, description="System that `source_id` belongs to")] = "file",
    source_id: Annotated[str | None, Query(max_length=255, description="What an import called the candidate")] = None,
) -> Filters:
    """The filters of a request."""
    return Filters(q, access_path, block, referential_version, subject, source, source_id)


async def filtered(
    session: AsyncSession, vault: Vault, principal: Principal, visible: Select[Candidate], filters: Filters
) -> Select[Candidate]:
    """Those of the visible candidates that are asked for. Each condition has an index."""
    index = await vault.index(session)
    organisation = principal.organisation
    if filters.q is not None:
        words = rules.words(filters.q)[:MOST_WORDS]
        for word in words:
            [token] = name_tokens(index, organisation, [word[: rules.LONGEST_BEGINNING]])
            named = select(col(CandidateName.candidate_id)).where(col(CandidateName.token) == token)
            visible = visible.where(col(Candidate.id).in_(named))
        if not words:
            visible = visible.where(false())
    if filters.subject is not None:
        login = subject_digest(index, organisation, filters.subject)
        visible = visible.where(col(Candidate.subject_digest) == login)
    if filters.source_id is not None:
        key = origin_key(index, organisation, filters.source, filters.source_id)
        come = select(col(CandidateOrigin.candidate_id)).where(
            col(CandidateOrigin.organisation_id) == organisation, col(CandidateOrigin.key) == key
        )
        visible = visible.where(col(Candidate.id).in_(come))
    if enrolled := _enrolled(session, filters):
        enrolment = select(Enrolment).where(col(Enrolment.candidate_id) == col(Candidate.id), *enrolled)
        visible = visible.where(enrolment.exists())
    return visible


def _enrolled(session: AsyncSession, filters: Filters) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.access_path is not None:
        conditions.append(col(Enrolment.access_path) == filters.access_path)
    if filters.referential_version is not None:
        conditions.append(col(Enrolment.referential_version) == filters.referential_version)
    if filters.block is not None:
        items = func.json_each if is_sqlite(session) else func.json_array_elements_text
        blocks = items(col(Enrolment.blocks)).table_valued("value")
        wanted = filters.block if is_sqlite(session) else str(filters.block)
        conditions.append(select(literal_column("1")).select_from(blocks).where(blocks.c.value == wanted).exists())
    return conditions
