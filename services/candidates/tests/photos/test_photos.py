"""Photos over HTTP."""

from typing import TYPE_CHECKING

import pytest
from services.candidates.tests.photos.pictures import file
from sqlalchemy import select

from parchemin.candidates.photos.models import CandidatePhoto
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio
JPEG = {"Content-Type": "image/jpeg"}


async def test_photo_is_kept_sealed_and_shown_to_whom_it_concerns(
    school: "School", stranger: "Callable[..., dict[str, str]]"
) -> None:
    candidate = await school.candidate()
    url = f"/v1/candidates/{candidate}"
    assert (await school.client.get(f"{url}/photo")).status_code == 404
    tag = (await school.client.get(url)).headers["etag"]
    put = await school.client.put(f"{url}/photo", content=file(300, 400), headers={**JPEG, "If-Match": tag})
    assert put.status_code == 204, put.text
    stale = await school.client.put(f"{url}/photo", content=file(300, 400), headers={**JPEG, "If-Match": tag})
    assert stale.status_code == 412
    shown = await school.client.get(f"{url}/photo")
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("image/jpeg", "private, no-store")
    assert shown.content[:3] == b"\xff\xd8\xff"
    async with school.database.reading() as session:
        stored = (await session.scalars(select(CandidatePhoto.picture))).all()
    assert all(b"\xff\xd8\xff" not in sealed for sealed in stored)
    strange = stranger(Role.ADMINISTRATOR)
    assert (await school.client.get(f"{url}/photo", headers=strange)).status_code == 404
    assert (await school.client.get(f"{url}/photo", headers=school.officer)).status_code == 403
    gone = await school.client.delete(f"{url}/photo", headers={"If-Match": put.headers["etag"]})
    assert gone.status_code == 204
    assert (await school.client.get(f"{url}/photo")).status_code == 404


async def test_file_that_is_no_portrait_is_refused(school: "School") -> None:
    url = f"/v1/candidates/{await school.candidate()}/photo"
    refused = await school.client.put(url, content=b"GIF89a", headers={**JPEG, "If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_refused")
