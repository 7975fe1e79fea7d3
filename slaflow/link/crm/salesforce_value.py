"""Values of Salesforce's fields, as texts and as JSON: who sends a text for a number breaks the request.

Source: SOAP API Developer Guide, "Primitive Data Types" and "Field Types".
"""

from __future__ import annotations

import re
from datetime import date, datetime
from math import isfinite
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})")
_NUMBERS = frozenset(("double", "currency", "percent"))
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d)")


def to_json(kind: str, text: str | None) -> Any:
    """*text* as a field of that *kind* takes it; a checkbox that is empty is not ticked.

    Raises:
        ValueError: no such field takes it.
    """
    if kind == "boolean":
        return {None: False, "": False, "true": True, "false": False}[_folded(text)]
    if text is None or text == "":
        return None
    if kind == "int":
        return int(text) if _NUMBER.fullmatch(text) else _refused()
    if kind in _NUMBERS:
        return _number(text)
    if kind == "date" and (len(text) != 10 or date.fromisoformat(text).isoformat() != text):
        return _refused()
    if kind == "datetime":
        datetime.fromisoformat(text if _INSTANT.fullmatch(text) else _refused())
    return text


def to_text(found: object) -> str | None:
    """What stands in a field, as a text; of a number only the digits that count, of what is compound none.

    An instant ends in Z, as outbound messages write it.
    """
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float) and isfinite(found) and found == int(found):
        return str(int(found))
    if isinstance(found, (int, float)):
        return str(found)
    if not isinstance(found, str) or not found:
        return None
    return f"{found[:-5]}Z" if found.endswith("+0000") and _INSTANT.fullmatch(found) else found


def _folded(text: str | None) -> str | None:
    folded = None if text is None else text.strip().casefold()
    return folded if folded in (None, "", "true", "false") else _refused()


def _number(text: str) -> int | float:
    if _NUMBER.fullmatch(text) is None:
        _refused()
    number = float(text)
    return int(text) if "." not in text else number


def _refused() -> Any:
    raise ValueError
