"""appeals"""

import sqlalchemy as sa
from alembic import op

revision = "e13d094eb896"
down_revision = "8b259c431723"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("competencies", sa.JSON(), nullable=False),
        sa.Column("grounds", sa.String(length=4000), nullable=False),
        sa.Column("filed_by", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("report", sa.String(length=4000), nullable=True),
        sa.Column("reason", sa.String(length=4000), nullable=True),
        sa.Column("ruled_by", sa.String(length=255), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ruled_at IS NOT NULL) = (state IN ('upheld', 'rejected', 'inadmissible'))", name=op.f("ck_appeals_ruled")
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'instructed', 'withdrawn', 'upheld', 'rejected', 'inadmissible')",
            name=op.f("ck_appeals_state"),
        ),
        sa.CheckConstraint("(ruled_at IS NULL) = (reason IS NULL)", name=op.f("ck_appeals_reasoned")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["known_enrolments.id"], name=op.f("fk_appeals_enrolment_id_known_enrolments")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_appeals_registration_id_registrations")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_appeals_session_id_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_appeals_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_appeals_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "uq_appeals_open",
            ["registration_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('filed', 'instructed')"),
            sqlite_where=sa.text("state IN ('filed', 'instructed')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_appeals_open",
            postgresql_where=sa.text("state IN ('filed', 'instructed')"),
            sqlite_where=sa.text("state IN ('filed', 'instructed')"),
        )
        batch_op.drop_index(batch_op.f("ix_appeals_session_id"))
        batch_op.drop_index(batch_op.f("ix_appeals_organisation_id_updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_appeals_enrolment_id"))

    op.drop_table("appeals")
