"""What candidates hand in, and when"""

import sqlalchemy as sa
from alembic import op

revision = "952517d65dc1"
down_revision = "e13d094eb896"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deposit_parts",
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("deposit_id", "number", name=op.f("pk_deposit_parts")),
    )
    op.create_table(
        "preparations",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens_at < due_at", name=op.f("ck_preparations_order")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_preparations_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_preparations")),
    )
    op.create_table(
        "deposits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("deliverable", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("part_size", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'accepted') = (media_type IS NOT NULL)", name=op.f("ck_deposits_media_type")),
        sa.CheckConstraint("(state = 'open') = (received_at IS NULL)", name=op.f("ck_deposits_received")),
        sa.CheckConstraint("(state = 'refused') = (verdict IS NOT NULL)", name=op.f("ck_deposits_verdict")),
        sa.CheckConstraint(
            "state IN ('open', 'checking', 'quarantined', 'accepted', 'refused')", name=op.f("ck_deposits_state")
        ),
        sa.CheckConstraint("(number IS NULL) = (received_at IS NULL)", name=op.f("ck_deposits_number")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_deposits_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint(
            "registration_id", "deliverable", "number", name=op.f("uq_deposits_registration_id_deliverable_number")
        ),
    )
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deposits_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(
            "ix_deposits_open",
            ["expires_at"],
            unique=False,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            batch_op.f("ix_deposits_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_deposits_waiting",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('checking', 'quarantined')"),
            sqlite_where=sa.text("state IN ('checking', 'quarantined')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_deposits_waiting",
            postgresql_where=sa.text("state IN ('checking', 'quarantined')"),
            sqlite_where=sa.text("state IN ('checking', 'quarantined')"),
        )
        batch_op.drop_index(batch_op.f("ix_deposits_organisation_id_updated_at_id"))
        batch_op.drop_index(
            "ix_deposits_open", postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_deposits_candidate_id"))

    op.drop_table("deposits")
    op.drop_table("preparations")
    op.drop_table("deposit_parts")
