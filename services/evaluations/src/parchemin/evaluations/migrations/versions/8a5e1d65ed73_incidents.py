"""Incidents of a session"""

import sqlalchemy as sa
from alembic import op

revision = "8a5e1d65ed73"
down_revision = "89e9261376b0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("description", sa.String(length=4000), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.String(length=255), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hearing", sa.String(length=20), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=4000), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "(kind = 'incident') = (state IN ('recorded', 'settled'))", name=op.f("ck_incidents_procedure")
        ),
        sa.CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name=op.f("ck_incidents_decided")),
        sa.CheckConstraint(
            "(state IN ('decided', 'dismissed')) = (reason IS NOT NULL)", name=op.f("ck_incidents_reasoned")
        ),
        sa.CheckConstraint("(state IN ('heard', 'decided')) = (hearing IS NOT NULL)", name=op.f("ck_incidents_heard")),
        sa.CheckConstraint("hearing IN ('heard', 'did_not_come')", name=op.f("ck_incidents_hearing")),
        sa.CheckConstraint("kind = 'incident' OR NOT blocking", name=op.f("ck_incidents_blocking")),
        sa.CheckConstraint("kind = 'incident' OR registration_id IS NOT NULL", name=op.f("ck_incidents_suspect")),
        sa.CheckConstraint("kind IN ('incident', 'fraud_suspicion')", name=op.f("ck_incidents_kind")),
        sa.CheckConstraint("outcome IN ('dismissed', 'warning', 'excluded')", name=op.f("ck_incidents_outcome")),
        sa.CheckConstraint("state <> 'suspended' OR suspended_at IS NOT NULL", name=op.f("ck_incidents_suspended")),
        sa.CheckConstraint(
            "state IN ('recorded', 'settled', 'reported', 'suspended', 'heard', 'decided', 'dismissed')",
            name=op.f("ck_incidents_state"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_incidents_registration_id_registrations")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_incidents_session_id_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incidents_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_incidents_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_session_id"), ["session_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incidents_session_id"))
        batch_op.drop_index(batch_op.f("ix_incidents_registration_id"))
        batch_op.drop_index(batch_op.f("ix_incidents_organisation_id_updated_at_id"))

    op.drop_table("incidents")
