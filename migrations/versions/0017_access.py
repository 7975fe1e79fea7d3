"""Who signs in: passwords, sessions, failed attempts, links that are good once; tokens run out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OF_TOKEN = (("person", sa.Text), ("hint", sa.Text), ("expires_at", INSTANT), ("used_at", INSTANT))


def upgrade() -> None:
    """Nobody can sign in before they were let in."""
    op.create_table(
        "credential",
        sa.Column("person", WORD, primary_key=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
    _make_session()
    op.create_table(
        "sign_in_failure",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
    )
    _make_link()
    for name, kind in OF_TOKEN:
        op.add_column("token", sa.Column(name, kind))
    op.create_index("token_secret", "token", ["secret_hash"], unique=True)


def downgrade() -> None:
    """Passwords are forgotten, and everybody is signed out; tokens last again until they are revoked."""
    op.drop_index("token_secret", "token")
    for name, _ in reversed(OF_TOKEN):
        op.drop_column("token", name)
    for table in ("one_time_link", "sign_in_failure", "session", "credential"):
        op.drop_table(table)


def _make_session() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", WORD, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("party", "role")),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("began_at", "used_at", "ends_at")),
    )
    op.create_index("session_person", "session", ["person"])
    op.create_index("session_ends", "session", ["ends_at"])


def _make_link() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person", WORD),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("made_at", "ends_at")),
    )
    op.create_index("one_time_link_person", "one_time_link", ["person"])
    op.create_index("one_time_link_ends", "one_time_link", ["ends_at"])
