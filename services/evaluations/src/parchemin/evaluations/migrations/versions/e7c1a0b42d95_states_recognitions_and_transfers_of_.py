"""States, recognised blocks and transfers of enrolments"""

import sqlalchemy as sa
from alembic import op

revision = "e7c1a0b42d95"
down_revision = "9a2e044c74f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_enrolments",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["known_enrolments.id"], name=op.f("fk_former_enrolments_enrolment_id_known_enrolments")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "organisation_id", name=op.f("pk_former_enrolments")),
    )
    op.create_table(
        "recognised_competencies",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=16), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["known_enrolments.id"],
            name=op.f("fk_recognised_competencies_enrolment_id_known_enrolments"),
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "competency", name=op.f("pk_recognised_competencies")),
    )
    op.create_table(
        "known_recognitions",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("recognition_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("source_version", sa.String(length=32), nullable=True),
        sa.Column("source_blocks", sa.JSON(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ground IN ('equivalence', 'proof')", name=op.f("ck_known_recognitions_ground")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["known_enrolments.id"], name=op.f("fk_known_recognitions_enrolment_id_known_enrolments")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_known_recognitions_session_id_sessions")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "block", name=op.f("pk_known_recognitions")),
    )
    states = "'applied', 'admitted', 'active', 'completed', 'withdrawn', 'expired'"
    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=20), server_default="active", nullable=False))
    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.alter_column("state", server_default=None)
        batch_op.create_check_constraint(op.f("ck_known_enrolments_state"), f"state IN ({states})")


def downgrade() -> None:
    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_known_enrolments_state"), type_="check")
        batch_op.drop_column("state")

    op.drop_table("known_recognitions")
    op.drop_table("recognised_competencies")
    op.drop_table("former_enrolments")
