"""What the database itself refuses, on both engines, whatever the code above it does."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from parchemin.common.clock import utc_now
from parchemin.evaluations.incidents.models import Incident

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

DECIDED = {"state": "decided", "hearing": "heard", "outcome": "warning", "reason": "Fait établi."}


async def test_no_row_skips_a_step_of_the_procedure(school: "School") -> None:
    held = await school.plan("M1")
    registration = await school.register(held, await school.enrol(1), "M1")
    known = {
        "organisation_id": school.id,
        "session_id": UUID(held.id),
        "registration_id": UUID(registration["id"]),
        "kind": "fraud_suspicion",
        "sealed_for": UUID(registration["enrolment_id"]),
        "occurred_at": utc_now(),
        "reported_by": "someone",
    }

    async def keep(**row: Any) -> None:
        async with school.app.state.database.transaction() as session:
            session.add(Incident(**{**known, **row}))

    await keep(**DECIDED)
    for refused in [
        {**DECIDED, "hearing": None},
        {**DECIDED, "outcome": None},
        {**DECIDED, "reason": None},
        {**DECIDED, "state": "heard"},
        {"state": "suspended"},
        {"state": "dismissed"},
        {"state": "recorded"},
        {"state": "reported", "registration_id": None},
        {"state": "reported", "blocking": True},
        {"state": "reported", "kind": "incident"},
    ]:
        with pytest.raises(IntegrityError):
            await keep(**refused)
