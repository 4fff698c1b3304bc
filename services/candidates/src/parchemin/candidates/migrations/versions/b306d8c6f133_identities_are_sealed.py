"""Identities are sealed"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.storage import (
    fingerprint,
    person_place,
    subject_digest,
    tokens_of,
)
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.tables import person_keys
from parchemin.common.vault import BlindIndex, FieldCipher, Purpose
from parchemin.common.vault.vault import INDEX, NOBODY, place_of
from parchemin.common.vault.wrapping import WrappingKeys, installation_keys

revision = "b306d8c6f133"
down_revision = "9422b8293a35"
branch_labels = None
depends_on = None

CLEAR = (
    "first_names",
    "birth_country",
    "birth_date",
    "sex",
    "birth_insee_code",
    "person_key",
    "used_name",
    "birth_city",
    "birth_name",
    "birth_postal_code",
    "email",
    "subject",
)


def upgrade() -> None:
    op.create_table(
        "candidate_names",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_candidate_names_candidate_id_candidates"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token", "candidate_id", name=op.f("pk_candidate_names")),
    )
    with op.batch_alter_table("candidate_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_names_candidate_id"), ["candidate_id"], unique=False)
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("fingerprint", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("subject_digest", sa.LargeBinary(), nullable=True))
    _seal(op.get_bind())
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidates_subject"))
        batch_op.drop_constraint(batch_op.f("uq_candidates_organisation_id_person_key"), type_="unique")
        batch_op.drop_constraint(batch_op.f("ck_candidates_sex"), type_="check")
        batch_op.alter_column("person", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("fingerprint", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.create_index(batch_op.f("ix_candidates_subject_digest"), ["subject_digest"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_candidates_organisation_id_fingerprint"), ["organisation_id", "fingerprint"]
        )
        for column in CLEAR:
            batch_op.drop_column(column)


def _seal(connection: sa.Connection) -> None:
    """What was recorded in clear, under keys of the persons."""
    candidates = sa.Table("candidates", sa.MetaData(), autoload_with=connection)
    candidates.c.id.type = candidates.c.organisation_id.type = sa.Uuid()
    candidates.c.birth_date.type, candidates.c.first_names.type = sa.Date(), sa.JSON()
    names = sa.table("candidate_names", sa.column("token"), sa.column("candidate_id", sa.Uuid()))
    rows = connection.execute(sa.select(candidates)).mappings().all()
    if not rows:
        return
    keys = installation_keys(EncryptionSettings(), house().var / "keys")
    index = BlindIndex(_new_key(connection, keys, NOBODY, INDEX))
    for row in rows:
        person = _person(row)
        cipher = FieldCipher(_new_key(connection, keys, row["id"], Purpose.IDENTITY))
        organisation = row["organisation_id"]
        connection.execute(
            sa.update(candidates)
            .where(candidates.c.id == row["id"])
            .values(
                person=cipher.seal(person.model_dump_json(), place=person_place(row["id"])),
                fingerprint=fingerprint(index, organisation, person),
                subject_digest=subject_digest(index, organisation, person.subject),
            )
        )
        tokens = tokens_of(index, organisation, person)
        connection.execute(sa.insert(names), [{"token": token, "candidate_id": row["id"]} for token in tokens])


def _new_key(connection: sa.Connection, keys: WrappingKeys, person_id: object, purpose: str) -> bytes:
    key = AESGCM.generate_key(256)
    connection.execute(
        sa.insert(person_keys).values(
            person_id=person_id,
            purpose=purpose,
            wrapped=keys.wrap(key, place=place_of(person_id, purpose)),
            wrapped_by=keys.current,
            made_at=datetime.now(UTC),
        )
    )
    return key


def _person(row: sa.RowMapping) -> Person:
    born: date = row["birth_date"]
    return Person.model_validate(
        {
            **{name: row[name] for name in ("birth_name", "used_name", "first_names", "sex", "email", "subject")},
            "birth_date": born.isoformat(),
            "birth_place": {
                "city": row["birth_city"],
                "country": row["birth_country"],
                "insee_code": row["birth_insee_code"],
                "postal_code": row["birth_postal_code"],
            },
        }
    )


def downgrade() -> None:
    raise RuntimeError("identities are not written in clear again: restore the backup of before the upgrade")
