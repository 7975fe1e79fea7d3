"""What slaflow.toml never says: secrets, and what breaks a line. Told of without being told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

SECRET_ENDS = ("_env", "_file")
"""What stands behind a secret's name where a key says where it is."""
_SECRET_NAMES = (
    "pass", "pwd", "secret", "token", "credential", "apikey", "authorization", "bearer", "signature",
)  # fmt: skip
_SECRET_WORDS = frozenset(("pw", "key", "keys", "auth", "sig", "salt"))
_URL_WORDS = frozenset(("url", "urls", "uri", "address", "endpoint", "hook", "webhook"))
_USER_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]*@", re.IGNORECASE)
# What those who give them out have them begin with, or where they lead.
_GIVEN_OUT = re.compile(
    r"\bxox[a-z]-|\bxapp-|\bwhsec_|hooks\.slack\.com/|\.webhook\.office\.com/|[?&]sig=|-----BEGIN ",
    re.IGNORECASE,
)


def secret_meant(key: str, known: Sequence[str]) -> str | None:
    """Which of the *known* secrets *key* was written for; empty where it is for one that nobody knows.

    None where *key* is no name for a secret, or one that only says where it is.
    """
    if key.endswith(SECRET_ENDS):
        return None
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower())
    whole = "".join(words)
    is_url = "url" in known and not _URL_WORDS.isdisjoint(words)
    if not (is_url or key in known or _sounds_secret(words, whole)):
        return None
    if key in known:
        return key
    others = [name for name in known if name != "url"]
    return "url" if is_url or (known and not others) else (others[0] if others else "")


def _sounds_secret(words: Sequence[str], whole: str) -> bool:
    return not _SECRET_WORDS.isdisjoint(words) or any(name in whole for name in _SECRET_NAMES)


def unsafe(value: object) -> str | None:
    """Why *value*, or something in it, cannot stay in the file; None where it can."""
    for text in _texts(value):
        if not text.isprintable():
            return "holds a line break or another character that no line has; take it out"
        if _USER_IN_URL.search(text):
            return "holds a URL with a user or a password; a secret does not stand in this file"
        if _GIVEN_OUT.search(text):
            return "holds what looks like a secret; a secret does not stand in this file"
    return None


def _texts(value: object) -> Iterator[str]:
    """Every text in *value*, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
