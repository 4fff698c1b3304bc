"""What is kept of persons is sealed, and goes with them

The outbox, dead letters and answers to idempotency keys say under whose key they are sealed.
"""

import sqlalchemy as sa
from alembic import op

from parchemin.common.vault.migrating import EarlierRows

revision = "a83f26d10c5b"
down_revision = "9b6246902512"
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
    _seal_owners()


def _seal_owners() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("productions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_productions_owner_subject"))
        batch_op.alter_column("owner_subject", new_column_name="owner_clear", existing_type=sa.String(length=255))
    with op.batch_alter_table("productions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("owner_subject", sa.LargeBinary(), nullable=True))
    productions = sa.table(
        "productions",
        sa.column("id", sa.Uuid()),
        sa.column("enrolment_id", sa.Uuid()),
        sa.column("owner_clear", sa.String()),
        sa.column("owner", sa.LargeBinary()),
        sa.column("owner_subject", sa.LargeBinary()),
    )
    enrolments = sa.table("known_enrolments", sa.column("id", sa.Uuid()), sa.column("candidate_id", sa.Uuid()))
    columns = productions.c
    owned = (
        sa.select(columns.id, columns.owner_clear, enrolments.c.candidate_id)
        .join(enrolments, enrolments.c.id == columns.enrolment_id)
        .where(columns.owner_clear.is_not(None))
    )
    rows = connection.execute(owned).all()
    earlier = EarlierRows(connection) if rows else None
    for row in rows:
        cipher = earlier.cipher(row.candidate_id, "dossier")
        sealed = {
            "owner": earlier.index().digest("login", row.owner_clear),
            "owner_subject": cipher.seal(row.owner_clear, place=f"productions.owner_subject:{row.id}"),
        }
        connection.execute(sa.update(productions).where(columns.id == row.id).values(**sealed))
    with op.batch_alter_table("productions", schema=None) as batch_op:
        batch_op.drop_column("owner_clear")
        batch_op.create_index(batch_op.f("ix_productions_owner"), ["owner"], unique=False)


def downgrade() -> None:
    raise RuntimeError("what is sealed is not written in clear again: restore the backup of before the upgrade")
