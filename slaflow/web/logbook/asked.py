"""What an address asks of the log: filters as a form sends them, and where a page begins.

A cursor goes on with the very question it came from; it holds no secret, and is checked for slips alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.engine.logbook.listing import LogFilter, Place, lead_called
from slaflow.errors import InvalidValue
from slaflow.hours.zones import supported
from slaflow.language import _
from slaflow.lifecycle.decision import instant_text

NAMES = ("lead", "actor", "party", "target", "trigger", "from", "to")
LONGEST = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"(?:(-?[0-9]{1,18})\.)?([0-9]{1,18})-([0-9a-f]{16})")


class CursorUnusable(InvalidValue):
    """One that was cut, or is of another question."""

    code = "cursor_unusable"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set: its name and value, and the question without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, by name; the empty is left out."""

    typed: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [*self.typed.items(), *(("kind", kind) for kind in self.kinds)]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    def get(self, name: str) -> str:
        return self.typed.get(name, "")

    def chips(self) -> Iterator[Chip]:
        for name, value in self.typed.items():
            rest = {key: text for key, text in self.typed.items() if key != name}
            yield Chip(name, value, replace(self, typed=rest).query)
        for kind in self.kinds:
            rest_of = tuple(each for each in self.kinds if each != kind)
            yield Chip("kind", kind, replace(self, kinds=rest_of).query)

    def with_lead(self, lead: int | None) -> Asked:
        """The same with the lead's number, which an erasure leaves, in place of its identity."""
        return self if lead is None else replace(self, typed={**self.typed, "lead": f"#{lead}"})


def asked(pairs: Iterable[tuple[str, str]]) -> Asked:
    """What *pairs* ask for. Raises ``InvalidValue``: a text that no name can be."""
    typed: dict[str, str] = {}
    kinds: dict[str, None] = {}
    for name, given in pairs:
        value = given.strip()
        if not value or name not in (*NAMES, "kind"):
            continue
        if len(value) > LONGEST or not value.isprintable():
            raise InvalidValue(
                _("%(name)s is one line of text, without signs that are not seen") % {"name": name}
            )
        if name == "kind":
            kinds[value] = None
        else:
            typed[name] = value
    return Asked(typed, tuple(kinds))


def filters(app: Engine, given: Asked, zone: str) -> LogFilter:
    """The same as the engine takes it; a date is that day's start in *zone*.

    Raises:
        InvalidValue: no such lead, or an instant without a zone.
    """
    lead = None if "lead" not in given.typed else lead_called(app, given.typed["lead"])
    named: dict[str, Any] = {name: given.typed.get(name) for name in ("actor", "party", "target", "trigger")}
    start, end = (_instant(name, given.typed.get(name), zone) for name in ("from", "to"))
    return LogFilter(lead=lead, kinds=given.kinds, from_=start, to=end, **named)


def parameters(wanted: LogFilter) -> dict[str, Any]:
    """The same as a job keeps it."""
    named = {name: getattr(wanted, name) for name in ("lead", "actor", "party", "target", "trigger")}
    ends = {"from": wanted.from_, "to": wanted.to}
    instants = {name: instant_text(at) for name, at in ends.items() if at is not None}
    return {**{name: value for name, value in named.items() if value is not None}, **instants,
            **({"kinds": list(wanted.kinds)} if wanted.kinds else {})}  # fmt: skip


def _instant(name: str, text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-03-09"):
            return supported(datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)))
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        found = None
    if found is None or found.tzinfo is None:
        words = _("%(name)s is a date, or an instant with its zone, as in 2026-03-09T14:30Z")
        raise InvalidValue(words % {"name": name})
    return supported(found)


def cursor(given: Asked, before: Place) -> str:
    """Where the next page of that question begins."""
    at = "" if before.at is None else f"{(before.at - _EPOCH) // _MICROSECOND}."
    return f"{at}{before.id}-{_seal(given, f'{at}{before.id}')}"


def place(given: Asked, text: str | None) -> Place | None:
    """Where the page begins; None: at the newest. Raises ``CursorUnusable``."""
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None or found[3] != _seal(given, text.rpartition("-")[0]):
        raise CursorUnusable(_("this page of the log was of another question, or its address was cut"))
    try:
        at = None if found[1] is None else _EPOCH + int(found[1]) * _MICROSECOND
    except OverflowError:
        raise CursorUnusable(_("this page of the log was of another question")) from None
    return Place(at, int(found[2]))


def _seal(given: Asked, where: str) -> str:
    told = urlencode([*sorted(given.pairs), ("before", where)])
    return sha256(told.encode()).hexdigest()[:16]
