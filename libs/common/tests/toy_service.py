"""A small service, for what the shared code promises to all of them."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from parchemin.common.auth import Access, Principal, public
from parchemin.common.bus import Bus, LocalBus
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate, Cents, new_metadata
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.http.app import Service, create_service_app
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, require_version, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.settings import ServiceSettings
from parchemin.common.text import Line
from parchemin.contracts.envelope import Event
from parchemin.contracts.vocabulary import Role


class Base(SQLModel, registry=registry(metadata=new_metadata())):
    """Base of the toy tables."""


class Note(Aggregate, Base, table=True):
    """Something with a text, an amount and a time."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("organisation_id", "text"),)

    text: str
    amount: Decimal | None = Field(default=None, sa_type=Cents)
    at: datetime | None = None


class Remark(Aggregate, Base, table=True):
    """Something about a note."""

    __tablename__ = "remarks"

    note_id: UUID = Field(sa_column_args=[ForeignKey("notes.id")])


class NoteTakenV1(Event):
    """A note was taken."""

    type: ClassVar[str] = "parchemin.toys.note_taken.v1"
    topic: ClassVar[str] = "parchemin.toys.v1"

    note_id: UUID
    text: str
    seen: int = 0

    @property
    def key(self) -> str:
        return str(self.note_id)


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Line
    tags: list[Line] = []


class NoteView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    text: str
    version: int
    updated_at: datetime


class Settings(ServiceSettings):
    """As every service's."""


router = APIRouter(prefix="/v1/notes", tags=["notes"], route_class=TransactionalRoute)
Reads = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CERTIFIER, scope="candidates:read"))]
Writes = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="candidates:write"))]


@router.post("", status_code=201)
async def take_note(new: NewNote, session: Writing, principal: Writes, response: Response) -> NoteView:
    note = Note(text=new.text, organisation_id=principal.organisation_id)
    session.add(note)
    await publish(session, NoteTakenV1(note_id=note.id, text=note.text))
    tag(response, note.version)
    if new.text == "falls over after its effect":
        raise RuntimeError("secret detail")
    return NoteView.model_validate(note)


@router.get("")
async def list_notes(session: Reading, principal: Reads, paging: Paging) -> Page[NoteView]:
    return await page(session, owned(Note, principal), Note, paging, NoteView.model_validate)


@router.get("/{note_id}", response_model=NoteView)
async def read_note(
    note_id: UUID, session: Reading, principal: Reads, request: Request, response: Response
) -> NoteView | Response:
    note = await find(session, Note, note_id, principal)
    if is_unchanged(request, note.version):
        return not_modified(note.version)
    tag(response, note.version)
    return NoteView.model_validate(note)


@router.put("/{note_id}")
async def rewrite_note(
    note_id: UUID, new: NewNote, session: Writing, principal: Writes, expected: ExpectedVersion, response: Response
) -> NoteView:
    note = await find(session, Note, note_id, principal)
    require_version(note, expected)
    note.text, note.updated_at = new.text, utc_now()
    await session.flush()
    tag(response, note.version)
    return NoteView.model_validate(note)


@router.delete("/{note_id}", status_code=204)
async def drop_note(note_id: UUID, session: Writing, principal: Writes) -> None:
    await session.delete(await find(session, Note, note_id, principal))


@router.post("/imports", status_code=201)
async def import_notes(request: Request, session: Writing, principal: Writes) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.post("/optional", status_code=201)
async def optional_body(session: Writing, principal: Writes, new: NewNote | None = None) -> dict[str, bool]:
    return {"given": new is not None}


failures = APIRouter(prefix="/v1/failures", route_class=TransactionalRoute, dependencies=[Depends(public)])
FAILURES: dict[str, Callable[[], Exception]] = {
    "defect": lambda: RuntimeError("secret detail"),
    "away": lambda: OperationalError("SELECT 1", None, Exception("secret detail")),
    "network": lambda: ConnectionRefusedError("secret detail"),
}


@failures.get("/{kind}")
async def fail(kind: str) -> None:
    raise FAILURES[kind]()


def toy_app(
    database: Database,
    *,
    bus: Bus | None = None,
    consumer: Consumer | None = None,
    routers: tuple[APIRouter, ...] = (),
    **more: object,
) -> FastAPI:
    """The toy service; `more` goes to `Service`, or to its settings."""
    settings = {name: more.pop(name) for name in tuple(more) if name in Settings.model_fields}
    return create_service_app(
        Service(
            name="toys",
            title="Toys",
            description="For tests.",
            routers=[router, failures, *routers],
            settings=Settings(database_url=database.url, migrate_on_start=False, **settings),
            database=database,
            bus=bus or LocalBus(),
            consumer=consumer,
            **more,
        )
    )


async def notes_in(database: Database) -> list[str]:
    """The texts of all notes that are committed."""
    async with database.reading() as session:
        return list(await session.scalars(select(Note.text).order_by(Note.created_at, Note.id)))
