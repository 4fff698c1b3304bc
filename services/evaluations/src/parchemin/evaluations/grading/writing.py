"""The row that a sheet is written as, and the fact that it was signed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish
from parchemin.contracts.events.evaluations import SheetSignedV1
from parchemin.evaluations.grading.assessment import Assessment
from parchemin.evaluations.grading.contents import Content, sheet_digest
from parchemin.evaluations.grading.schemas import SheetView
from parchemin.evaluations.grading.storage import insert_sheet

FIRST_VERSION = 1
"""Of a row that is new; its ETag."""


async def enter(
    session: AsyncSession, assessed: Assessment, content: Content, *, number: int = 1, reason: str | None = None
) -> SheetView | None:
    """Add a sheet; None where the juror has one, entered at the same moment."""
    now = utc_now()
    row = {
        "id": new_id(),
        "version": FIRST_VERSION,
        "created_at": now,
        "organisation_id": assessed.organisation_id,
        "session_id": assessed.session_id,
        "registration_id": assessed.registration_id,
        "juror_id": assessed.juror_id,
        "number": number,
        "reason": reason,
        **written(content, assessed, number, reason, now),
    }
    if not await insert_sheet(session, row):
        return None
    entered = SheetView.model_validate(row)
    await tell_if_signed(session, assessed, entered)
    return entered


def written(
    content: Content, assessed: Assessment, number: int, reason: str | None, now: datetime
) -> dict[str, object]:
    """The columns that a sheet's content decides."""
    columns: dict[str, object] = {
        "levels": content.levels,
        "opinions": content.opinions,
        "state": content.state,
        "updated_at": now,
        "signed_at": None,
        "digest": None,
    }
    if content.state == "signed":
        registration_id, juror_id = assessed.registration_id, assessed.juror_id
        columns["signed_at"] = now
        columns["digest"] = sheet_digest(
            content, registration_id=registration_id, juror_id=juror_id, number=number, signed_at=now, reason=reason
        )
    return columns


async def tell_if_signed(session: AsyncSession, assessed: Assessment, sheet: SheetView) -> None:
    """Everybody hears that a sheet was signed, nobody what it says."""
    if sheet.signed_at is None:
        return
    fact = SheetSignedV1(
        sheet_id=sheet.id,
        registration_id=assessed.registration_id,
        enrolment_id=assessed.enrolment_id,
        session_id=assessed.session_id,
        organisation_id=assessed.organisation_id,
        juror_id=assessed.juror_id,
        modality=assessed.modality,
        number=sheet.number,
        signed_at=sheet.signed_at,
        digest=sheet.digest,
    )
    await publish(session, fact)
