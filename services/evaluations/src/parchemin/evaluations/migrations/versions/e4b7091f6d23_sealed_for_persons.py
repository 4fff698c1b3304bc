"""What is kept of persons is sealed, and goes with them

The outbox, dead letters and answers to idempotency keys say under whose key they are sealed.
"""

import sqlalchemy as sa
from alembic import op

from parchemin.common.vault.migrating import EarlierRows

revision = "e4b7091f6d23"
down_revision = "8dde6e8857b8"
branch_labels = None
depends_on = None


POSTGRES = """
CREATE OR REPLACE FUNCTION refuse_change_of_signed_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'signed' AND NEW.state = 'corrected'
        AND to_jsonb(NEW) - '{state,version,updated_at}'::text[] = to_jsonb(OLD) - '{state,version,updated_at}'::text[]
    THEN
        RETURN NEW;
    END IF;
    IF OLD.comments_erased_at IS NULL AND NEW.comments_erased_at IS NOT NULL
        AND to_jsonb(NEW) - '{levels,reason,comments_erased_at,version,updated_at}'::text[]
            = to_jsonb(OLD) - '{levels,reason,comments_erased_at,version,updated_at}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signed sheet does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_stays';
END $$
"""
KEPT = (
    "id", "created_at", "organisation_id", "session_id", "registration_id", "juror_id", "number", "opinions",
    "signed_at", "digest",
)  # fmt: skip
SQLITE = f"""
CREATE TRIGGER signed_stays BEFORE UPDATE ON sheets
    WHEN OLD.state <> 'draft' AND NOT (
        {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)} AND (
            (OLD.state = 'signed' AND NEW.state = 'corrected' AND NEW.levels IS OLD.levels AND NEW.reason IS OLD.reason
                AND NEW.comments_erased_at IS OLD.comments_erased_at)
            OR (NEW.state IS OLD.state AND OLD.comments_erased_at IS NULL AND NEW.comments_erased_at IS NOT NULL)
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'a signed sheet does not change');
END
"""
SQLITE_BEFORE = f"""
CREATE TRIGGER signed_stays BEFORE UPDATE ON sheets
    WHEN OLD.state <> 'draft' AND NOT (
        OLD.state = 'signed' AND NEW.state = 'corrected'
        AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in (*KEPT, "levels", "reason"))}
    )
BEGIN
    SELECT RAISE(ABORT, 'a signed sheet does not change');
END
"""
_OF_APPEALS = "SELECT candidate_id FROM known_enrolments WHERE id = appeals.enrolment_id"
_OF_INCIDENTS = (
    "SELECT e.candidate_id FROM registrations r JOIN known_enrolments e ON e.id = r.enrolment_id"
    " WHERE r.id = incidents.registration_id"
)


def upgrade() -> None:
    op.create_table(
        "doomed_files",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("doomed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_doomed_files")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_for", sa.Uuid(), nullable=True))
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_for", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_dead_letters_sealed_for"), ["sealed_for"], unique=False)
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.Text(), nullable=True))
    _digest_logins()
    _seal_texts("appeals", ("grounds", "report"), _OF_APPEALS)
    _seal_texts("incidents", ("description",), _OF_INCIDENTS)
    _seal_file_names()
    _let_comments_be_erased()


def _digest_logins() -> None:
    connection = op.get_bind()
    op.add_column("known_candidates", sa.Column("login", sa.LargeBinary(), nullable=True))
    known = sa.table(
        "known_candidates",
        sa.column("candidate_id", sa.Uuid()),
        sa.column("subject", sa.String()),
        sa.column("login", sa.LargeBinary()),
    )
    columns = known.c
    rows = connection.execute(
        sa.select(columns.candidate_id, columns.subject).where(columns.subject.is_not(None))
    ).all()
    index = EarlierRows(connection).index() if rows else None
    for row in rows:
        login = index.digest("login", row.subject)
        connection.execute(sa.update(known).where(columns.candidate_id == row.candidate_id).values(login=login))
    with op.batch_alter_table("known_candidates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_candidates_organisation_id_subject"))
        batch_op.drop_column("subject")
        batch_op.create_index(
            batch_op.f("ix_known_candidates_organisation_id_login"), ["organisation_id", "login"], unique=False
        )


def _seal_texts(name: str, texts: tuple[str, ...], person: str) -> None:
    """Under the key of whom the row is about; its own where it is about nobody."""
    connection = op.get_bind()
    with op.batch_alter_table(name, schema=None) as batch_op:
        for text in texts:
            batch_op.alter_column(text, new_column_name=f"{text}_clear", existing_type=sa.String(length=4000))
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_for", sa.Uuid(), nullable=True))
        for text in texts:
            batch_op.add_column(sa.Column(text, sa.LargeBinary(), nullable=True))
    op.execute(f"UPDATE {name} SET sealed_for = COALESCE(({person}), id)")  # noqa: S608 - constants
    table = sa.table(
        name,
        sa.column("id", sa.Uuid()),
        sa.column("sealed_for", sa.Uuid()),
        *(sa.column(text, sa.LargeBinary()) for text in texts),
        *(sa.column(f"{text}_clear", sa.String()) for text in texts),
    )
    rows = connection.execute(sa.select(table)).mappings().all()
    earlier = EarlierRows(connection) if rows else None
    for row in rows:
        cipher = earlier.cipher(row["sealed_for"], "dossier")
        sealed = {
            text: cipher.seal(row[f"{text}_clear"], place=f"{name}.{text}:{row['id']}")
            for text in texts
            if row[f"{text}_clear"] is not None
        }
        connection.execute(sa.update(table).where(table.c.id == row["id"]).values(**sealed))
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.alter_column("sealed_for", existing_type=sa.Uuid(), nullable=False)
        batch_op.create_index(batch_op.f(f"ix_{name}_sealed_for"), ["sealed_for"], unique=False)
        for text in texts:
            batch_op.drop_column(f"{text}_clear")


def _seal_file_names() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.alter_column("file_name", new_column_name="name_clear", existing_type=sa.String(length=300))
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_name", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    deposits = sa.table(
        "deposits",
        sa.column("id", sa.Uuid()),
        sa.column("candidate_id", sa.Uuid()),
        sa.column("name_clear", sa.String()),
        sa.column("file_name", sa.LargeBinary()),
    )
    columns = deposits.c
    rows = connection.execute(sa.select(deposits).where(columns.name_clear != "")).all()
    earlier = EarlierRows(connection) if rows else None
    for row in rows:
        cipher = earlier.cipher(row.candidate_id, "dossier")
        sealed = cipher.seal(row.name_clear, place=f"deposits.file_name:{row.id}")
        connection.execute(sa.update(deposits).where(columns.id == row.id).values(file_name=sealed))
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.drop_column("name_clear")


def _let_comments_be_erased() -> None:
    op.add_column("sheets", sa.Column("comments_erased_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER signed_stays")
        op.execute(SQLITE)
    else:
        op.execute(POSTGRES)


def downgrade() -> None:
    """Where nobody is known yet: what is sealed is not written in clear again."""
    connection = op.get_bind()
    sealed = (
        ("known_candidates", "login"),
        ("appeals", "grounds"),
        ("incidents", "description"),
        ("deposits", "file_name"),
    )
    for name, column in sealed:
        if connection.scalar(sa.text(f"SELECT count({column}) FROM {name}")):  # noqa: S608 - constants
            raise RuntimeError(f"{name} is sealed: restore the backup of before the upgrade")
    if connection.dialect.name == "sqlite":
        op.execute("DROP TRIGGER signed_stays")
    with op.batch_alter_table("sheets", schema=None) as batch_op:
        batch_op.drop_column("comments_erased_at")
    if connection.dialect.name == "sqlite":
        op.execute(SQLITE_BEFORE)
    with op.batch_alter_table("deposits", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
        batch_op.drop_column("file_name")
        batch_op.add_column(sa.Column("file_name", sa.String(length=300), nullable=False, server_default=""))
    for name, texts in (("appeals", ("grounds", "report")), ("incidents", ("description",))):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{name}_sealed_for"))
            batch_op.drop_column("sealed_for")
            for text in texts:
                batch_op.drop_column(text)
        with op.batch_alter_table(name, schema=None) as batch_op:
            for text in texts:
                told = {"nullable": True} if text == "report" else {"nullable": False, "server_default": ""}
                batch_op.add_column(sa.Column(text, sa.String(length=4000), **told))
    with op.batch_alter_table("known_candidates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_candidates_organisation_id_login"))
        batch_op.drop_column("login")
        batch_op.add_column(sa.Column("subject", sa.String(length=255), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_known_candidates_organisation_id_subject"), ["organisation_id", "subject"], unique=False
        )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_column("about")
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dead_letters_sealed_for"))
        batch_op.drop_column("sealed_for")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("sealed_for")
    op.drop_table("doomed_files")
