"""Lists in the order of names. Names are sealed, so the database cannot sort by them: they are opened for it, in a
worker thread, and what was found is kept in memory for as long as a record does not change.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.rules import name_order
from parchemin.candidates.identity.storage import person_place
from parchemin.common.language import Text
from parchemin.common.paging import CursorInvalid, Order, PageRequest, continued
from parchemin.common.problems import FieldFault, Unprocessable
from parchemin.common.statements import among, table_of
from parchemin.common.vault import FieldCipher, Purpose, Vault

MOST_SORTED = 20_000
"""Candidates that are sorted by name at a time."""
MOST_KEPT = 50_000

_candidates = table_of(Candidate)
Version = tuple[UUID, int]


class TooManyToSort(Unprocessable):
    """More candidates than are sorted by name."""

    code = "too_many_to_sort"

    def __init__(self) -> None:
        text = Text(
            f"Le tri par nom vaut pour {MOST_SORTED} candidats au plus : ajoutez un filtre.",
            f"Sorting by name is for {MOST_SORTED} candidates at most: add a filter.",
        )
        super().__init__(faults=[FieldFault("#query/sort", self.code, text)])


class NameKeys:
    """By what records were sorted lately. In memory only; a corrected record has another version."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Version, str] = OrderedDict()

    def known(self, wanted: Iterable[Version]) -> dict[Version, str]:
        """Those of these that are kept."""
        found = {version: self._kept[version] for version in wanted if version in self._kept}
        for version in found:
            self._kept.move_to_end(version)
        return found

    def keep(self, keys: Mapping[Version, str]) -> None:
        """Keep these; the ones that were not asked for the longest go."""
        self._kept.update(keys)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


async def _installed(request: Request) -> NameKeys:
    keys: NameKeys = request.app.state.name_keys
    return keys


InstalledNameKeys = Annotated[NameKeys, Depends(_installed)]


async def rows_by_name(
    session: AsyncSession,
    vault: Vault,
    kept: NameKeys,
    visible: Select[Candidate],
    asked: Select[Candidate],
    request: PageRequest,
    order: Order,
) -> Sequence[Candidate]:
    """The rows of one page and, where there is a next one, one more; `asked` are those `visible` that the filters let
    by. A cursor tells where the page before ended by the record's id: no name stands in a URL."""
    if request.updated_since is not None:
        asked = asked.where(col(Candidate.updated_at) >= request.updated_since)
    found = asked.with_only_columns(col(Candidate.id), col(Candidate.version)).limit(MOST_SORTED + 1)
    versions = [(row.id, row.version) for row in await session.execute(found)]
    if len(versions) > MOST_SORTED:
        raise TooManyToSort
    keys = await _keys(session, vault, kept, versions)
    ordered = await asyncio.to_thread(_sorted, keys)
    start = 0
    if request.after is not None:
        last = continued(request, Candidate, order).row_id
        place = (await _key_of(session, vault, kept, visible, last), last)
        start = len(ordered) - bisect_left(ordered, place) if order.descending else bisect_right(ordered, place)
    if order.descending:
        ordered.reverse()
    ids = [candidate_id for _, candidate_id in ordered[start : start + request.limit + 1]]
    rows = select(Candidate).where(among(session, _candidates.c.id, ids))
    by_id = {row.id: row for row in (await session.execute(rows)).scalars()}
    return [by_id[candidate_id] for candidate_id in ids if candidate_id in by_id]


async def _key_of(
    session: AsyncSession, vault: Vault, kept: NameKeys, visible: Select[Candidate], candidate_id: UUID
) -> str:
    """Where the page before ended, also where a filter no longer lets that record by."""
    columns = visible.with_only_columns(col(Candidate.id), col(Candidate.version))
    row = (await session.execute(columns.where(col(Candidate.id) == candidate_id))).one_or_none()
    keys = {} if row is None else await _keys(session, vault, kept, [(row.id, row.version)])
    if not keys:
        raise CursorInvalid
    return keys[row.id, row.version] if row is not None else ""


async def _keys(session: AsyncSession, vault: Vault, kept: NameKeys, versions: Sequence[Version]) -> dict[Version, str]:
    """By what each of these is sorted; whoever was erased is not among them."""
    known = kept.known(versions)
    missing = [candidate_id for candidate_id, version in versions if (candidate_id, version) not in known]
    if not missing:
        return known
    ciphers = await vault.ciphers(session, missing, Purpose.IDENTITY)
    columns = select(_candidates.c.id, _candidates.c.version, _candidates.c.person)
    rows = (await session.execute(columns.where(among(session, _candidates.c.id, missing)))).all()
    sealed = {(row.id, row.version): row.person for row in rows}
    made = await asyncio.to_thread(_opened, sealed, ciphers)
    kept.keep(made)
    return known | made


def _opened(sealed: Mapping[Version, bytes], ciphers: Mapping[UUID, FieldCipher]) -> dict[Version, str]:
    keys = {}
    for (candidate_id, version), content in sealed.items():
        if candidate_id in ciphers:
            text = ciphers[candidate_id].open(content, place=person_place(candidate_id))
            person = Person.model_validate_json(text)
            keys[candidate_id, version] = name_order(person.birth_name, person.first_names)
    return keys


def _sorted(keys: Mapping[Version, str]) -> list[tuple[str, UUID]]:
    return sorted((key, candidate_id) for (candidate_id, _), key in keys.items())
