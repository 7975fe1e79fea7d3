"""Identities of erased leads, as digests: enough to know one again, nothing to read one from.

The digest is HMAC-SHA256 over the identity with a key of this database's own, in hex. The key stands in the
table ``secret``, as the salts of leads stand in theirs, and nowhere else: in no entry, export or archive.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, delete, select

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.rows import secrets
from slaflow.store.tables.erasure import erased_identity
from slaflow.store.types import one_of

_NAME = "erased identities"
_KNOWN = select(erased_identity.c.digest, erased_identity.c.erased_on)
_WRITTEN = ("digest", "erased_on")
_TAKES_OVER = "(digest) DO UPDATE SET erased_on = excluded.erased_on"


def remember(connection: Connection, identities: Collection[str], on: date, fresh_key: bytes) -> None:
    """Keeps the digests of *identities* that were erased on that day.

    *fresh_key* becomes the database's where it has none yet.

    Raises:
        ConflictingChange: somebody else gave it one meanwhile.
    """
    key = secrets.known_or(connection, _NAME, fresh_key)
    rows = sorted((_digest(key, identity), on.isoformat()) for identity in identities)
    insert_rows(connection, erased_identity, _WRITTEN, rows, _TAKES_OVER)


def erased_on(connection: Connection, identities: Collection[str]) -> dict[str, date]:
    """Those of *identities* that were erased, with the day. One statement where nobody ever was."""
    key = secrets.known(connection, _NAME) if identities else None
    if key is None:
        return {}
    names = {_digest(key, identity): identity for identity in identities}
    known = connection.execute(_KNOWN.where(one_of(erased_identity.c.digest, "digests")), {"digests": names})
    return {names[digest]: date.fromisoformat(on) for digest, on in known}


def forget(connection: Connection, identities: Collection[str]) -> None:
    """Lets go of digests: who they stand for is on record again."""
    key = secrets.known(connection, _NAME)
    if key is not None:
        digests = [_digest(key, identity) for identity in identities]
        gone = delete(erased_identity).where(one_of(erased_identity.c.digest, "digests"))
        connection.execute(gone, {"digests": digests})


def _digest(key: bytes, identity: str) -> str:
    return hmac.digest(key, identity.encode(), "sha256").hex()
