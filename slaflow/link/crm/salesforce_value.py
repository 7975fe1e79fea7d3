"""Values of Salesforce's fields, as texts and as JSON: who sends a text for a number breaks the request.

Source: SOAP API Developer Guide, "Primitive Data Types" and "Field Types".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


class NotTaken(Exception):
    """A field of that kind takes no such text."""


def to_json(kind: str, text: str | None) -> Any:
    """*text* as a field of that *kind* takes it; a checkbox that is empty is not ticked.

    Raises:
        NotTaken: no such field takes it.
    """
    if kind == "boolean":
        return _ticked(text or "")
    if text is None or text == "":
        return None
    try:
        return _READ.get(kind, str)(text)
    except ValueError:
        raise NotTaken from None


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


def _ticked(text: str) -> bool:
    folded = text.strip().casefold()
    if folded not in ("", "true", "false"):
        raise NotTaken
    return folded == "true"


def _whole(text: str) -> int:
    return int(_matching(_NUMBER, text))


def _number(text: str) -> int | float:
    number = float(_matching(_NUMBER, text))
    return int(text) if "." not in text else number


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise NotTaken
    return text


def _at(text: str) -> str:
    datetime.fromisoformat(_matching(_INSTANT, text))
    return text


def _matching(form: re.Pattern[str], text: str) -> str:
    if form.fullmatch(text) is None:
        raise NotTaken
    return text


_READ: Mapping[str, Callable[[str], Any]] = {
    "int": _whole,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _day,
    "datetime": _at,
}
