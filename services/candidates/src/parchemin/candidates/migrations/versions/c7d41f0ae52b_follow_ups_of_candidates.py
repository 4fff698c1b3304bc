"""Follow-ups of candidates; texts of exemptions under keys of persons"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.common.encryption import installation_ciphers
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.tables import person_keys
from parchemin.common.vault import CannotDecrypt, FieldCipher, Purpose
from parchemin.common.vault.vault import place_of as key_place
from parchemin.common.vault.wrapping import WrappingKeys, installation_keys

revision = "c7d41f0ae52b"
down_revision = "5c1e0a7d2f94"
branch_labels = None
depends_on = None

TEXTS = ("argument", "working_conditions", "reason")
STANDS = "state IN ('granted', 'proposed')"
CHECKS = {
    "state": "state IN ('proposed', 'granted', 'refused', 'withdrawn', 'overtaken')",
    "decided": "(state IN ('proposed', 'withdrawn')) = (decided_at IS NULL)"
    " AND (decided_at IS NULL) = (decider_subject IS NULL) AND (decided_at IS NULL) = (decider_issuer IS NULL)",
    "argued": "(argument IS NOT NULL OR state <> 'proposed')"
    " AND (reason IS NULL OR decided_at IS NOT NULL)"
    " AND (reason IS NOT NULL OR decided_at IS NULL OR argument IS NULL)"
    " AND (integrity IS NULL OR decided_at IS NOT NULL)",
}


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=True),
        sa.Column("consent_form", sa.String(length=20), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.Column("consent_reference", sa.String(length=40), nullable=True),
        sa.Column("consent_recorded_by", sa.String(length=255), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reference", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_follow_ups_withdrawn")),
        sa.CheckConstraint(
            "consent_form <> 'paper' OR consent_reference IS NOT NULL", name=op.f("ck_follow_ups_consent_on_paper")
        ),
        sa.CheckConstraint("consent_form IN ('online', 'paper')", name=op.f("ck_follow_ups_consent_form")),
        sa.CheckConstraint("state <> 'withdrawn' OR request IS NULL", name=op.f("ck_follow_ups_forgotten")),
        sa.CheckConstraint("state IN ('requested', 'open', 'closed', 'withdrawn')", name=op.f("ck_follow_ups_state")),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_follow_ups_candidate_id_candidates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_ups_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_follow_ups_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_follow_ups_under_way",
            ["candidate_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('open', 'requested')"),
            sqlite_where=sa.text("state IN ('open', 'requested')"),
        )

    op.create_table(
        "follow_up_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('need', 'resource', 'exchange', 'evidence')", name=op.f("ck_follow_up_entries_kind")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name=op.f("fk_follow_up_entries_follow_up_id_follow_ups")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_entries")),
    )
    with op.batch_alter_table("follow_up_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_entries_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_follow_up_entries_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )

    op.create_table(
        "graded_competencies",
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_graded_competencies_enrolment_id_enrolments")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "competency", name=op.f("pk_graded_competencies")),
    )
    op.create_table(
        "known_convocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_known_convocations_enrolment_id_enrolments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_convocations")),
        sa.UniqueConstraint("enrolment_id", "session_id", name=op.f("uq_known_convocations_enrolment_id_session_id")),
    )
    with op.batch_alter_table("known_convocations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_convocations_held_on"), ["held_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_known_convocations_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )

    op.create_table(
        "accommodation_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("accommodation_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=255), nullable=False),
        sa.CheckConstraint("outcome IN ('confirmed', 'adjusted')", name=op.f("ck_accommodation_reviews_outcome")),
        sa.ForeignKeyConstraint(
            ["accommodation_id"],
            ["accommodations.id"],
            name=op.f("fk_accommodation_reviews_accommodation_id_accommodations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation_reviews")),
        sa.UniqueConstraint(
            "accommodation_id", "session_id", name=op.f("uq_accommodation_reviews_accommodation_id_session_id")
        ),
    )
    with op.batch_alter_table("accommodation_reviews", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_accommodation_reviews_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )

    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        for check in ("state", "decided"):
            batch_op.drop_constraint(batch_op.f(f"ck_exemptions_{check}"), type_="check")
        batch_op.drop_index("uq_exemptions_standing")
        batch_op.add_column(sa.Column("integrity", sa.LargeBinary(), nullable=True))
        batch_op.alter_column("argument", existing_type=sa.LargeBinary(), nullable=True)
    _reseal(op.get_bind())
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_exemptions_{name}"), condition)
        batch_op.create_index(
            "uq_exemptions_standing",
            ["enrolment_id", "competency"],
            unique=True,
            postgresql_where=sa.text(STANDS),
            sqlite_where=sa.text(STANDS),
        )


def _reseal(connection: sa.Connection) -> None:
    """What was sealed under the installation's key, before persons had keys, is sealed under each candidate's own.

    In the migration, so that no service ever meets the two kinds side by side: its transaction moves all or none. A
    row that none of the configured keys opens ends it with nothing changed; the key that is missing goes into
    `previous_keys`. The old ciphertext stays in older backups, under the installation's key, as long as they are kept.
    """
    exemptions = sa.table(
        "exemptions",
        sa.column("id", sa.Uuid()),
        sa.column("enrolment_id", sa.Uuid()),
        *(sa.column(text, sa.LargeBinary()) for text in TEXTS),
    )
    enrolments = sa.table("enrolments", sa.column("id", sa.Uuid()), sa.column("candidate_id", sa.Uuid()))
    of_candidate = sa.select(exemptions, enrolments.c.candidate_id).join(
        enrolments, enrolments.c.id == exemptions.c.enrolment_id
    )
    rows = connection.execute(of_candidate).mappings().all()
    if not rows:
        return
    settings, folder = EncryptionSettings(), house().var / "keys"
    old, keys = installation_ciphers(settings, folder), installation_keys(settings, folder)
    persons: dict[UUID, FieldCipher] = {}
    for row in rows:
        candidate_id = row["candidate_id"]
        if candidate_id not in persons:
            persons[candidate_id] = FieldCipher(_new_key(connection, keys, candidate_id))
        texts = {}
        for text in TEXTS:
            if row[text] is not None:
                place = f"exemptions.{text}:{row['id']}"
                texts[text] = persons[candidate_id].seal(_opened(old, row[text], place), place=place)
        connection.execute(sa.update(exemptions).where(exemptions.c.id == row["id"]).values(**texts))


def _opened(ciphers: Sequence[FieldCipher], sealed: bytes, place: str) -> str:
    for cipher in ciphers:
        with suppress(CannotDecrypt):
            return cipher.open(sealed, place=place)
    raise RuntimeError(f"no configured key opens {place}: name the one before it in PARCHEMIN_ENCRYPTION_PREVIOUS_KEYS")


def _new_key(connection: sa.Connection, keys: WrappingKeys, person_id: UUID) -> bytes:
    key = AESGCM.generate_key(256)
    connection.execute(
        sa.insert(person_keys).values(
            person_id=person_id,
            purpose=Purpose.DISABILITY,
            wrapped=keys.wrap(key, place=key_place(person_id, Purpose.DISABILITY)),
            wrapped_by=keys.current,
            made_at=datetime.now(UTC),
        )
    )
    return key


def downgrade() -> None:
    raise RuntimeError("texts are not sealed under the installation's key again: restore the backup of before")
