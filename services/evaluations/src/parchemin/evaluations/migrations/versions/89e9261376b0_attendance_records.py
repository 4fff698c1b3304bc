"""The attendance sheet keeps its history"""

import sqlalchemy as sa
from alembic import op

revision = "89e9261376b0"
down_revision = "a4022da3b8da"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.String(length=20), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("proof_method", sa.String(length=20), nullable=True),
        sa.Column("proof_sha256", sa.String(length=64), nullable=True),
        sa.Column("justification", sa.String(length=20), nullable=True),
        sa.Column("recorded_by", sa.String(length=255), nullable=False),
        sa.CheckConstraint(
            "attendance <> 'present' OR justification IS NULL", name=op.f("ck_attendance_records_there")
        ),
        sa.CheckConstraint(
            "attendance = 'present' OR (arrived_at IS NULL AND late IS NULL AND proof_method IS NULL)",
            name=op.f("ck_attendance_records_away"),
        ),
        sa.CheckConstraint(
            "attendance IN ('present', 'absent', 'excused')", name=op.f("ck_attendance_records_attendance")
        ),
        sa.CheckConstraint(
            "justification IN ('documented', 'undocumented')", name=op.f("ck_attendance_records_justification")
        ),
        sa.CheckConstraint(
            "proof_method IN ('paper', 'tablet', 'qr_code')", name=op.f("ck_attendance_records_proof_method")
        ),
        sa.CheckConstraint(
            "proof_sha256 IS NULL OR proof_method IS NOT NULL", name=op.f("ck_attendance_records_proof_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_attendance_records_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_records")),
        sa.UniqueConstraint("registration_id", "number", name=op.f("uq_attendance_records_registration_id_number")),
    )
    with op.batch_alter_table("attendance_records", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendance_records_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("attendance_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_records_organisation_id_updated_at_id"))

    op.drop_table("attendance_records")
