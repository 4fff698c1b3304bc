"""trace of a document"""

import sqlalchemy as sa
from alembic import op

revision = "d61ab5d1e4fd"
down_revision = "8630e3aa16dd"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("traceparent", sa.String(length=55), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_column("traceparent")
