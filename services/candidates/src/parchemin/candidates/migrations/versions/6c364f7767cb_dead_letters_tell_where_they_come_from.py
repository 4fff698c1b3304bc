"""Dead letters tell where they come from"""

import sqlalchemy as sa
from alembic import op

revision = "6c364f7767cb"
down_revision = "88de4ce737c0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("traceparent", sa.String(length=55), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("headers", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("headers")

    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.drop_column("traceparent")
        batch_op.drop_column("source")
        batch_op.drop_column("attempts")
