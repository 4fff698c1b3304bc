"""Snapshots of productions

Once taken they do not change: a trigger refuses it.
"""

import sqlalchemy as sa
from alembic import op

revision = "5d0e7b1c9a34"
down_revision = "96671cc0c0f3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("production_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["known_enrolments.id"],
            name=op.f("fk_production_snapshots_enrolment_id_known_enrolments"),
        ),
        sa.ForeignKeyConstraint(
            ["production_id"], ["productions.id"], name=op.f("fk_production_snapshots_production_id_productions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_snapshots")),
    )
    with op.batch_alter_table("production_snapshots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_production_snapshots_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_production_snapshots_production_id"), ["production_id"], unique=False)
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("production_snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_production_snapshots_production_id"))
        batch_op.drop_index(batch_op.f("ix_production_snapshots_organisation_id_updated_at_id"))

    op.drop_table("production_snapshots")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_snapshot()")


_TRIGGERS = {
    "sqlite": [
        """CREATE TRIGGER snapshot_stays BEFORE UPDATE ON production_snapshots
        BEGIN SELECT RAISE(ABORT, 'a snapshot does not change'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION refuse_change_of_snapshot() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'a snapshot does not change'; END $$""",
        """CREATE TRIGGER snapshot_stays BEFORE UPDATE ON production_snapshots
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_snapshot()""",
    ],
}
