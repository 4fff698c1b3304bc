"""HTTP of progress."""

from uuid import UUID

from fastapi import APIRouter

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.service import visible_enrolments
from parchemin.candidates.identity.routes import Consulting
from parchemin.candidates.progress import rules
from parchemin.candidates.progress.following import own_of
from parchemin.candidates.progress.recording import heard_of
from parchemin.candidates.progress.schemas import (
    BlockProgress,
    CertificationProgress,
    CompetencyProgress,
    EnrolmentProgress,
    MissingModality,
    NextAppointment,
    NextSession,
)
from parchemin.candidates.referentials.service import known_referential
from parchemin.common.clock import utc_now
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.contracts.vocabulary import EnrolmentState

router = APIRouter(prefix="/v1/enrolments", tags=["enrolments"], route_class=TransactionalRoute)


@router.get("/{enrolment_id}/progress")
async def read_progress(
    enrolment_id: UUID, session: Reading, vault: InstalledVault, principal: Consulting
) -> EnrolmentProgress:
    """Where the candidate stands: what is acquired, recognised or exempt, what is missing, and the next session. It
    follows published results, and so comes some moments after them."""
    visible = await visible_enrolments(session, vault, principal)
    enrolment = await one(session, visible, Enrolment, enrolment_id)
    heard = (await heard_of(session, [enrolment.id]))[enrolment.id]
    own = (await own_of(session, [enrolment]))[enrolment.id]
    standing = rules.standing(await known_referential(session, enrolment.referential_version), own, heard)
    coming, award = rules.next_session(heard, utc_now()), standing.award
    return EnrolmentProgress(
        enrolment_id=enrolment.id,
        referential_version=enrolment.referential_version,
        state=EnrolmentState(enrolment.state),
        competencies=[CompetencyProgress.model_validate(each) for each in standing.competencies],
        blocks=[BlockProgress.model_validate(each) for each in standing.blocks],
        certification=CertificationProgress(
            status=standing.certification,
            register_number=None if award is None else award.register_number,
            awarded_on=None if award is None else award.awarded_on,
        ),
        missing=[MissingModality.model_validate(each) for each in standing.missing],
        next_session=None
        if coming is None
        else NextSession(
            session_id=coming.session_id,
            time_zone=coming.time_zone,
            appointments=[NextAppointment.model_validate(each) for each in coming.meetings],
        ),
    )
