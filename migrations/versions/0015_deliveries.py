"""Messages on their way to people and systems, who listens, how people want to be told, used links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WAITS = "status = 'waiting'"


def upgrade() -> None:
    _make_delivery()
    _make_channel()
    _make_receiver()
    _make_preference()
    _make_used_link()
    op.add_column("message", sa.Column("planned_at", INSTANT))
    op.add_column("absence", sa.Column("stand_in", sa.Text))
    _index_some("message_unplanned", "message", ["id"], f"{WAITS} AND planned_at IS NULL")


def downgrade() -> None:
    """What was sent is forgotten, but for what each message says of it; so is how people want to be told."""
    op.drop_index("message_unplanned", "message")
    op.drop_column("absence", "stand_in")
    op.drop_column("message", "planned_at")
    for name in ("used_link", "preference", "receiver", "channel", "delivery"):
        op.drop_table(name)


def _index_some(name: str, table: str, columns: list[str], which: str) -> None:
    where = sa.text(which)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _make_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("lead", sa.BigInteger),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("channel", "address")),
        sa.Column("person", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("claimed_by", sa.Text),
        sa.Column("held_at", INSTANT),
        *(sa.Column(name, sa.Text) for name in ("last_error", "provider_id", "digest", "body")),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.UniqueConstraint("message", "channel", "address", name="delivery_way"),
        postgresql_with={"fillfactor": 80},
    )
    _index_some("delivery_due", "delivery", ["channel", "next_try_at"], WAITS)
    _index_some("delivery_line", "delivery", ["channel", "address", "lead", "id"], WAITS)
    op.create_index("delivery_lead", "delivery", ["lead"])
    _index_some("delivery_done", "delivery", ["done_at"], "status <> 'waiting'")


def _make_channel() -> None:
    op.create_table(
        "channel",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("closed_until", INSTANT),
        sa.Column("closed_because", sa.Text),
        sa.Column("off_at", INSTANT),
        sa.Column("off_because", sa.Text),
        sa.Column("last_sent_at", INSTANT),
        sa.Column("last_error", sa.Text),
    )


def _make_receiver() -> None:
    op.create_table(
        "receiver",
        sa.Column("name", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "events")),
        sa.Column("personal", sa.Boolean, nullable=False),
        sa.Column("applied_at", INSTANT, nullable=False),
    )


def _make_preference() -> None:
    op.create_table(
        "preference",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("channels", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("digest", "quiet", "timezone", "language")),
        sa.Column("changed_at", INSTANT, nullable=False),
    )


def _make_used_link() -> None:
    op.create_table(
        "used_link",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("lead", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("person", "trigger")),
        sa.Column("seq", sa.BigInteger),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("used_link_expires", "used_link", ["expires_at"])
