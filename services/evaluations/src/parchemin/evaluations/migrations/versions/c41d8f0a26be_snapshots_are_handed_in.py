"""Snapshots of productions are handed in"""

import sqlalchemy as sa
from alembic import op

revision = "c41d8f0a26be"
down_revision = "952517d65dc1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_snapshots")),
    )
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("snapshot_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_deposits_snapshot_id_known_snapshots"), "known_snapshots", ["snapshot_id"], ["id"]
        )
        batch_op.drop_constraint(batch_op.f("ck_deposits_media_type"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_deposits_media_type"),
            "(state = 'accepted' AND snapshot_id IS NULL) = (media_type IS NOT NULL)",
        )
        batch_op.create_check_constraint(batch_op.f("ck_deposits_snapshot_size"), "(snapshot_id IS NULL) = (size > 0)")
        batch_op.create_check_constraint(
            batch_op.f("ck_deposits_snapshot_state"), "snapshot_id IS NULL OR state = 'accepted'"
        )


def downgrade() -> None:
    op.execute("DELETE FROM deposits WHERE snapshot_id IS NOT NULL")
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_deposits_snapshot_state"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_deposits_snapshot_size"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_deposits_media_type"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_deposits_media_type"), "(state = 'accepted') = (media_type IS NOT NULL)"
        )
        batch_op.drop_constraint(batch_op.f("fk_deposits_snapshot_id_known_snapshots"), type_="foreignkey")
        batch_op.drop_column("snapshot_id")

    op.drop_table("known_snapshots")
