"""The words by which leads are found; those of leads that are there already are read from them."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LETTERS = re.compile(r"[^\W_]+")
MOST, LONGEST, READ, BATCH = 32, 40, 500, 1000


def upgrade() -> None:
    made = op.create_table(
        "lead_word",
        sa.Column("word", WORD, primary_key=True),
        sa.Column("lead", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    connection, last = op.get_bind(), 0
    lead = sa.table("lead", sa.column("id"), sa.column("key"), sa.column("fields"))
    erased = sa.table("erasure", sa.column("lead"))
    query = sa.select(lead.c.id, lead.c.key, lead.c.fields).order_by(lead.c.id).limit(BATCH)
    query = query.where(lead.c.id.not_in(sa.select(erased.c.lead)))
    while rows := connection.execute(query.where(lead.c.id > last)).all():
        last = rows[-1][0]
        words = [(word, each) for each, key, fields in rows for word in _words(key, json.loads(fields))]
        if words:
            connection.execute(made.insert(), [{"word": word, "lead": each} for word, each in sorted(words)])


def downgrade() -> None:
    """They are made again on the way up."""
    op.drop_table("lead_word")


def _words(key: str, fields: dict[str, Any]) -> list[str]:
    """Of more values than are asked for: who finds by a word looks whether it holds."""
    texts = [key, *(each for each in fields.values() if isinstance(each, str))]
    found = (word[:LONGEST] for text in texts for word in LETTERS.findall(_folded(text[:READ])))
    return list(dict.fromkeys(found))[:MOST]


def _folded(text: str) -> str:
    text = text.strip()
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold()).strip()
