"""Awards, written straight into the tables and the register."""

from uuid import UUID

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.evaluations.awards.models import Award, RegisterCounter
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.register import service
from parchemin.evaluations.sessions.models import EvaluationSession


async def furnish(database: Database, count: int, organisation: UUID, *, enter: bool = True, year: int = 2024) -> None:
    """So many awards in one transaction, as the deliberation makes them."""
    house = {"organisation_id": organisation, "referential_version": "1.0"}
    day = utc_now().date().replace(year=year, month=6, day=17)
    async with database.transaction() as session:
        held = EvaluationSession(
            place="Paris", held_on=day, modalities=["M1"], state="closed", closed_at=utc_now(), **house
        )
        known = [KnownEnrolment(id=new_id(), candidate_id=new_id(), blocks=[1, 2, 3], **house) for _ in range(count)]
        session.add_all([held, *known])
        await session.flush()
        made = [
            Award(
                organisation_id=organisation,
                enrolment_id=enrolment.id,
                candidate_id=enrolment.candidate_id,
                session_id=held.id,
                awarded_on=day,
                year=year,
                rank=rank,
            )
            for rank, enrolment in enumerate(known, start=1)
        ]
        session.add_all([*made, RegisterCounter(year=year, last=count)])
        await session.flush()
        if enter:
            await service.append(session, [service.fact_of(award) for award in made])
