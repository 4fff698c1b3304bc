"""HTTP of the register of processing."""

from fastapi import APIRouter, Depends

from parchemin.candidates.privacy.purposes.schemas import RegisterView
from parchemin.candidates.privacy.purposes.service import shipped_register
from parchemin.common.auth.access import public
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import TransactionalRoute

router = APIRouter(prefix="/v1/processing_purposes", tags=["privacy"], route_class=TransactionalRoute)


@router.get("", dependencies=[Depends(public)])
async def read_processing_purposes(language: Spoken) -> RegisterView:
    """Why each personal field is held, on which legal ground, who is told and how long it is kept (GDPR art. 13, 30).

    For everybody: a person may read it before they tell anything.
    """
    return RegisterView.of(shipped_register(), language)
