"""The award register is a chain

The awards that were made before are entered in the order of the register. A server of an older version that still runs
meanwhile makes awards without an entry, which `parchemin register verify` shows: stop it first.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "7b2506745af0"
down_revision = "0251ebcdb913"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_register_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_head")),
    )
    op.create_table(
        "register_entries",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("register_number", sa.String(length=20), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('awarded', 'revoked')", name=op.f("ck_register_entries_kind")),
        sa.CheckConstraint("position > 0", name=op.f("ck_register_entries_position")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_register_entries_award_id_awards")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_register_entries")),
        sa.UniqueConstraint("award_id", "kind", name=op.f("uq_register_entries_award_id_kind")),
        sa.UniqueConstraint("hash", name=op.f("uq_register_entries_hash")),
    )
    with op.batch_alter_table("register_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_entries_organisation_id_position"), ["organisation_id", "position"], unique=False
        )

    _enter_awards()
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("register_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_entries_organisation_id_position"))

    op.drop_table("register_entries")
    op.drop_table("register_head")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_register()")


_TRIGGERS = {
    "sqlite": [
        f"""CREATE TRIGGER register_entries_no_{verb.lower()} BEFORE {verb} ON register_entries
        BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"""
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        """CREATE FUNCTION refuse_change_of_register() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'the register is append-only'; END $$""",
        """CREATE TRIGGER register_entries_append_only BEFORE UPDATE OR DELETE ON register_entries
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_register()""",
        """CREATE TRIGGER register_entries_no_truncate BEFORE TRUNCATE ON register_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_register()""",
    ],
}
_BATCH = 1000
_IDS = ("enrolment_id", "candidate_id", "organisation_id", "session_id")

_awards = sa.table(
    "awards",
    sa.column("id", sa.Uuid),
    *(sa.column(name, sa.Uuid) for name in _IDS),
    sa.column("awarded_on", sa.Date),
    sa.column("year", sa.Integer),
    sa.column("rank", sa.Integer),
)
_entries = sa.table(
    "register_entries",
    sa.column("position", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("register_number", sa.String),
    sa.column("award_id", sa.Uuid),
    *(sa.column(name, sa.Uuid) for name in _IDS),
    sa.column("decided_on", sa.Date),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
    sa.column("salt", sa.String),
    sa.column("previous_hash", sa.String),
    sa.column("hash", sa.String),
)
_head = sa.table(
    "register_head",
    sa.column("id", sa.Integer),
    sa.column("position", sa.BigInteger),
    sa.column("hash", sa.String),
)


def _enter_awards() -> None:
    """Chain the awards that there are, by year and rank, some at a time."""
    connection = op.get_bind()
    position, digest, now = 0, "0" * 64, datetime.now(UTC)
    year = rank = 0
    while True:
        later = sa.or_(_awards.c.year > year, sa.and_(_awards.c.year == year, _awards.c.rank > rank))
        statement = sa.select(_awards).where(later).order_by(_awards.c.year, _awards.c.rank).limit(_BATCH)
        rows = []
        for award in connection.execute(statement):
            position += 1
            row = {
                "position": position,
                "kind": "awarded",
                "register_number": f"{award.year}-{award.rank:04d}",
                "award_id": award.id,
                **{name: getattr(award, name) for name in _IDS},
                "decided_on": award.awarded_on,
                "recorded_at": now,
                "salt": secrets.token_hex(16),
            }
            previous, digest = digest, _hash(digest, row)
            rows.append({**row, "previous_hash": previous, "hash": digest})
            year, rank = award.year, award.rank
        if not rows:
            break
        connection.execute(sa.insert(_entries), rows)
    connection.execute(sa.insert(_head), {"id": 1, "position": position, "hash": digest})


def _hash(previous, row):
    """SHA-256 over the previous hash and the row as canonical JSON: without numbers but the position, and with texts
    of ASCII alone, RFC 8785 is JSON without blanks and with its names in order."""
    said = {name: value if name == "position" else str(value) for name, value in row.items()}
    said["recorded_at"] = row["recorded_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(previous.encode() + canonical).hexdigest()
