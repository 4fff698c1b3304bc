"""What a scenario came to, as `summary.json` says it, and the documents beside it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from parchemin.common.database import Database
from parchemin.common.tables import outbox
from parchemin.standalone.demo.client import Caller, Json
from parchemin.standalone.demo.player import Player

KINDS = ("block_attestation", "diploma", "jury_minutes", "results_notice")


class DocumentsMissing(Exception):
    """Some documents could not be made."""


async def outcome(player: Player, administrator: Caller) -> dict[str, Any]:
    """Blocks and certifications, sorted as the expected files are."""
    candidates = {enrolment: ref for ref, enrolment in player.enrolments.items()}
    sessions = {session: ref for ref, session in player.sessions.items()}
    blocks = [
        {
            "candidate": candidates[row["enrolment_id"]],
            "block": row["block"],
            "session": sessions[row["session_id"]],
        }
        async for row in administrator.items("/v1/block_validations")
    ]
    certifications = [
        {
            "candidate": candidates[row["enrolment_id"]],
            "session": sessions[row["session_id"]],
            "register_number": row["register_number"],
        }
        async for row in administrator.items("/v1/awards")
    ]
    return {
        "scenario": player.scenario.name,
        "candidates": len(player.candidates),
        "blocks_validated": sorted(blocks, key=lambda row: (row["candidate"], row["block"])),
        "certifications": sorted(certifications, key=lambda row: row["candidate"]),
    }


async def fetch_documents(player: Player, administrator: Caller, out: Path) -> list[Json]:
    """Save every document under `out/documents`, by kind, and list them."""
    candidates = {enrolment: ref for ref, enrolment in player.enrolments.items()}
    sessions = {session: ref for ref, session in player.sessions.items()}
    listed = []
    async for document in administrator.items("/v1/documents"):
        candidate = candidates.get(document["enrolment_id"])
        session = sessions.get(document["session_id"])
        if document["state"] == "blocked":
            player.refusals.append(f"{document['kind']} of {candidate or session}: {document['blocked_field']}")
            continue
        path = Path("documents") / document["kind"] / _file_name(document, candidate, session)
        content = await administrator.bytes(f"/v1/documents/{document['id']}/content")
        digest = hashlib.sha256(content).hexdigest()
        if digest != document["sha256"]:
            raise DocumentsMissing(f"{document['kind']} {document['id']} came with other bytes")
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
        listed.append(
            {
                "kind": document["kind"],
                "candidate": candidate,
                "session": session,
                "path": path.as_posix(),
                "sha256": digest,
                "verification_code": document["verification_code"],
            }
        )
    return sorted(listed, key=lambda one: one["path"])


def _file_name(document: Json, candidate: str | None, session: str | None) -> str:
    """In the scenario's own names: `c03-block-1.pdf`, `s1.pdf`."""
    block = f"block-{document['block']}" if document.get("block") else None
    parts = [part for part in (candidate, block, session if not block else None) if part]
    safe = "-".join(parts) or document["id"]
    return "".join(character if character.isalnum() or character in "-_." else "_" for character in safe) + ".pdf"


async def count_events(databases: Mapping[str, str]) -> dict[str, int]:
    """How many events of each type were published, from the services' own outboxes (URLs by service)."""
    counts: Counter[str] = Counter()
    for url in databases.values():
        database = Database(url)
        try:
            async with database.reading() as session:
                rows = await session.execute(select(outbox.c.type, func.count().label("count")).group_by(outbox.c.type))
                counts.update({row.type: row.count for row in rows})
        finally:
            await database.dispose()
    return dict(sorted(counts.items()))
