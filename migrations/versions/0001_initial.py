"""The first tables: agreements, leads, clocks, the log and its keeper, messages, people."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROOM_TO_UPDATE: dict[str, Any] = {"postgresql_with": {"fillfactor": 80}}


def upgrade() -> None:
    _create_number_source()
    _create_workflow_version()
    _create_lead()
    _create_clock()
    _create_entry()
    _create_stream()
    _create_message()
    _create_people()
    _create_import_and_tokens()
    _create_periods()
    _keep_entries()


def downgrade() -> None:
    for name in ("checkpoint", "period", "token", "imported", "team", "absence", "person", "message"):
        op.drop_table(name)
    for name in ("stream", "entry", "clock", "lead", "workflow_version"):
        op.drop_table(name)
    if _on_sqlite():
        op.drop_table("counter")
    else:
        op.execute("DROP FUNCTION slaflow_keep_entries()")
        op.execute("DROP SEQUENCE lead_number")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def _create_number_source() -> None:
    if not _on_sqlite():
        op.execute("CREATE SEQUENCE lead_number")
        return
    op.create_table(
        "counter",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO counter (name, value) VALUES ('lead', 0)")


def _create_workflow_version() -> None:
    op.create_table(
        "workflow_version",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("activated_at", INSTANT, nullable=False),
        sa.Column("holidays", sa.Text, nullable=False),
        sa.Column("tz_release", sa.Text, nullable=False),
    )
    _index("workflow_version_name", "workflow_version", "name", "activated_at")
    _index("workflow_version_digest", "workflow_version", "digest")


def _create_lead() -> None:
    op.create_table(
        "lead",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("held_by", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("field_at", sa.Text, nullable=False),
        sa.Column("engagement", sa.Float(53), nullable=False),
        sa.Column("engagement_at", INSTANT),
        sa.Column("stage", sa.Text),
        sa.Column("checks", sa.Text, nullable=False),
        sa.Column("tallies", sa.Text, nullable=False),
        sa.Column("attempts", sa.Text, nullable=False),
        sa.Column("attempts_before_handoff", sa.Integer, nullable=False),
        sa.Column("contacted", sa.Boolean, nullable=False),
        sa.Column("touched_at", INSTANT),
        sa.Column("worked_at", INSTANT),
        sa.Column("cycles", sa.Integer, nullable=False),
        sa.Column("step_at", INSTANT),
        sa.Column("reset_at", INSTANT),
        sa.Column("handoff_at", INSTANT),
        sa.Column("holders", sa.Text, nullable=False),
        sa.Column("passed_to", sa.Text, nullable=False),
        sa.Column("clock_numbers", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("retry_at", INSTANT),
        sa.Column("failure", sa.Text),
        sa.UniqueConstraint("key", name="lead_key"),
        **ROOM_TO_UPDATE,
    )
    _index("lead_state", "lead", "state", "id")
    _index("lead_owner", "lead", "owner", "id")
    _index("lead_workflow", "lead", "workflow", "id")
    _index("lead_failing", "lead", "id", where="failures > 0")


def _create_clock() -> None:
    op.create_table(
        "clock",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("lead", sa.BigInteger, sa.ForeignKey("lead.id"), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("owed_by", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("calendar", sa.Text, nullable=False),
        sa.Column("lives_in", sa.Text, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("base_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("allowance", sa.BigInteger, nullable=False),
        sa.Column("left", sa.BigInteger, nullable=False),
        sa.Column("case", sa.Integer, nullable=False),
        sa.Column("paused_at", INSTANT),
        sa.Column("budget", sa.BigInteger),
        sa.Column("breached_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("lifted", sa.Boolean, nullable=False),
        sa.Column("carried_out", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("wake_at", INSTANT),
        sa.UniqueConstraint("lead", "target", "number", name="clock_number"),
        **ROOM_TO_UPDATE,
    )
    _index("clock_open", "clock", "lead", "target", unique=True, where="ended_at IS NULL")
    _index("clock_wake", "clock", "wake_at", where="wake_at IS NOT NULL")
    _index("clock_due", "clock", "due_at", where="ended_at IS NULL")


def _create_entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("stream", WORD, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("lead", sa.BigInteger),
        sa.Column("class", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT),
        sa.Column("occurred_at", INSTANT),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("party", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("held_by", sa.Text),
        sa.Column("trigger", sa.Text),
        sa.Column("from", sa.Text),
        sa.Column("to", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("clock", sa.Integer),
        sa.Column("step", sa.Text),
        sa.Column("handoff", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("caused_by", sa.BigInteger),
        sa.Column("data", sa.Text),
        sa.Column("data_hash", sa.Text, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("prev", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("stream", "seq", name="entry_stream_seq"),
    )
    once = "kind IN ('breached', 'escalated', 'timer_fired')"
    _index("entry_breached_once", "entry", "lead", "target", "clock", unique=True, where="kind = 'breached'")
    _index("entry_step_once", "entry", "lead", "target", "clock", "step", "kind", unique=True, where=once)
    for column in ("kind", "actor", "at"):
        _index(f"entry_{column}", "entry", column, "id")
    for column in ("target", "trigger"):
        _index(f"entry_{column}", "entry", column, "id", where=f'"{column}" IS NOT NULL')


def _create_stream() -> None:
    op.create_table(
        "stream",
        sa.Column("name", WORD, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
    )


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("lead", sa.BigInteger),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("clock", sa.Integer),
        sa.Column("step", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_at", INSTANT),
        sa.Column("last_error", sa.Text),
        sa.UniqueConstraint("stream", "seq", "recipient", "kind", name="message_cause"),
    )
    _index("message_status", "message", "status", "id")
    _index("message_next_try", "message", "next_try_at", where="status = 'waiting'")


def _create_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("order", sa.BigInteger, nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT),
        sa.Column("name", sa.Text),
        sa.Column("team", sa.Text),
        sa.Column("manager", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
    )
    _index("person_now", "person", "email", unique=True, where="valid_until IS NULL")
    op.create_table(
        "absence",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
    )
    op.create_table(
        "team",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("turn", sa.Text, nullable=False),
    )


def _create_import_and_tokens() -> None:
    op.create_table(
        "imported",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text),
    )
    op.create_table(
        "token",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
    )


def _create_periods() -> None:
    op.create_table(
        "period",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.UniqueConstraint("workflow", "commitment", "period", name="period_once"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )


KEPT = (
    "id", "stream", "seq", "lead", "class", "at", "arrived_at", "occurred_at", "recorded_at", "kind",
    "actor", "party", "owner", "held_by", "trigger", "from", "to", "target", "clock", "step", "handoff",
    "reason", "caused_by", "data_hash", "digest", "prev", "hash",
)  # fmt: skip


def _keep_entries() -> None:
    for statement in _sqlite_triggers() if _on_sqlite() else _postgresql_triggers():
        op.execute(statement)


def _sqlite_triggers() -> tuple[str, ...]:
    same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in KEPT)
    refuse = "SELECT RAISE(ABORT, 'slaflow: the log is append-only');"
    return (
        f"CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN {refuse} END",
        "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry "
        f"WHEN NOT (NEW.data IS NULL AND {same}) BEGIN {refuse} END",
    )


def _postgresql_triggers() -> tuple[str, ...]:
    return (
        """
        CREATE FUNCTION slaflow_keep_entries() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                OLD.data := NULL;
                IF NEW IS NOT DISTINCT FROM OLD THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'slaflow: the log is append-only';
        END
        $$
        """,
        "CREATE TRIGGER entry_kept BEFORE UPDATE OR DELETE ON entry "
        "FOR EACH ROW EXECUTE FUNCTION slaflow_keep_entries()",
        "CREATE TRIGGER entry_not_emptied BEFORE TRUNCATE ON entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION slaflow_keep_entries()",
    )
