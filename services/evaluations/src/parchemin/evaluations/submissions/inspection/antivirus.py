"""ClamAV over its socket (clamd(8), `INSTREAM`): a file goes in pieces, one line comes back."""

import asyncio
from pathlib import Path

from parchemin.evaluations.submissions.inspection.verdicts import Refused

PIECE = 1 << 16
SECONDS = 120.0


class ScannerAway(OSError):
    """Not reached, or it did not say that the file is clean: nobody gets the file before it did."""


async def scan(address: str, path: Path, *, seconds: float = SECONDS) -> None:
    """Return where clamd at `unix:/path` or `host:port` found nothing; refuse where it did."""
    try:
        async with asyncio.timeout(seconds):
            answer = await _ask(address, path)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        raise ScannerAway(type(error).__name__) from None
    if answer.endswith(" FOUND"):
        raise Refused("malware_found")
    if answer != "stream: OK":
        raise ScannerAway("answer")


async def _ask(address: str, path: Path) -> str:
    if address.startswith("unix:"):
        reader, writer = await asyncio.open_unix_connection(address.removeprefix("unix:"))
    else:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(b"zINSTREAM\0")
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                writer.write(len(piece).to_bytes(4) + piece)
                await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace").strip()
    finally:
        writer.close()
