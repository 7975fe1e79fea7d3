"""The files of a SQLite database as files: which they are, and whether a file is one. Opens none to write."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import URL, make_url

BESIDE = re.compile("(.+)-(wal|shm|journal)", re.IGNORECASE | re.DOTALL)
"""What SQLite calls the files it keeps beside a database. Source: https://www.sqlite.org/tempfiles.html"""

_MAGIC = b"SQLite format 3\0"
_TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('alembic_version', 'entry')"


def file_of(url: URL | str) -> Path | None:
    """The file that a database URL names, there or not; None where it names none."""
    try:
        parsed = make_url(url)
    except (sa_exc.ArgumentError, ValueError):
        return None
    name = parsed.database
    if not parsed.drivername.startswith("sqlite") or name in (None, "", ":memory:"):
        return None
    if "uri" in parsed.query and name.startswith("file:"):
        name = unquote(re.sub("^file:(//[^/]*)?", "", name))
    return Path(name)


def beside(file: Path) -> Path | None:
    """The database to which a file of that name belongs; None where the name is of no such file."""
    found = BESIDE.fullmatch(file.name)
    return None if found is None else file.with_name(found[1])


def is_database(file: Path) -> bool:
    """Whether this is a database of slaflow's. What is there to read is read; nothing beside it is made."""
    try:
        with file.open("rb") as opened:
            if opened.read(len(_MAGIC)) != _MAGIC:
                return False
        # Immutable: else opening it would leave files beside it.
        uri = f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return bool(connection.execute(_TABLES).fetchone()[0] == 2)
    except (OSError, sqlite3.Error):
        return False
