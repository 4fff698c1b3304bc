"""Signed sheets have a digest, and stay as they are

A migration that changes signed sheets takes the trigger away first; one that makes the table anew (a batch on SQLite)
loses it, and makes it again.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "3f0c1d7a9b52"
down_revision = "8a5e1d65ed73"
branch_labels = None
depends_on = None

KEPT = (
    "id",
    "created_at",
    "organisation_id",
    "session_id",
    "registration_id",
    "juror_id",
    "number",
    "levels",
    "opinions",
    "signed_at",
    "reason",
    "digest",
)

POSTGRES = """
CREATE FUNCTION refuse_change_of_signed_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'signed' AND NEW.state = 'corrected'
        AND to_jsonb(NEW) - '{state,version,updated_at}'::text[] = to_jsonb(OLD) - '{state,version,updated_at}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed sheet does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_stays';
END $$;
CREATE TRIGGER signed_stays BEFORE UPDATE ON sheets
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_change_of_signed_sheet();
"""
SQLITE = f"""
CREATE TRIGGER signed_stays BEFORE UPDATE ON sheets
    WHEN OLD.state <> 'draft' AND NOT (
        OLD.state = 'signed' AND NEW.state = 'corrected' AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)}
    )
BEGIN
    SELECT RAISE(ABORT, 'a signed sheet does not change');
END
"""

sheets = sa.table(
    "sheets",
    sa.column("id", sa.Uuid()),
    sa.column("registration_id", sa.Uuid()),
    sa.column("juror_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("levels", sa.JSON()),
    sa.column("opinions", sa.JSON()),
    sa.column("signed_at", sa.DateTime(timezone=True)),
    sa.column("reason", sa.String()),
    sa.column("digest", sa.String()),
)
BATCH = 500


def upgrade() -> None:
    with op.batch_alter_table("sheets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    digest_what_is_signed(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE)
    else:
        function, _, trigger = POSTGRES.partition("CREATE TRIGGER")  # the driver takes one statement at a time
        op.execute(function)
        op.execute(f"CREATE TRIGGER{trigger}")


def digest_what_is_signed(connection: sa.Connection) -> None:
    """What `contents.sheet_digest` gave when this was written, for sheets that were signed before."""
    undigested = sa.select(sheets).where(sheets.c.signed_at.is_not(None), sheets.c.digest.is_(None)).limit(BATCH)
    fill = sa.update(sheets).where(sheets.c.id == sa.bindparam("sheet")).values(digest=sa.bindparam("computed"))
    while rows := connection.execute(undigested).all():
        connection.execute(fill, [{"sheet": row.id, "computed": digest(row)} for row in rows])


def digest(row: sa.Row) -> str:
    at = row.signed_at if row.signed_at.tzinfo else row.signed_at.replace(tzinfo=UTC)
    said = {
        "registration_id": str(row.registration_id),
        "juror_id": str(row.juror_id),
        "number": row.number,
        "levels": {
            level["criterion"]: {
                name: value for name, value in level.items() if name != "criterion" and value is not None
            }
            for level in row.levels
        },
        "opinions": {opinion["competency"]: opinion["opinion"] for opinion in row.opinions},
        "signed_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if row.reason is not None:
        said["reason"] = row.reason
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER signed_stays")
    else:
        op.execute("DROP TRIGGER signed_stays ON sheets")
        op.execute("DROP FUNCTION refuse_change_of_signed_sheet()")
    with op.batch_alter_table("sheets", schema=None) as batch_op:
        batch_op.drop_column("digest")
