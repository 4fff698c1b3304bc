"""Which login is a candidate's"""

import sqlalchemy as sa
from alembic import op

revision = "5bd93b88ff8d"
down_revision = "6035e95cae13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_candidates",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_known_candidates")),
    )
    with op.batch_alter_table("known_candidates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_known_candidates_organisation_id_subject"), ["organisation_id", "subject"], unique=False
        )

    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_enrolments_candidate_id"), ["candidate_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("known_enrolments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_enrolments_candidate_id"))

    with op.batch_alter_table("known_candidates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_candidates_organisation_id_subject"))

    op.drop_table("known_candidates")
