"""Imports of cohorts"""

import sqlalchemy as sa
from alembic import op

revision = "544a8051c4e5"
down_revision = "7c6504b8f0b7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "candidate_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("class_id", sa.String(length=255), nullable=True),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("all_or_nothing", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("failure", sa.String(length=100), nullable=True),
        sa.Column("submitter_issuer", sa.String(length=255), nullable=False),
        sa.Column("submitter_subject", sa.String(length=255), nullable=False),
        sa.Column("rejected_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_candidate_imports_state")
        ),
        sa.CheckConstraint("rows_done BETWEEN 0 AND rows", name=op.f("ck_candidate_imports_rows_done")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_imports")),
    )
    with op.batch_alter_table("candidate_imports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_candidate_imports_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_candidate_imports_unfinished",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )

    op.create_table(
        "candidate_import_files",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["candidate_imports.id"],
            name=op.f("fk_candidate_import_files_import_id_candidate_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "role", name=op.f("pk_candidate_import_files")),
    )
    op.create_table(
        "candidate_import_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('created', 'updated', 'unchanged', 'rejected', 'held', 'left')",
            name=op.f("ck_candidate_import_rows_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["candidate_imports.id"],
            name=op.f("fk_candidate_import_rows_import_id_candidate_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_import_rows")),
        sa.UniqueConstraint("import_id", "line", name=op.f("uq_candidate_import_rows_import_id_line")),
    )
    with op.batch_alter_table("candidate_import_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_import_rows_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_candidate_import_rows_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )

    op.create_table(
        "candidate_origins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_origins_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_origins")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_candidate_origins_organisation_id_key")),
    )
    with op.batch_alter_table("candidate_origins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_origins_candidate_id"), ["candidate_id"], unique=False)

    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_candidates_organisation_id_created_at_id"),
            ["organisation_id", "created_at", "id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidates_organisation_id_created_at_id"))

    with op.batch_alter_table("candidate_origins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_origins_candidate_id"))

    op.drop_table("candidate_origins")
    with op.batch_alter_table("candidate_import_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_import_rows_organisation_id_updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_candidate_import_rows_candidate_id"))

    op.drop_table("candidate_import_rows")
    op.drop_table("candidate_import_files")
    with op.batch_alter_table("candidate_imports", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_candidate_imports_unfinished",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.drop_index(batch_op.f("ix_candidate_imports_organisation_id_updated_at_id"))

    op.drop_table("candidate_imports")
