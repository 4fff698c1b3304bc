"""Keys of persons"""

import sqlalchemy as sa
from alembic import op

revision = "9422b8293a35"
down_revision = "6c364f7767cb"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(length=16), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(wrapped IS NULL) = (wrapped_by IS NULL)", name=op.f("ck_person_keys_wrapped")),
        sa.PrimaryKeyConstraint("person_id", "purpose", name=op.f("pk_person_keys")),
    )
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_keys_wrapped_by"), ["wrapped_by"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_keys_wrapped_by"))

    op.drop_table("person_keys")
