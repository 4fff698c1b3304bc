"""Inspecting in a process of its own: a parser that breaks, hangs or swells takes nothing with it."""

import asyncio
import json
import sys
from collections.abc import Collection
from pathlib import Path

import structlog

from parchemin.evaluations.submissions.inspection.archives import MOST_BYTES
from parchemin.evaluations.submissions.inspection.verdicts import Refused

log = structlog.get_logger()

MEMORY = 1 << 30
"""Address space, in bytes: libraries take a good part of it."""
CPU_SECONDS = 20
SECONDS = 60.0
"""By the clock, on a machine that has other things to do."""
CHILD = "parchemin.evaluations.submissions.inspection.child"


async def inspect_apart(path: Path, name: str, allowed: Collection[str], *, seconds: float = SECONDS) -> str:
    """As `inspect`, of an absolute path, whose folder is free for drafts; what ends without a word is refused."""
    asked = {
        "path": str(path),
        "name": name,
        "allowed": sorted(allowed),
        "memory": MEMORY,
        "seconds": CPU_SECONDS,
        "file_size": MOST_BYTES,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-m", CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=path.parent,
        env={"TMPDIR": str(path.parent)},
    )
    try:
        async with asyncio.timeout(seconds):
            told, _ = await process.communicate(json.dumps(asked).encode())
        answer = json.loads(told)
    except (TimeoutError, ValueError) as error:
        log.warning("inspection_failed", cause=type(error).__name__, status=process.returncode)
        raise Refused("inspection_failed") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if "verdict" in answer:
        raise Refused(answer["verdict"])
    return str(answer["media_type"])
