"""Facts of the evaluations service about one enrolment, for the tests of this folder."""

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from parchemin.common.outbox import opened_bodies
from parchemin.common.tables import dead_letters, outbox
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.appeals import (
    AppealRuledV1,
    BlockValidationRevokedV1,
    CertificationRevokedV1,
    RuledCompetency,
)
from parchemin.contracts.events.evaluations import (
    BlockValidatedV1,
    CertificationAwardedV1,
    CompetencyResult,
    ModalityResult,
    ResultsDecidedV1,
)
from parchemin.contracts.events.sessions import Appointment, CandidateConvenedV1, MeetingPlace
from parchemin.contracts.vocabulary import AppealRuling, Attendance, CompetencyOutcome

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

E = TypeVar("E", bound=Event)
DAY = date(2026, 6, 15)


class Story:
    """What juries decide for one enrolment."""

    def __init__(self, school: "School", enrolment: str) -> None:
        self.whose = {
            "enrolment_id": UUID(enrolment),
            "candidate_id": uuid4(),
            "organisation_id": school.id,
            "referential_version": "t1",
        }

    def results(self, session_id: UUID, **outcomes: str) -> ResultsDecidedV1:
        told = [
            CompetencyResult(code=code.replace("_", "."), outcome=CompetencyOutcome(outcome))
            for code, outcome in outcomes.items()
        ]
        modality = ModalityResult(
            registration_id=uuid4(), modality="M1", attendance=Attendance.PRESENT, competencies=tuple(told)
        )
        return ResultsDecidedV1(
            **self.whose,
            session_id=session_id,
            session_date=DAY,
            decided_on=DAY,
            place="Paris",
            modalities=(modality,),
            blocks_enrolled=(1, 2),
            blocks_validated=(),
            register_number=None,
        )

    def validated(self, block: int, validation_id: UUID | None = None) -> BlockValidatedV1:
        return BlockValidatedV1(
            **self.whose,
            validation_id=validation_id or uuid4(),
            block=block,
            session_id=uuid4(),
            validated_on=DAY,
            competencies=(),
        )

    def validation_revoked(self, validation_id: UUID) -> BlockValidationRevokedV1:
        return BlockValidationRevokedV1(**self.whose, validation_id=validation_id, block=1, revoked_on=DAY)

    def awarded(self, award_id: UUID) -> CertificationAwardedV1:
        return CertificationAwardedV1(
            **self.whose,
            award_id=award_id,
            register_number=_number(award_id),
            awarded_on=DAY,
            session_id=uuid4(),
            blocks=(),
        )

    def award_revoked(self, award_id: UUID) -> CertificationRevokedV1:
        return CertificationRevokedV1(
            **self.whose, award_id=award_id, register_number=_number(award_id), revoked_on=DAY
        )

    def ruled(self, session_id: UUID, competency: str, now: CompetencyOutcome) -> AppealRuledV1:
        return AppealRuledV1(
            **self.whose,
            appeal_id=uuid4(),
            registration_id=uuid4(),
            session_id=session_id,
            ruling=AppealRuling.UPHELD,
            ruled_on=DAY,
            decisions=(RuledCompetency(competency=competency, before=CompetencyOutcome.NOT_ACQUIRED, now=now),),
        )

    def convened(self, session_id: UUID, number: int, starts_at: datetime) -> CandidateConvenedV1:
        appointment = Appointment(
            registration_id=uuid4(), modality="M2", starts_at=starts_at, where=MeetingPlace(place="Lyon")
        )
        return CandidateConvenedV1(
            **self.whose,
            convocation_id=uuid4(),
            session_id=session_id,
            number=number,
            convened_on=DAY,
            time_zone="Europe/Paris",
            appointments=(appointment,),
            measures=(),
            bring=None,
        )


def in_year(year: int) -> datetime:
    return datetime(year, 3, 2, 8, tzinfo=UTC)


async def told(school: "School", kind: type[E]) -> list[E]:
    """The facts of this kind that the service published, in order."""
    statement = select(outbox).where(outbox.c.type == kind.type).order_by(outbox.c.position)
    async with school.database.reading() as session:
        bodies = await opened_bodies(session, (await session.execute(statement)).all())
    return [kind.read(json.loads(body)["data"]) for body in bodies if body is not None]


async def parked(school: "School") -> list[str]:
    async with school.database.reading() as session:
        return list((await session.execute(select(dead_letters.c.cause))).scalars())


async def put(
    school: "School", url: str, body: object = None, *, of: str, by: dict[str, str] | None = None
) -> httpx.Response:
    """Update with the current ETag of `of`."""
    headers = by or school.administrator
    current = await school.client.get(of, headers=headers)
    return await school.client.put(url, json=body, headers={**headers, "If-Match": current.headers["etag"]})


async def state_of(school: "School", enrolment: str) -> str:
    return str((await school.client.get(f"/v1/enrolments/{enrolment}")).json()["state"])


def _number(award_id: UUID) -> str:
    """No number is given twice."""
    return f"2026-{award_id.int % 9000 + 1000}"
