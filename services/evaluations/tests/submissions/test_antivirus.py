"""Nobody gets a file that the antivirus has not passed; a scanner that is away is asked again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from services.evaluations.tests.conftest import School
from services.evaluations.tests.submissions.corpus import EICAR
from services.evaluations.tests.submissions.handing_in import entrant
from sqlalchemy import update

from parchemin.evaluations.submissions.models import Deposit

pytestmark = pytest.mark.asyncio


class Clamd:
    """Speaks as clamd does: `zINSTREAM`, pieces with their length, an empty one, one line."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        received = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            received += await reader.readexactly(length)
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in received else b"stream: OK"
        writer.write((self.answers.pop(0) if self.answers else found) + b"\0")
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def clamd() -> AsyncIterator[Clamd]:
    fake = Clamd()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    async with server:
        yield fake


async def test_a_file_waits_for_the_scanner_and_then_its_verdict(
    clamd: Clamd, school_with: Callable[..., Awaitable[School]]
) -> None:
    school = await school_with(submissions_clamav=f"127.0.0.1:{clamd.port}")
    zoe = await entrant(school)
    assert (await zoe.hand_in())["state"] == "accepted"
    infected = await zoe.hand_in(EICAR + b"\n", deliverable=2)
    assert (infected["state"], infected["verdict"]) == ("refused", "malware_found")
    clamd.answers = [b"INSTREAM size limit exceeded. ERROR"]
    waiting = await zoe.hand_in(b"Compte rendu.\n", deliverable=3)
    assert waiting["state"] == "quarantined"
    assert (await zoe.content(waiting)).status_code == 404
    lines = (await zoe.dossier())["deliverables"]
    assert [line["state"] for line in lines] == ["received", "refused", "quarantined", "missing"]
    async with school.app.state.database.transaction() as session:
        await session.execute(update(Deposit).values(retry_at=None))
    await school.app.state.examiner.examine_due()
    assert (await zoe.dossier())["deliverables"][2]["state"] == "received"


async def test_a_scanner_that_is_not_there_lets_nothing_through(school_with: Callable[..., Awaitable[School]]) -> None:
    school = await school_with(submissions_clamav="unix:/nowhere/clamd.ctl")
    zoe = await entrant(school)
    assert (await zoe.hand_in())["state"] == "quarantined"
