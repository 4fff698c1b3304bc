"""What is kept of persons is sealed, and goes with them

The outbox, dead letters and answers to idempotency keys say under whose key they are sealed.
"""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_column("about")
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dead_letters_sealed_for"))
        batch_op.drop_column("sealed_for")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("sealed_for")
    op.drop_table("doomed_files")
