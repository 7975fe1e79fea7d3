"""Who is who: one person per address and one lead per identity, whatever the spelling."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
PRESENT = "valid_until IS NULL"
# Only these keys may be compared otherwise than before.
IN_QUESTION = {
    "sqlite": r"key GLOB '*[^ -~]*' OR key GLOB ' *' OR key GLOB '* ' OR key GLOB '* |*' OR key GLOB '*| *'",
    "postgresql": r"key ~ '[^ -~]|^ | $| \||\| '",
}
PARTS = re.compile(r"(?<!\\)\|")


def upgrade() -> None:
    _tell_until_when_spellings_were_told_apart()
    _find_people_by_key()
    _spell_leads_in_one_way()


def downgrade() -> None:
    """Leads keep their keys, and the log what tells how it was decided: both are wanted on the way back."""
    for index in ("person_now", "person_key"):
        op.drop_index(index, "person")
    op.create_index(
        "person_now", "person", ["email"], unique=True,
        sqlite_where=sa.text(PRESENT), postgresql_where=sa.text(PRESENT),
    )  # fmt: skip
    op.drop_column("person", "key")


def _tell_until_when_spellings_were_told_apart() -> None:
    """Entries of before are decided again as they were decided; kept from an earlier way up and down."""
    if any(
        column["name"] == "told_apart_until" for column in sa.inspect(op.get_bind()).get_columns("identity")
    ):
        return
    column = sa.Column("told_apart_until", sa.BigInteger, nullable=False, server_default=sa.text("0"))
    op.add_column("identity", column)
    op.execute("UPDATE identity SET told_apart_until = (SELECT coalesce(max(id), 0) FROM entry)")


def _find_people_by_key() -> None:
    """A row keeps the spelling recorded; of several that stand now, the first recorded has the key."""
    op.add_column("person", sa.Column("key", WORD))
    connection, standing = op.get_bind(), set()
    everybody = 'SELECT id, email, valid_until FROM person ORDER BY "order", id'
    keys: list[dict[str, Any]] = []
    for row_id, email, valid_until in connection.execute(sa.text(everybody)).all():
        key = folded(email)
        if valid_until is None and key in standing:
            continue
        if valid_until is None:
            standing.add(key)
        keys.append({"id": row_id, "key": key})
    if keys:
        connection.execute(sa.text("UPDATE person SET key = :key WHERE id = :id"), keys)
    op.drop_index("person_now", "person")
    op.create_index(
        "person_now", "person", ["key"], unique=True,
        sqlite_where=sa.text(PRESENT), postgresql_where=sa.text(PRESENT),
    )  # fmt: skip
    op.create_index("person_key", "person", ["key", "valid_from"])


def _spell_leads_in_one_way() -> None:
    """Leads that are one now all stay, one under the key they share, the others under their own."""
    connection = op.get_bind()
    question = IN_QUESTION[connection.dialect.name]
    rows = connection.execute(sa.text(f"SELECT id, key, fields FROM lead WHERE {question} ORDER BY id")).all()
    for lead_id, key, fields in rows:
        wanted = _compared(key, list(_texts(json.loads(fields))))
        taken = sa.text("SELECT 1 FROM lead WHERE key = :key")
        if wanted and wanted != key and connection.execute(taken, {"key": wanted}).first() is None:
            change = sa.text("UPDATE lead SET key = :key WHERE id = :id")
            connection.execute(change, {"key": wanted, "id": lead_id})


def _texts(fields: dict[str, Any]) -> Iterator[str]:
    for value in fields.values():
        if isinstance(value, str):
            yield from (value, value.lower())


def _compared(key: str, texts: list[str]) -> str:
    """*key* as identities are compared: a single field's as it is, those of several part by part."""
    if key in texts:
        return _word(key)
    parts = (re.sub(r"\\(.)", r"\1", part) for part in PARTS.split(key))
    words = (_word(part).replace("\\", "\\\\").replace("|", "\\|") for part in parts)
    return "|".join(words)


def _word(text: str) -> str:
    # An e-mail address stood in lower case already; other text keeps its case.
    is_email = "@" in text and text == text.lower()
    return folded(text) if is_email else unicodedata.normalize("NFC", text.strip()).strip()


def folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.strip()).casefold()
    return unicodedata.normalize("NFC", decomposed).strip()
