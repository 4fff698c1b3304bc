"""Convocations are a kind of document"""

from alembic import op

revision = "2f6c1d7a9e40"
down_revision = "cd5dd71bc58f"
branch_labels = None
depends_on = None

BEFORE = "'block_attestation', 'jury_minutes', 'results_notice', 'diploma'"


def upgrade() -> None:
    _allow(f"{BEFORE}, 'convocation'")


def downgrade() -> None:
    _allow(BEFORE)


def _allow(kinds: str) -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_documents_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_documents_kind"), f"kind IN ({kinds})")
