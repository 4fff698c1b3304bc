"""A candidate who hands in, through the API."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from services.evaluations.tests.conftest import Headers, Held, Json, School, done

from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.events.budget import ChapterAmount, ProductionSnapshotTakenV1
from parchemin.contracts.events.candidates import Measure, MeasuresGrantedV1
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

NOTE = "Le plan de financement est équilibré.\n".encode()


@dataclass(frozen=True)
class Entrant:
    """A candidate with a registration."""

    school: School
    held: Held
    enrolment: str
    registration: str
    token: Headers

    async def announce(
        self, content: bytes = NOTE, name: str = "note.txt", *, deliverable: int = 1, by: Headers | None = None
    ) -> httpx.Response:
        body = {
            "registration_id": self.registration,
            "deliverable": deliverable,
            "file_name": name,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        return await self.school.call("POST", "/v1/uploads", body, by=by or self.token)

    async def send(self, upload: Json, content: bytes, *numbers: int) -> None:
        for number in numbers or range(1, upload["part_count"] + 1):
            answer = await self.part(upload, number, cut(upload, content, number))
            assert answer.status_code == 204, answer.text

    async def part(
        self, upload: Json, number: int, piece: bytes, *, digest: str | None = None, by: Headers | None = None
    ) -> httpx.Response:
        headers = {**(by or self.token), "Content-Digest": digest or digest_of(piece)}
        url = f"/v1/uploads/{upload['id']}/parts/{number}"
        return await self.school.client.put(url, content=piece, headers=headers)

    async def complete(self, upload: Json, by: Headers | None = None) -> httpx.Response:
        return await self.school.call("POST", f"/v1/uploads/{upload['id']}/completion", by=by or self.token)

    async def hand_in(self, content: bytes = NOTE, name: str = "note.txt", *, deliverable: int = 1) -> Json:
        """The upload, examined."""
        upload = done(await self.announce(content, name, deliverable=deliverable))
        await self.send(upload, content)
        done(await self.complete(upload))
        await self.school.app.state.examiner.examine_due()
        return dict(await self.school.get(f"/v1/uploads/{upload['id']}", by=self.token))

    async def hand_in_snapshot(
        self, snapshot: ProductionSnapshotTakenV1 | UUID, *, deliverable: int = 1, by: Headers | None = None
    ) -> httpx.Response:
        snapshot_id = snapshot if isinstance(snapshot, UUID) else snapshot.snapshot_id
        body = {"deliverable": deliverable, "snapshot_id": str(snapshot_id)}
        url = f"/v1/registrations/{self.registration}/submission/snapshots"
        return await self.school.call("POST", url, body, by=by or self.token)

    async def dossier(self, by: Headers | None = None) -> Json:
        return dict(await self.school.get(f"/v1/registrations/{self.registration}/submission", by=by or self.token))

    async def content(self, file: Json, by: Headers | None = None, **headers: str) -> httpx.Response:
        url = f"/v1/submission_files/{file['id']}/content"
        return await self.school.client.get(url, headers={**(by or self.token), **headers})


def cut(upload: Json, content: bytes, number: int) -> bytes:
    size = upload["part_size"]
    return content[(number - 1) * size : number * size]


def digest_of(piece: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(piece).digest()).decode()}:"


async def entrant(school: School, *, held: Held | None = None, modality: str = "M1", login: str = "zoe") -> Entrant:
    candidate = new_id()
    token = await school.identify(candidate, login)
    enrolment = await school.enrol(candidate=candidate)
    session = held or await school.plan("M1", "M2")
    registration = await school.register(session, enrolment, modality)
    return Entrant(school, session, enrolment, str(registration["id"]), token)


async def prepare(school: School, held: Held, *, opens: timedelta, due: timedelta) -> Any:
    """Set the preparation, relative to now."""
    entry = {"opens_at": (utc_now() + opens).isoformat(), "due_at": (utc_now() + due).isoformat()}
    return await school.put(f"/v1/sessions/{held.id}/preparation", entry)


async def lengthen(
    school: School, enrolment: str, percent: int, *scopes: MeasureScope, valid_from: date | None = None
) -> None:
    measure = Measure(
        kind=MeasureKind.EXTRA_TIME,
        percent=percent,
        applies_to=scopes or (MeasureScope.PREPARATION,),
        valid_from=valid_from,
    )
    await school.tell(MeasuresGrantedV1(enrolment_id=UUID(enrolment), organisation_id=school.id, measures=(measure,)))


async def tell_snapshot(school: School, enrolment: str, total: str = "281.57") -> ProductionSnapshotTakenV1:
    """As the budget service tells of a snapshot."""
    event = ProductionSnapshotTakenV1(
        snapshot_id=new_id(),
        production_id=new_id(),
        organisation_id=school.id,
        enrolment_id=UUID(enrolment),
        taken_at=utc_now(),
        currency="EUR",
        estimate_id=new_id(),
        estimate_version=1,
        chapters=(ChapterAmount(code="2", amount=total),),
        contingency="0.00",
        overheads="0.00",
        total=total,
        sha256=hashlib.sha256(total.encode()).hexdigest(),
    )
    await school.tell(event)
    return event


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
