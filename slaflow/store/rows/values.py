"""Values that commitments count once, by names that tell nothing: enough to know one again, also once erased.

A name is HMAC-SHA256 over the value, and over what it counts for, with a key of this database's own, in hex.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from sqlalchemy import Connection

from slaflow.store.rows import secrets

_NAME = "distinct values"


def keep_key(connection: Connection, fresh_key: bytes) -> None:
    """Sees to it that names given from here on can be given again.

    Raises:
        ConflictingChange: somebody else did so meanwhile.
    """
    secrets.known_or(connection, _NAME, fresh_key)


def namer(connection: Connection, noted: str) -> Callable[[str], str]:
    """Gives values of what is noted under that key their names.

    Where no key is kept yet, no name is either, and they need not outlast this reading.
    """
    key = secrets.known(connection, _NAME) or b""
    return lambda value: hmac.digest(key, f"{noted}\0{value}".encode(), "sha256").hex()
