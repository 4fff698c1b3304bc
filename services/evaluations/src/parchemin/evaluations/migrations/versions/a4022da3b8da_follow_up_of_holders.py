"""Follow-up of holders"""

import sqlalchemy as sa
from alembic import op

revision = "a4022da3b8da"
down_revision = "7b2506745af0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_up_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("situation", sa.String(length=20), nullable=False),
        sa.Column("job_title", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "situation IN ('employed_in_field', 'employed_elsewhere', 'self_employed', 'studying', 'seeking', 'other')",
            name=op.f("ck_follow_up_answers_situation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_answers")),
    )
    with op.batch_alter_table("follow_up_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_follow_up_answers_organisation_id_year_months"),
            ["organisation_id", "year", "months"],
            unique=False,
        )

    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (token_hash IS NOT NULL)", name=op.f("ck_follow_ups_link")),
        sa.CheckConstraint("state IN ('due', 'sent', 'answered')", name=op.f("ck_follow_ups_state")),
        sa.CheckConstraint("token_hash IS NULL OR expires_at IS NOT NULL", name=op.f("ck_follow_ups_expiry")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_follow_ups_award_id_awards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("award_id", "months", name=op.f("uq_follow_ups_award_id_months")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_follow_ups_token_hash")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_follow_ups_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_ups_organisation_id_updated_at_id"))

    op.drop_table("follow_ups")
    with op.batch_alter_table("follow_up_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_answers_organisation_id_year_months"))

    op.drop_table("follow_up_answers")
