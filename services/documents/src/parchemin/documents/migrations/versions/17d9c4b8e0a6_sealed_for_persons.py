"""What is kept of persons is sealed, and goes with them

The outbox, dead letters and answers to idempotency keys say under whose key they are sealed.
"""

import json

import sqlalchemy as sa
from alembic import op

from parchemin.common.vault.migrating import EarlierRows

revision = "17d9c4b8e0a6"
down_revision = "42f7e2126e28"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "doomed_files",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("doomed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_doomed_files")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_for", sa.Uuid(), nullable=True))
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_for", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_dead_letters_sealed_for"), ["sealed_for"], unique=False)
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.Text(), nullable=True))
    _seal_identities("known_candidates")
    _seal_identities("known_jurors")
    _seal_documents()


def _seal_identities(name: str) -> None:
    connection = op.get_bind()
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.alter_column("identity", new_column_name="clear", existing_type=sa.JSON(), existing_nullable=False)
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.add_column(sa.Column("identity", sa.LargeBinary(), nullable=True))
    persons = sa.table(
        name, sa.column("id", sa.Uuid()), sa.column("clear", sa.JSON()), sa.column("identity", sa.LargeBinary())
    )
    rows = connection.execute(sa.select(persons.c.id, persons.c.clear)).all()
    earlier = EarlierRows(connection) if rows else None
    for row in rows:
        sealed = earlier.cipher(row.id, "identity").seal(json.dumps(row.clear), place=f"{name}.identity:{row.id}")
        connection.execute(sa.update(persons).where(persons.c.id == row.id).values(identity=sealed))
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.alter_column("identity", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.drop_column("clear")


def _seal_documents() -> None:
    """What was printed is sealed; the files in the store stay as they are, and go when their person does."""
    connection = op.get_bind()
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_documents_issued"), type_="check")
        batch_op.alter_column("body_data", new_column_name="clear", existing_type=sa.JSON(), existing_nullable=True)
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("body_data", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("particulars", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("stored_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    documents = sa.table(
        "documents",
        sa.column("id", sa.Uuid()),
        sa.column("candidate_id", sa.Uuid()),
        sa.column("clear", sa.JSON(none_as_null=True)),
        sa.column("body_data", sa.LargeBinary()),
        sa.column("particulars", sa.JSON()),
    )
    columns = documents.c
    printed = sa.select(columns.id, columns.candidate_id, columns.clear).where(columns.clear.is_not(None))
    rows = [row for row in connection.execute(printed).all() if row.clear is not None]
    earlier = EarlierRows(connection) if rows else None
    for row in rows:
        cipher = earlier.cipher(row.candidate_id or row.id, "documents")
        letterhead = row.clear["letterhead"]
        particulars = {
            "certification_title": row.clear["certification_title"],
            "organisation": letterhead["organisation_name"],
            "register_number": row.clear.get("register_number"),
            "specimen": letterhead["specimen"] or letterhead["certifier"] is None,
        }
        sealed = cipher.seal(json.dumps(row.clear), place=f"documents.body_data:{row.id}")
        changed = {"body_data": sealed, "particulars": particulars}
        connection.execute(sa.update(documents).where(columns.id == row.id).values(**changed))
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_column("clear")
        batch_op.create_check_constraint(
            batch_op.f("ck_documents_issued"),
            "state <> 'issued' OR (particulars IS NOT NULL AND template_version IS NOT NULL AND issued_at IS NOT NULL"
            " AND sha256 IS NOT NULL AND size IS NOT NULL)",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_documents_kept"), "state <> 'issued' OR (erased_at IS NULL) = (body_data IS NOT NULL)"
        )


def downgrade() -> None:
    raise RuntimeError("what is sealed is not written in clear again: restore the backup of before the upgrade")
