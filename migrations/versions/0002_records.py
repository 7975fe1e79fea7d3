"""What auditors and managers ask for: a log that answers by its indexes, and the records kept beside it."""

from __future__ import annotations

from secrets import token_hex

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _index_more_of_the_log()
    _remember_erasures()
    _create_checkpoints()
    _create_archives()
    _index_what_was_told_later()
    _close_periods()
    _find_people_by_name()


def downgrade() -> None:
    op.drop_index("person_email", "person")
    _leave_periods_open()
    op.drop_index("entry_told_later", "entry")
    _drop_archives()
    _drop_checkpoints()
    _forget_erasures()
    for index in ("entry_breached_at", "entry_party"):
        op.drop_index(index, "entry")


def _index_more_of_the_log() -> None:
    breached = sa.text("kind = 'breached'")
    op.create_index("entry_party", "entry", ["party", "id"])
    op.create_index(
        "entry_breached_at", "entry", ["kind", "at"], sqlite_where=breached, postgresql_where=breached
    )


def _remember_erasures() -> None:
    op.add_column("imported", sa.Column("lead", sa.BigInteger))
    op.create_table(
        "erasure",
        sa.Column("lead", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("scrubbed_at", INSTANT),
    )


def _forget_erasures() -> None:
    op.drop_table("erasure")
    op.drop_column("imported", "lead")


def _create_checkpoints() -> None:
    """Anew, as no earlier slaflow wrote a row; and what tells the heads of this log from those of others."""
    op.create_table("identity", sa.Column("id", sa.Text, primary_key=True))
    op.execute(f"INSERT INTO identity (id) VALUES ('{token_hex(8)}')")
    op.drop_table("checkpoint")
    op.create_table(
        "checkpoint",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("last_entry", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
    )
    op.create_index("checkpoint_size", "checkpoint", ["size", "id"])


def _drop_checkpoints() -> None:
    op.drop_table("identity")
    op.drop_table("checkpoint")
    op.create_table(
        "checkpoint",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )


def _create_archives() -> None:
    if not sa.inspect(op.get_bind()).has_table("archive"):
        _create_archive_tables()
    _let_archived_go()


def _create_archive_tables() -> None:
    op.create_table(
        "archive",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("streams", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.Text, nullable=False),
        sa.Column("first_entry", sa.BigInteger, nullable=False),
        sa.Column("last_entry", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("tree_entry", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("sha256", name="archive_sha256"),
    )
    op.create_table(
        "archived_stream",
        sa.Column("stream", WORD, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("last_entry", sa.BigInteger, nullable=False),
        sa.Column("archive", sa.BigInteger, sa.ForeignKey("archive.id"), nullable=False),
    )
    op.create_index("archived_stream_archive", "archived_stream", ["archive", "stream"])


def _let_archived_go() -> None:
    """Entries may go once an archive holds their stream up to them; nothing else may."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER entry_no_delete")
        op.execute(
            "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry WHEN NOT EXISTS ("
            "SELECT 1 FROM archived_stream WHERE stream = OLD.stream AND seq >= OLD.seq) "
            "BEGIN SELECT RAISE(ABORT, 'slaflow: the log is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER entry_kept ON entry")
    op.execute(
        "CREATE TRIGGER entry_kept BEFORE UPDATE ON entry "
        "FOR EACH ROW EXECUTE FUNCTION slaflow_keep_entries()"
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION slaflow_keep_unarchived() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM archived_stream WHERE stream = OLD.stream AND seq >= OLD.seq) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'slaflow: the log is append-only';
        END
        $$
        """
    )
    op.execute(
        "CREATE OR REPLACE TRIGGER entry_stays BEFORE DELETE ON entry "
        "FOR EACH ROW EXECUTE FUNCTION slaflow_keep_unarchived()"
    )


def _drop_archives() -> None:
    """Unless entries left the log: nothing else knows of them, and an upgrade takes the record up again."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM archive")).scalar():
        return
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER entry_no_delete")
        op.execute(
            "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry "
            "BEGIN SELECT RAISE(ABORT, 'slaflow: the log is append-only'); END"
        )
    else:
        op.execute("DROP TRIGGER entry_stays ON entry")
        op.execute("DROP FUNCTION slaflow_keep_unarchived()")
        op.execute("DROP TRIGGER entry_kept ON entry")
        op.execute(
            "CREATE TRIGGER entry_kept BEFORE UPDATE OR DELETE ON entry "
            "FOR EACH ROW EXECUTE FUNCTION slaflow_keep_entries()"
        )
    op.drop_table("archived_stream")
    op.drop_table("archive")


def _index_what_was_told_later() -> None:
    later = sa.text("arrived_at > at")
    op.create_index("entry_told_later", "entry", ["arrived_at"], sqlite_where=later, postgresql_where=later)


def _close_periods() -> None:
    """When the next period of each agreement closes; those in force already the next tick looks at."""
    op.create_index("period_closed", "period", ["workflow", "closed_at"])
    op.create_table(
        "closing",
        sa.Column("workflow", sa.Text, primary_key=True),
        sa.Column("done_until", INSTANT, nullable=False),
        sa.Column("wake_at", INSTANT),
    )
    op.create_index("closing_wake", "closing", ["wake_at"])
    op.execute(
        "INSERT INTO closing (workflow, done_until, wake_at) "
        "SELECT name, coalesce((SELECT max(closed_at) FROM period WHERE workflow = name), "
        "min(activated_at)), min(activated_at) FROM workflow_version GROUP BY name"
    )
    op.create_table(
        "late_arrival",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("known_at", INSTANT, nullable=False),
    )
    op.create_index("late_arrival_known", "late_arrival", ["known_at"])
    late = sa.text("occurred_at < at")
    op.create_index("entry_late", "entry", ["occurred_at"], sqlite_where=late, postgresql_where=late)


def _leave_periods_open() -> None:
    op.drop_index("entry_late", "entry")
    op.drop_table("late_arrival")
    op.drop_table("closing")
    op.drop_index("period_closed", "period")


def _find_people_by_name() -> None:
    """Reports ask for the team of an owner at an instant, once per clock or handoff."""
    op.create_index("person_email", "person", ["email", "valid_from"])
