"""HTTP of verification. For everybody, so an answer depends on the code alone."""

from fastapi import APIRouter, Depends

from parchemin.common.auth import public
from parchemin.common.http.unit_of_work import Reading
from parchemin.documents.verification.schemas import VerificationRequest, VerificationView
from parchemin.documents.verification.service import verify

router = APIRouter(prefix="/v1/verifications", tags=["verification"], dependencies=[Depends(public)])


@router.post("", name="verify_document")
async def verify_document(asked: VerificationRequest, session: Reading) -> VerificationView:
    """Check a paper by its code. The code travels in the body, so that it stays out of every log."""
    return await verify(session, asked.code)
