"""Enrolments have states, dates, funding, recognised blocks and transfers; what is heard of their outcomes is kept"""

import sqlalchemy as sa
from alembic import op

revision = "a5d3f19c7e20"
down_revision = "bd4f846a53c2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "cancelled_sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_cancelled_sessions")),
    )
    op.create_table(
        "progress_facts",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("enrolment_id", "kind", "subject", name=op.f("pk_progress_facts")),
    )
    op.create_table(
        "block_equivalences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_version", sa.String(length=32), nullable=False),
        sa.Column("to_version", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=4000), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.CheckConstraint("from_version <> to_version", name=op.f("ck_block_equivalences_two_versions")),
        sa.CheckConstraint("number > 0", name=op.f("ck_block_equivalences_number")),
        sa.ForeignKeyConstraint(
            ["from_version"],
            ["known_referentials.version"],
            name=op.f("fk_block_equivalences_from_version_known_referentials"),
        ),
        sa.ForeignKeyConstraint(
            ["to_version"],
            ["known_referentials.version"],
            name=op.f("fk_block_equivalences_to_version_known_referentials"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_equivalences")),
        sa.UniqueConstraint(
            "from_version", "to_version", "number", name=op.f("uq_block_equivalences_from_version_to_version_number")
        ),
    )
    with op.batch_alter_table("block_equivalences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_equivalences_to_version"), ["to_version"], unique=False)

    op.create_table(
        "recognitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("equivalence_id", sa.Uuid(), nullable=True),
        sa.Column("source_enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("source_version", sa.String(length=32), nullable=True),
        sa.Column("source_blocks", sa.JSON(), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("proof_digest", sa.String(length=64), nullable=True),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("claimant", sa.LargeBinary(), nullable=True),
        sa.Column("decider", sa.LargeBinary(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(ground = 'equivalence') = (equivalence_id IS NOT NULL)", name=op.f("ck_recognitions_by_table")
        ),
        sa.CheckConstraint("(ground = 'proof') = (claimant IS NOT NULL)", name=op.f("ck_recognitions_claimed")),
        sa.CheckConstraint("(ground = 'proof') = (proof IS NOT NULL)", name=op.f("ck_recognitions_proved")),
        sa.CheckConstraint(
            "(state IN ('recognised', 'refused')) = (decided_on IS NOT NULL)", name=op.f("ck_recognitions_decided")
        ),
        sa.CheckConstraint(
            "ground <> 'proof' OR (decided_on IS NULL) = (decider IS NULL)", name=op.f("ck_recognitions_decided_by")
        ),
        sa.CheckConstraint(
            "ground = 'proof' OR state = 'recognised'", name=op.f("ck_recognitions_by_table_recognised")
        ),
        sa.CheckConstraint("ground IN ('equivalence', 'proof')", name=op.f("ck_recognitions_ground")),
        sa.CheckConstraint(
            "state IN ('claimed', 'recognised', 'refused', 'withdrawn')", name=op.f("ck_recognitions_state")
        ),
        sa.CheckConstraint("(decider IS NULL) = (reason IS NULL)", name=op.f("ck_recognitions_reasoned")),
        sa.CheckConstraint("decider IS NULL OR decider <> claimant", name=op.f("ck_recognitions_two_persons")),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_recognitions_candidate_id_candidates")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_recognitions_enrolment_id_enrolments")
        ),
        sa.ForeignKeyConstraint(
            ["equivalence_id"],
            ["block_equivalences.id"],
            name=op.f("fk_recognitions_equivalence_id_block_equivalences"),
        ),
        sa.ForeignKeyConstraint(
            ["source_enrolment_id"], ["enrolments.id"], name=op.f("fk_recognitions_source_enrolment_id_enrolments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognitions")),
    )
    with op.batch_alter_table("recognitions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recognitions_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recognitions_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_recognitions_standing",
            ["enrolment_id", "block"],
            unique=True,
            postgresql_where=sa.text("state IN ('claimed', 'recognised')"),
            sqlite_where=sa.text("state IN ('claimed', 'recognised')"),
        )

    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("to_candidate_id", sa.Uuid(), nullable=True),
        sa.Column("referential_version", sa.String(length=32), nullable=False),
        sa.Column("access_path", sa.String(length=40), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("consent", sa.String(length=20), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("consent_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(consent = 'recorded') = (consent_digest IS NOT NULL)", name=op.f("ck_transfers_recorded")),
        sa.CheckConstraint(
            "(state = 'completed') = (to_candidate_id IS NOT NULL)", name=op.f("ck_transfers_completed")
        ),
        sa.CheckConstraint("consent IN ('own', 'recorded')", name=op.f("ck_transfers_consent")),
        sa.CheckConstraint(
            "state IN ('proposed', 'consented', 'completed', 'declined', 'withdrawn')", name=op.f("ck_transfers_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('consented', 'completed') OR consent IS NOT NULL", name=op.f("ck_transfers_with_consent")
        ),
        sa.CheckConstraint("(consent IS NULL) = (consented_on IS NULL)", name=op.f("ck_transfers_consented")),
        sa.CheckConstraint("to_organisation_id <> organisation_id", name=op.f("ck_transfers_to_another")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"], name=op.f("fk_transfers_candidate_id_candidates")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_transfers_enrolment_id_enrolments")),
        sa.ForeignKeyConstraint(
            ["to_candidate_id"], ["candidates.id"], name=op.f("fk_transfers_to_candidate_id_candidates")
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"], ["organisations.id"], name=op.f("fk_transfers_to_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfers_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_transfers_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_transfers_to_organisation_id_updated_at_id"),
            ["to_organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_transfers_open",
            ["enrolment_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('proposed', 'consented')"),
            sqlite_where=sa.text("state IN ('proposed', 'consented')"),
        )

    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=20), server_default="active", nullable=False))
        batch_op.add_column(sa.Column("state_since", sa.Date(), server_default="1970-01-01", nullable=False))
        batch_op.add_column(sa.Column("withdrawal_reason", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("entry_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("training_started_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("funding", sa.LargeBinary(), nullable=True))
        batch_op.create_index(batch_op.f("ix_enrolments_state_ends_on"), ["state", "ends_on"], unique=False)
    op.execute(
        sa.text("UPDATE enrolments SET state_since = CAST(created_at AS DATE)")
        if is_postgres
        else sa.text("UPDATE enrolments SET state_since = date(created_at)")
    )
    states = "'applied', 'admitted', 'active', 'completed', 'withdrawn', 'expired'"
    reasons = "'personal', 'employment', 'funding_refused', 'not_admitted', 'excluded', 'entered_by_mistake', 'other'"
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.alter_column("state", server_default=None)
        batch_op.alter_column("state_since", server_default=None)
        batch_op.create_check_constraint(op.f("ck_enrolments_state"), f"state IN ({states})")
        batch_op.create_check_constraint(op.f("ck_enrolments_withdrawal_reason"), f"withdrawal_reason IN ({reasons})")
        batch_op.create_check_constraint(
            op.f("ck_enrolments_withdrawn"), "(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_enrolments_dates"), "entry_on <= ends_on AND training_started_on <= ends_on"
        )


def downgrade() -> None:
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        for name in ("dates", "withdrawn", "withdrawal_reason", "state"):
            batch_op.drop_constraint(batch_op.f(f"ck_enrolments_{name}"), type_="check")
        batch_op.drop_index(batch_op.f("ix_enrolments_state_ends_on"))
        batch_op.drop_column("funding")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("training_started_on")
        batch_op.drop_column("entry_on")
        batch_op.drop_column("withdrawal_reason")
        batch_op.drop_column("state_since")
        batch_op.drop_column("state")

    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_transfers_open",
            postgresql_where=sa.text("state IN ('proposed', 'consented')"),
            sqlite_where=sa.text("state IN ('proposed', 'consented')"),
        )
        batch_op.drop_index(batch_op.f("ix_transfers_to_organisation_id_updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_transfers_organisation_id_updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_transfers_enrolment_id"))

    op.drop_table("transfers")
    with op.batch_alter_table("recognitions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recognitions_standing",
            postgresql_where=sa.text("state IN ('claimed', 'recognised')"),
            sqlite_where=sa.text("state IN ('claimed', 'recognised')"),
        )
        batch_op.drop_index(batch_op.f("ix_recognitions_organisation_id_updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_recognitions_enrolment_id"))

    op.drop_table("recognitions")
    with op.batch_alter_table("block_equivalences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_equivalences_to_version"))

    op.drop_table("block_equivalences")
    op.drop_table("progress_facts")
    op.drop_table("cancelled_sessions")
