"""A field's values: what people type or files hold into the stored form, and to and from CEL.

The stored form is ``model.Value``: decimals as plain text, dates ``YYYY-MM-DD``, instants in
UTC with ``Z``. Patterns are matched by CEL's linear-time engine, never by :mod:`re`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from slaflow.errors import InvalidValue, did_you_mean
from slaflow.hours.zones import SUPPORTED_YEARS, instant_at, start_of_day, with_offset
from slaflow.language import _, grouped, put
from slaflow.workflow.expressions.compiled import CompiledExpression
from slaflow.workflow.identity import plain, shown, unseen
from slaflow.workflow.model.lead import Field, Value

TEXTUAL = frozenset(("string", "text", "email", "url"))
ADDRESSES = frozenset(("email", "url"))
"""What only seems the same must not lead elsewhere: nothing that nobody sees stands in them."""
MAX_TEXT = 100_000
"""Characters in one value; bounds what a row and a log entry can grow to."""
MAX_DIGITS = 100

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_WHOLE_WITH_POINT = re.compile(r"([+-]?[0-9]{1,30})\.0*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"\w[\w.!#$%&'*+/=?^`{{|}}~-]{{0,63}}@{_LABEL}(?:\.{_LABEL})*")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def parse_value(field: Field, raw: object, timezone: str, *, takes_unseen: bool = False) -> Value:
    """*raw* in stored form.

    Args:
        field: what is declared of the value.
        raw: text from a command line or a CSV cell, or a native YAML or JSON value.
        timezone: the workflow's; an instant needs its own offset all the same.
        takes_unseen: as ``Workflow.takes_unseen``.

    Returns:
        The stored form; None for None, which empties a field.

    Raises:
        InvalidValue: ``employees: "abc" is not a whole number``.
    """
    if raw is None:
        return None
    try:
        if field.type in ADDRESSES and isinstance(raw, str) and not takes_unseen:
            _check_seen(raw.strip())
        return _checked(field, _PARSERS[field.type](raw))
    except _Refused as refusal:
        words = refusal.words
        if refusal.naive is not None:
            words = _("{value} has no offset; write {instant}").format(
                value=_shown(raw), instant=with_offset(refusal.naive, timezone)
            )
        raise InvalidValue(
            put("{name}: {words}", name=field.name, words=words),
            put("{name}: {words}", name=field.name, words=refusal.unquoted),
        ) from None


def check_address(text: str) -> str:
    """*text*, if mail can be sent to it as it stands and a table takes it for nothing but text.

    Narrower than a field of type ``email``, which takes what prospects give: the part before the @ begins
    with a letter or digit and is not quoted, as what begins with ``=``, ``+``, ``-`` or ``@`` is a formula.

    Raises:
        InvalidValue: ``"bad" is not an e-mail address``.
    """
    if len(text) > 254 or not _ADDRESS.fullmatch(text):
        raise InvalidValue(_("{value} is not an e-mail address").format(value=_shown(text)))
    return text


def as_typed(field: Field, raw: object) -> object:
    """*raw* as `parse_value` takes it: a whole number may be typed ``120.0``, as tables with gaps have it.

    Apart from `parse_value`, which decides again what old logs hold and must refuse what it refused.

    Raises:
        InvalidValue: a date or an instant beyond those that clocks are kept for.
    """
    if field.type == "int" and isinstance(raw, str | float | Decimal):
        found = _WHOLE_WITH_POINT.fullmatch(str(raw).strip())
        return int(found.group(1)) if found else raw
    if field.type in ("date", "datetime") and raw is not None:
        _check_supported(field, raw)
    return raw


def _check_supported(field: Field, raw: object) -> None:
    try:
        year = int(str(_PARSERS[field.type](raw))[:4])
    except _Refused:
        return  # told in better words where it is parsed
    first = 1000 if field.type == "date" else SUPPORTED_YEARS[0]
    if not first <= year <= SUPPORTED_YEARS[-1]:
        words = _("lies beyond the years {first} to {last}").format(first=first, last=SUPPORTED_YEARS[-1])
        message = put("{name}: {value} {words}", name=field.name, value=_shown(str(raw)), words=words)
        raise InvalidValue(message, _("{name}: what was given {words}").format(name=field.name, words=words))


def to_cel(field: Field, value: Value, timezone: str) -> object:
    """A stored value as expressions see it: float, aware datetime, or as it is."""
    if value is None:
        return None
    if field.type == "decimal":
        return float(str(value))
    if field.type == "date":
        return _day_start(str(value), timezone)
    if field.type == "datetime":
        return datetime.fromisoformat(str(value))
    return value


def from_cel(field: Field, result: Any, timezone: str, *, takes_unseen: bool = False) -> Value:
    """What an expression gave, in stored form; None empties the field.

    An instant becomes the local date of a ``date`` field. A float keeps 15 digits, so that
    ``0.1 + 0.2`` is stored as ``0.3``.

    Raises:
        InvalidValue: as `parse_value`.
    """
    if isinstance(result, datetime) and field.type == "date":
        result = result.astimezone(ZoneInfo(timezone)).date()
    elif isinstance(result, float) and isfinite(result):
        result = int(result) if field.type == "int" and result.is_integer() else Decimal(f"{result:.15g}")
    return parse_value(field, result, timezone, takes_unseen=takes_unseen)


def matches(pattern: str) -> CompiledExpression:
    """An expression over ``value``: whether *pattern* is found in it.

    Raises:
        ExpressionInvalid: no RE2 regular expression, or one that is too long.
    """
    return _compiled_pattern(pattern)


@lru_cache(maxsize=256)
def _compiled_pattern(pattern: str) -> CompiledExpression:
    # Imported here: few fields have a pattern, and who changes a lead waits for what is imported.
    from slaflow.workflow.expressions.cel import Scope
    from slaflow.workflow.expressions.tokens import quoted

    return Scope({"value": "string"}).compile(f"value.matches({quoted(pattern)})", "bool")


_NOT_SHOWN = object()


class _Refused(Exception):
    """What is wrong with a value, without its field's name; never leaves this file.

    ``unquoted`` stands in logs that are decided again, so its words stay what they are.
    ``naive`` is the instant that lacks its offset.
    """

    def __init__(self, words: str, value: object = _NOT_SHOWN, naive: datetime | None = None) -> None:
        self.naive = naive
        quoted = value is not _NOT_SHOWN
        self.unquoted = _("what was given {words}").format(words=words) if quoted else words
        self.words = put("{value} {words}", value=_shown(value), words=words) if quoted else words
        super().__init__(self.words)


def _shown(value: object) -> str:
    text = plain(value)
    return f'"{text[:60]}..."' if len(text) > 60 else f'"{text}"'


def _check_seen(text: str) -> None:
    if problem := unseen(text):
        raise _Refused(problem, shown(text))


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise _Refused(_("is not text; put it in quotes"), raw)
    if len(raw) > MAX_TEXT:
        raise _Refused(_("longer than {n} characters").format(n=grouped(MAX_TEXT)))
    if _UNSTORABLE.search(raw):
        raise _Refused(_("holds a character that cannot be stored"), raw)
    return raw


def _int(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        value = raw
    elif isinstance(raw, str) and _WHOLE.fullmatch(raw.strip()):
        value = int(raw)
    else:
        raise _Refused(_("is not a whole number"), raw)
    if not -(2**63) <= value < 2**63:
        raise _Refused(_("a whole number has at most 64 bits"))
    return value


def _decimal(raw: object) -> str:
    if isinstance(raw, float):
        raw = repr(raw)
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise _Refused(_("is not a number"), raw)
    if isinstance(raw, str) and not _NUMBER.fullmatch(raw.strip()):
        raise _Refused(_("is not a number"), raw)
    number = Decimal(raw.strip() if isinstance(raw, str) else raw)
    return plain_decimal(number)


def plain_decimal(number: Decimal) -> str:
    """Plain notation without trailing zeros: ``0.0`` is ``0``, ``1E+3`` is ``1000``."""
    if not number.is_finite():
        raise _Refused(_("not a finite number"))
    if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise _Refused(_("a number has at most {n} digits").format(n=MAX_DIGITS))
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _bool(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else ""
    if word not in ("true", "false"):
        raise _Refused(_("is neither true nor false"), raw)
    return word == "true"


def _date(raw: object) -> str:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        raw = raw.isoformat()
    text = raw.strip() if isinstance(raw, str) else ""
    if not _DATE.fullmatch(text):
        raise _Refused(_("is not a date; write 2026-03-06"), raw)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _Refused(_("is not a date: {error}").format(error=error), raw) from None
    if not 1000 <= day.year <= 9998:  # a day's start in any zone must be an instant Python knows
        raise _Refused(_("is not a date between the years 1000 and 9998"), raw)
    return day.isoformat()


def _datetime(raw: object) -> str:
    try:
        instant = datetime.fromisoformat(raw.strip()) if isinstance(raw, str) else raw
        if not isinstance(instant, datetime):
            raise _Refused(_("is not an instant; write 2026-03-06T14:30:00+01:00"), raw)
        if instant.utcoffset() is None:
            raise _Refused(_("has no offset; write 2026-03-06T14:30:00+01:00"), raw, instant)
        return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise _Refused(_("is not an instant; write 2026-03-06T14:30:00+01:00"), raw) from None


def _email(raw: object) -> str:
    text = _text(raw).strip()
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise _Refused(_("is not an e-mail address"), raw)
    return text


def _url(raw: object) -> str:
    text = _text(raw).strip()
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        known = False
    if not known:
        raise _Refused(_("is not a web address; write https://example.com"), raw)
    return text


_PARSERS: Mapping[str, Callable[[object], Value]] = {
    "string": _text,
    "text": _text,
    "int": _int,
    "decimal": _decimal,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
    "email": _email,
    "url": _url,
}


def _checked(field: Field, value: Value) -> Value:
    if field.one_of and value not in field.one_of:
        known = [plain(choice) for choice in field.one_of]
        near = did_you_mean(str(value), known) if field.type in TEXTUAL else ""
        raise _Refused(_("is not one of {known}{near}").format(known=", ".join(known), near=near), value)
    if field.min is not None or field.max is not None:
        _check_bounds(field, value)
    if isinstance(value, str) and field.type in TEXTUAL:
        _check_text(field, value)
    return value


def _check_bounds(field: Field, value: Value) -> None:
    size = comparable(field.type, value)
    if field.min is not None and size < field.min:
        raise _Refused(_("is below {min}").format(min=field.min), value)
    if field.max is not None and size > field.max:
        raise _Refused(_("is above {max}").format(max=field.max), value)


def comparable(type_: str, value: Value) -> Any:
    """A stored value as ``min`` and ``max`` hold it: Decimal, date or aware datetime."""
    if type_ in ("int", "decimal"):
        return Decimal(str(value))
    return datetime.fromisoformat(str(value)) if type_ == "datetime" else date.fromisoformat(str(value))


def _check_text(field: Field, value: str) -> None:
    if field.min_length is not None and len(value) < field.min_length:
        raise _Refused(
            _("is shorter than {min_length} characters").format(min_length=field.min_length), value
        )
    if field.pattern is not None and matches(field.pattern).evaluate({"value": value}) is not True:
        raise _Refused(_("does not match {pattern}").format(pattern=field.pattern), value)


@lru_cache(maxsize=4096)
def _day_start(day: str, timezone: str) -> datetime:
    return instant_at(start_of_day(ZoneInfo(timezone), date.fromisoformat(day)))
