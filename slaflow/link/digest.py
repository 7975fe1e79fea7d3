"""What stands in a CRM's field, as it is compared: digests of texts, the same for all that say the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,12})?")


def plain(text: str | None) -> str:
    """*text* as CRMs give it back: an instant in UTC to the second, a number without idle zeros, trimmed.

    An empty field is the empty text.
    """
    text = (text or "").strip()
    if _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            return text
    if _NUMBER.fullmatch(text) and "." in text:
        return format(Decimal(text).normalize(), "f")
    return text.lower() if text.lower() in ("true", "false") else text


def digest(text: str | None) -> str:
    """The SHA-256 of what :func:`plain` makes of it, in hex."""
    return sha256(plain(text).encode()).hexdigest()


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two texts of a field say the same."""
    return plain(one) == plain(other)
