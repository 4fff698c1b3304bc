"""Years that have gone by, as rows: candidates who were graded, events that were published and handled."""

import asyncpg
from benchmarks.engines import plain
from benchmarks.sheets.school import LEVELS

GRADED = """
INSERT INTO sheets (id, version, created_at, updated_at, organisation_id, session_id, registration_id, juror_id, number,
                    state, levels, opinions, signed_at)
SELECT gen_random_uuid(), 1, now(), now(), r.organisation_id, r.session_id, r.id, s.juror_id, 1, 'signed',
       (SELECT json_agg(json_build_object('criterion', 'C9.' || n, 'level', 'met')) FROM generate_series(1, $1::int) n),
       '[]', now()
FROM registrations r JOIN jury_seats s ON s.session_id = r.session_id
"""
PUBLISHED = """
INSERT INTO outbox (event_id, topic, key, type, body, occurred_at, published_at)
SELECT id, 'parchemin.evaluations.v1', id::text, 'parchemin.evaluations.sheet_signed.v1', $2::bytea, now(), now()
FROM (
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id FROM generate_series(1, $1::int) n
) AS made
"""
HANDLED = """
INSERT INTO inbox (consumer, event_id, handled_at)
SELECT 'evaluations', ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now()
FROM generate_series(1, $1::int) n
"""
BODY = b"{" + b" " * 400 + b"}"
"""The relay reads no body of what is published: its length is what matters."""


async def grade_all(url: str) -> None:
    """A signed sheet of every juror for everyone who is registered."""
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute(GRADED, LEVELS)
    finally:
        await connection.close()


async def live_through(url: str, events: int) -> None:
    """So many events that were published, and as many that were handled."""
    connection = await asyncpg.connect(plain(url), command_timeout=None)
    try:
        await connection.execute(PUBLISHED, events, BODY)
        await connection.execute(HANDLED, events)
    finally:
        await connection.close()


async def settle(url: str) -> None:
    """Do now what the server would do meanwhile: statistics, and what was written to disk."""
    connection = await asyncpg.connect(plain(url), command_timeout=None)
    try:
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
