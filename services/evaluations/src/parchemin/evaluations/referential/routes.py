"""HTTP of referentials. Public: a referential is a registered document."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from parchemin.common.auth import Access, Principal, public
from parchemin.common.http.conditions import is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.referential import service
from parchemin.evaluations.referential.models import PublishedReferential
from parchemin.evaluations.referential.rules import Totals

router = APIRouter(prefix="/v1/referentials", tags=["referentials"], route_class=TransactionalRoute)

Publishing = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="evaluations:write"))]
VersionName = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$",
        description="A published version, or `current` for the one published last",
    ),
]


class ControlTotals(BaseModel):
    """How much the referential holds, counted by whoever publishes it: a cut document does not pass."""

    model_config = ConfigDict(extra="forbid")

    blocks: int = Field(ge=1)
    competencies: int = Field(ge=1)
    criteria: int = Field(ge=1)


class NewReferential(BaseModel):
    """A version to be published."""

    model_config = ConfigDict(extra="forbid")

    referential: Referential
    totals: ControlTotals


@router.get("", dependencies=[Depends(public)])
async def list_referentials(session: Reading, paging: Paging) -> Page[Referential]:
    """All published versions, in the order of their publication."""
    return await page(
        session, select(PublishedReferential), PublishedReferential, paging, lambda row: service.parse(row.body)
    )


@router.get(
    "/{version}",
    response_model=Referential,
    dependencies=[Depends(public)],
    responses={304: {"description": "The client holds it already (`If-None-Match`)"}},
)
async def read_referential(version: VersionName, session: Reading, request: Request) -> Response:
    """One version, whole and word for word. A competency whose statement the source lacks has `null`."""
    published = await service.published_referential(session, version)
    caching = {"Cache-Control": "public, max-age=300" if version == "current" else "public, max-age=86400"}
    if is_unchanged(request, published.digest):
        return not_modified(published.digest, caching)
    response = Response(published.body, media_type="application/json", headers=caching)
    tag(response, published.digest)
    return response


@router.post(
    "",
    status_code=201,
    responses=documented(service.ReferentialVersionTaken, service.ReferentialInconsistent),
)
async def publish_referential(
    new: NewReferential, session: Writing, _certifier: Publishing, response: Response
) -> Referential:
    """Publish a version: it becomes the current one, enrolments stay on theirs. It is checked as a whole."""
    totals = Totals(new.totals.blocks, new.totals.competencies, new.totals.criteria)
    published = await service.publish_referential(session, new.referential, totals)
    tag(response, published.digest)
    return new.referential
