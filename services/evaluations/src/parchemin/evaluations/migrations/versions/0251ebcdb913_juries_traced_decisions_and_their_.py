"""juries, traced decisions and their publication"""

import sqlalchemy as sa
from alembic import op

revision = "0251ebcdb913"
down_revision = "6035e95cae13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jury_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("juror_id", sa.Uuid(), nullable=False),
        sa.Column("sworn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_jury_statements_juror_id_jurors")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_jury_statements_session_id_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_statements")),
    )
    with op.batch_alter_table("jury_statements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_jury_statements_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_jury_statements_session_id"), ["session_id"], unique=False)

    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_awards_candidate_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_awards_enrolment_id"), type_="unique")
        batch_op.create_index(
            "uq_awards_standing_candidate_id",
            ["candidate_id"],
            unique=True,
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.create_index(
            "uq_awards_standing_enrolment_id",
            ["enrolment_id"],
            unique=True,
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        )

    with op.batch_alter_table("block_validations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_block_validations_enrolment_id_block"), type_="unique")
        batch_op.create_index(
            "uq_block_validations_standing",
            ["enrolment_id", "block"],
            unique=True,
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        )

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("standing", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("supersedes", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("levels", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("grounds", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("vote", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("sheets", sa.JSON(), server_default="[]", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_decisions_registration_id_competency"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_decisions_registration_id_competency_number"), ["registration_id", "competency", "number"]
        )
        batch_op.create_index(
            "uq_decisions_standing",
            ["registration_id", "competency"],
            unique=True,
            postgresql_where=sa.text("standing"),
            sqlite_where=sa.text("standing"),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_decisions_supersedes"), ["supersedes"])
        batch_op.create_foreign_key(
            batch_op.f("fk_decisions_supersedes_decisions"), "decisions", ["supersedes"], ["id"]
        )
        batch_op.create_check_constraint(batch_op.f("ck_decisions_numbered"), "(number = 1) = (supersedes IS NULL)")
        batch_op.drop_index("uq_decisions_acquired_once")
        batch_op.create_index(
            "uq_decisions_acquired_once",
            ["enrolment_id", "competency"],
            unique=True,
            postgresql_where=sa.text("outcome = 'acquired' AND standing"),
            sqlite_where=sa.text("outcome = 'acquired' AND standing"),
        )

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        for column in ("number", "standing", "levels", "sheets"):
            batch_op.alter_column(column, server_default=None)

    with op.batch_alter_table("jurors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("employer", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("fields", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("qualified", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("sex", sa.String(length=1), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_jurors_sex"), "sex IN ('F', 'M')")

    with op.batch_alter_table("jurors", schema=None) as batch_op:
        for column in ("fields", "qualified"):
            batch_op.alter_column(column, server_default=None)

    with op.batch_alter_table("jury_seats", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sworn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("replaces", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("replacement_reason", sa.String(length=4000), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_jury_seats_replaces_jurors"), "jurors", ["replaces"], ["id"])
        batch_op.drop_index("uq_jury_seats_president")
        batch_op.create_index(
            "uq_jury_seats_president",
            ["session_id"],
            unique=True,
            postgresql_where=sa.text("president AND replaced_at IS NULL"),
            sqlite_where=sa.text("president AND replaced_at IS NULL"),
        )

    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access_path", sa.String(length=40), nullable=True))

    with op.batch_alter_table("known_exemptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("learned_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vote", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("adopted_by", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("policy", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("results_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_sessions_results_at"), ["results_at"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_sessions_closed_by_jurors"), "jurors", ["closed_by"], ["id"])

    # what was closed before was published at once, by the only policy there was
    op.execute(
        "UPDATE sessions SET closed_at = updated_at, results_at = updated_at, published_at = updated_at,"
        " policy = 'default', adopted_by = 'unanimity' WHERE state = 'closed'"
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_sessions_adopted_by"), "adopted_by IN ('unanimity', 'majority', 'casting_vote')"
        )
        batch_op.create_check_constraint(batch_op.f("ck_sessions_closed"), "(closed_at IS NULL) = (state <> 'closed')")
        batch_op.create_check_constraint(
            batch_op.f("ck_sessions_published"), "published_at IS NULL OR state = 'closed'"
        )


def downgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        for name in ("adopted_by", "closed", "published"):
            batch_op.drop_constraint(batch_op.f(f"ck_sessions_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_sessions_closed_by_jurors"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_sessions_results_at"))
        batch_op.drop_column("published_at")
        batch_op.drop_column("results_at")
        batch_op.drop_column("policy")
        batch_op.drop_column("adopted_by")
        batch_op.drop_column("closed_by")
        batch_op.drop_column("closed_at")

    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.drop_column("vote")

    with op.batch_alter_table("known_exemptions", schema=None) as batch_op:
        batch_op.drop_column("learned_at")

    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.drop_column("access_path")

    with op.batch_alter_table("jury_seats", schema=None) as batch_op:
        batch_op.drop_index("uq_jury_seats_president")
        batch_op.create_index(
            "uq_jury_seats_president",
            ["session_id"],
            unique=True,
            postgresql_where=sa.text("president"),
            sqlite_where=sa.text("president"),
        )
        batch_op.drop_constraint(batch_op.f("fk_jury_seats_replaces_jurors"), type_="foreignkey")
        batch_op.drop_column("replacement_reason")
        batch_op.drop_column("replaced_at")
        batch_op.drop_column("replaces")
        batch_op.drop_column("sworn_at")

    with op.batch_alter_table("jurors", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_jurors_sex"), type_="check")
        batch_op.drop_column("sex")
        batch_op.drop_column("qualified")
        batch_op.drop_column("fields")
        batch_op.drop_column("employer")

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index("uq_decisions_acquired_once")
        batch_op.create_index(
            "uq_decisions_acquired_once",
            ["enrolment_id", "competency"],
            unique=True,
            postgresql_where=sa.text("outcome = 'acquired'"),
            sqlite_where=sa.text("outcome = 'acquired'"),
        )
        batch_op.drop_constraint(batch_op.f("ck_decisions_numbered"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_decisions_supersedes_decisions"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_decisions_supersedes"), type_="unique")
        batch_op.drop_index(
            "uq_decisions_standing", postgresql_where=sa.text("standing"), sqlite_where=sa.text("standing")
        )
        batch_op.drop_constraint(batch_op.f("uq_decisions_registration_id_competency_number"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_decisions_registration_id_competency"), ["registration_id", "competency"]
        )
        batch_op.drop_column("sheets")
        batch_op.drop_column("vote")
        batch_op.drop_column("grounds")
        batch_op.drop_column("levels")
        batch_op.drop_column("supersedes")
        batch_op.drop_column("standing")
        batch_op.drop_column("number")

    with op.batch_alter_table("block_validations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_block_validations_standing",
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_block_validations_enrolment_id_block"), ["enrolment_id", "block"]
        )
        batch_op.drop_column("revoked_at")

    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_awards_standing_enrolment_id",
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_awards_standing_candidate_id",
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_awards_enrolment_id"), ["enrolment_id"])
        batch_op.create_unique_constraint(batch_op.f("uq_awards_candidate_id"), ["candidate_id"])
        batch_op.drop_column("revoked_at")

    with op.batch_alter_table("jury_statements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_statements_session_id"))
        batch_op.drop_index(batch_op.f("ix_jury_statements_organisation_id_updated_at_id"))

    op.drop_table("jury_statements")
