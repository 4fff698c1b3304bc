"""Revoked documents"""

import sqlalchemy as sa
from alembic import op

revision = "7a41c9e0b52d"
down_revision = "2f6c1d7a9e40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_on", sa.Date(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_documents_revoked"), "revoked_on IS NULL OR kind IN ('diploma', 'block_attestation')"
        )


def downgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_documents_revoked"), type_="check")
        batch_op.drop_column("revoked_on")
