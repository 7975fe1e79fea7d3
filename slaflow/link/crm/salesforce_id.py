"""Ids of Salesforce: 15 characters of which the case counts, or 18 that end in what the case was.

Source: Salesforce's "ID Field Types" (SOAP API Developer Guide) and its formula function CASESAFEID.
"""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-5]{3})?")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(text: str) -> str | None:
    """The 18 characters by which a record is known, however it was written; None where it is no id."""
    text = text.strip()
    if _ID.fullmatch(text) is None:
        return None
    short = text if len(text) == 15 else _cased(text[:15], text[15:].upper())
    return None if short is None else short + _suffix(short)


def _suffix(short: str) -> str:
    parts = (short[start : start + 5] for start in range(0, 15, 5))
    return "".join(_SUFFIX[sum(each.isupper() << bit for bit, each in enumerate(part))] for part in parts)


def _cased(letters: str, suffix: str) -> str | None:
    """*letters* in the case that *suffix* tells; None where it tells of a digit that it is a capital."""
    capitals = [_SUFFIX.index(each) >> bit & 1 for each in suffix for bit in range(5)]
    told = list(zip(letters, capitals, strict=True))
    if not all(each.isalpha() for each, is_capital in told if is_capital):
        return None
    return "".join(each.upper() if is_capital else each.lower() for each, is_capital in told)
