"""What other systems send, until it is applied; and what their fields are to be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NOTHING = sa.text("'{}'")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ID, primary_key=True),
        sa.Column("hook", sa.Text, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("apply_at", INSTANT, nullable=False),
        sa.Column("remote", sa.Text),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("lead", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("hook", "key", name="inbox_key"),
    )
    waits = sa.text("status = 'waiting'")
    op.create_index(
        "inbox_waiting", "inbox", ["hook", "apply_at", "id"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_index("inbox_status", "inbox", ["status", "id"])
    op.create_index("inbox_lead", "inbox", ["lead"])
    op.create_index("inbox_remote", "inbox", ["hook", "remote"])
    op.create_table(
        "mirror",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("lead", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("dirty_seq", sa.BigInteger, nullable=False),
        sa.Column("sent_seq", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("remote", sa.Text),
        sa.Column("sent", sa.Text, nullable=False, server_default=NOTHING),
        sa.Column("told", sa.Text, nullable=False, server_default=NOTHING),
        sa.Column("writes", sa.Text, nullable=False, server_default=NOTHING),
        sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'ok'")),
        sa.Column("reason", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_at", INSTANT),
        sa.Column("claimed_until", INSTANT),
    )
    dirty = sa.text("dirty_seq > sent_seq AND status = 'ok'")
    op.create_index(
        "mirror_dirty", "mirror", ["receiver", "next_try_at", "lead"], sqlite_where=dirty,
        postgresql_where=dirty,
    )  # fmt: skip
    known = sa.text("remote IS NOT NULL")
    op.create_index(
        "mirror_remote", "mirror", ["receiver", "remote"], sqlite_where=known, postgresql_where=known
    )


def downgrade() -> None:
    """What waits is lost to the one before, as are ties to records of others: it knows neither."""
    op.drop_table("mirror")
    op.drop_table("inbox")
