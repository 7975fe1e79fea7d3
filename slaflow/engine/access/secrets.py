"""Secrets that people and browsers hold: made by chance, kept as their hash alone."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

BYTES = 32
LONGEST = 200
"""Characters; what is longer is none of ours, and is not hashed."""


def new() -> str:
    """A secret of 32 random bytes, as it stands in a cookie or an address."""
    return secrets.token_urlsafe(BYTES)


def kept(secret: str) -> str:
    """What is stored of *secret*: its SHA-256. Nothing that is stored opens anything."""
    return sha256(secret[:LONGEST].encode("utf-8", "replace")).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """Another secret that follows from *secret* and tells nothing of it."""
    return hmac.digest(secret.encode("utf-8", "replace"), purpose.encode(), sha256).hex()


def same(given: str, expected: str) -> bool:
    """Whether they are the same; how long it takes tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
