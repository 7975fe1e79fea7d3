"""How a file writes its dates and instants: the directives of ``strptime``, read the same on every machine.

``strptime`` itself goes by the machine: its language for names of months, its own zones for ``%Z``. And it
is content with less: no afternoon, the first of a month. Here a format tells an instant whole, or is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from slaflow.exchange.errors import RowRefused
from slaflow.hours.zones import EPOCH, zone_named

EPOCHS = {"epoch": timedelta(seconds=1), "epoch_ms": timedelta(milliseconds=1)}
"""Formats that are a number since 1970 in UTC, by name."""

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS = {
    "Y": r"\d{4}", "y": r"\d\d", "G": r"\d{4}",
    "m": r"1[0-2]|0?[1-9]", "B": "|".join(_MONTHS), "b": "|".join(name[:3] for name in _MONTHS),
    "d": r"3[01]|[12]\d|0?[1-9]", "j": r"36[0-6]|3[0-5]\d|[12]\d\d|0?[1-9]\d|0?0?[1-9]",
    "U": r"5[0-3]|[0-4]?\d", "W": r"5[0-3]|[0-4]?\d", "V": r"5[0-3]|[1-4]\d|0?[1-9]",
    "A": "|".join(_DAYS), "a": "|".join(name[:3] for name in _DAYS), "u": "[1-7]", "w": "[0-6]",
    "H": r"2[0-3]|[01]?\d", "I": r"1[0-2]|0?[1-9]", "p": "[AP]M",
    "M": r"[0-5]?\d", "S": r"[0-5]?\d", "f": r"\d{1,6}",
    "z": r"Z|[+-]\d\d(?::?[0-5]\d(?::?[0-5]\d)?)?", "Z": r"[A-Z][A-Z0-9_+/-]*",
}  # fmt: skip
"""What stands for each directive in a cell, whatever the case of its letters."""
_ALIKE = ("YyG", "mbB", "dj", "UWV", "aAuw", "HI")
"""Directives that tell the same part."""
_INSTEAD = {
    "c": "", "x": "", "X": "", "e": "%d", "D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M",
    "r": "%I:%M:%S %p", "k": "%H", "l": "%I", "h": "%b", "P": "%p", "L": "%f", "N": "%f", "s": "epoch",
}  # fmt: skip
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?:?(\d\d)?")
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,9})?", re.ASCII)


class Told(NamedTuple):
    """What a cell tells: a local day, a time of day (None: it is a date alone) and the zone it names."""

    day: date
    time: time | None
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class Format:
    """A format taken apart: what it is made of, and what matches a cell."""

    directives: tuple[str, ...]
    pattern: re.Pattern[str]

    def read(self, text: str) -> Told:
        """What *text* tells. Raises ``ValueError``, or ``RowRefused`` for a zone of an unknown name."""
        found = self.pattern.fullmatch(text)
        if found is None:
            raise ValueError(text)
        parts = {name: words for name, words in found.groupdict().items() if words is not None}
        return Told(_day(parts), _time(parts), _zone(parts))


class FormatFaulty(Exception):
    """Why nothing, or not enough, can be read by a format."""


def read_format(format: str) -> Format:
    """*format* taken apart. Raises ``FormatFaulty`` for what is no directive."""
    return _taken_apart(format)


def format_problem(format: str, *, of_date: bool = False) -> str | None:
    """Why *format* cannot tell an instant, or with *of_date* a date, whole; None if it can."""
    if format in EPOCHS:
        return None
    try:
        given = set(read_format(format).directives)
    except FormatFaulty as fault:
        return str(fault)
    return _twice(given) or _no_day(given) or (None if of_date else _no_time(given))


def from_epoch(text: str, format: str) -> datetime:
    """The instant so many seconds or milliseconds after 1970. Raises ``ValueError``, ``OverflowError``."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    whole, _, part = text.partition(".")
    unit = EPOCHS[format]
    return EPOCH + int(whole) * unit + int(f"{part:0<9}"[:9]) * unit / 10**9 * (-1 if text[0] == "-" else 1)


@lru_cache(maxsize=256)
def _taken_apart(format: str) -> Format:
    pattern = ""
    directives: list[str] = []
    for piece in re.findall(r"%[-#0_^]?.|%$|\s+|.", format.strip(), re.DOTALL):
        if piece[0] != "%" or piece == "%%":
            pattern += r"\s+" if piece.isspace() else re.escape(piece[-1])
            continue
        _check_directive(piece, directives, format)
        directives.append(piece[1])
        pattern += f"(?P<{piece[1]}>{_PARTS[piece[1]]})"
    return Format(tuple(directives), re.compile(pattern, re.IGNORECASE))


def _check_directive(piece: str, before: list[str], format: str) -> None:
    if piece == "%":
        raise FormatFaulty("a % stands alone at its end; a percent sign is written %%")
    if len(piece) > 2:
        raise FormatFaulty(f"{piece} is not known everywhere; %{piece[2]} reads 6 as well as 06")
    letter = piece[1]
    if letter in "cxX":
        raise FormatFaulty(f"{piece} is written another way on each machine; spell it out, as %d.%m.%Y %H:%M")
    if letter not in _PARTS:
        hint = f"; write {_INSTEAD[letter]}" if letter in _INSTEAD else ""
        raise FormatFaulty(f"'{letter}' is a bad directive in format '{format}'{hint}")
    if letter in before:
        raise FormatFaulty(f"{piece} stands twice")


def _twice(given: set[str]) -> str | None:
    for alike in _ALIKE:
        named = [f"%{letter}" for letter in alike if letter in given]
        if len(named) > 1:
            return f"{' and '.join(named)} tell the same; keep one"
    return None


def _no_day(given: set[str]) -> str | None:
    """What is missing of the day, which may be told by month, number in the year, or week."""
    if not given & set("YyG"):
        return "it names no year; add %Y"
    if "G" in given or given & set("UWV"):
        return _no_weekday(given)
    if "j" in given:
        return None
    if not given & set("mbB"):
        return "it names no month; add %m"
    return None if "d" in given else "it names no day; add %d"


def _no_weekday(given: set[str]) -> str | None:
    if ("G" in given) != ("V" in given):
        return "%G is the year of %V and of nothing else; write both, or %Y-%m-%d"
    return None if given & set("aAuw") else "it names no day of the week; add %u"


def _no_time(given: set[str]) -> str | None:
    if "I" in given and "p" not in given:
        return "%I tells no morning from afternoon; add %p, or write %H"
    if "p" in given and "I" not in given:
        return "%p says nothing without %I; write %I where the hour stands"
    for part, needs, word in (("M", "HI", "hour"), ("S", "M", "minute"), ("f", "S", "second")):
        if part in given and not given & set(needs):
            return f"%{part} says nothing without the {word}; add %{needs[0]}"
    return None


def _day(parts: dict[str, str]) -> date:
    """The day; raises ``ValueError`` where there is none such or its parts contradict each other."""
    month = _month(parts)
    day = _day_of_week(parts) or _day_of_year(parts)
    if day is None:
        return _agreeing(date(_year(parts), month or 1, int(parts["d"])), parts)
    if month is not None and month != day.month:
        raise ValueError(day)
    return _agreeing(day, parts)


def _agreeing(day: date, parts: dict[str, str]) -> date:
    weekday = _weekday(parts)
    if weekday is not None and weekday != day.isoweekday():
        raise ValueError(day)
    return day


def _year(parts: dict[str, str]) -> int:
    """Of two digits 69 is 1969 and 68 is 2068, as POSIX has it."""
    if "Y" in parts:
        return int(parts["Y"])
    short = int(parts["y"])
    return short + (1900 if short >= 69 else 2000)


def _month(parts: dict[str, str]) -> int | None:
    if "m" in parts:
        return int(parts["m"])
    name = parts.get("b") or parts.get("B")
    return None if name is None else _place(name, _MONTHS)


def _weekday(parts: dict[str, str]) -> int | None:
    """1 for Monday to 7 for Sunday."""
    if "u" in parts or "w" in parts:
        return int(parts.get("u") or parts["w"]) or 7
    name = parts.get("a") or parts.get("A")
    return None if name is None else _place(name, _DAYS)


def _place(name: str, names: tuple[str, ...]) -> int:
    return next(n for n, known in enumerate(names, 1) if known[: len(name)].lower() == name.lower())


def _day_of_week(parts: dict[str, str]) -> date | None:
    if "V" in parts:
        return date.fromisocalendar(int(parts["G"]), int(parts["V"]), _weekday(parts) or 1)
    week = next((name for name in "UW" if name in parts), None)
    if week is None:
        return None
    words = f"{_year(parts)} {parts[week]} {(_weekday(parts) or 1) % 7}"
    return datetime.strptime(words, f"%Y %{week} %w").date()  # noqa: DTZ007  a date has no zone


def _day_of_year(parts: dict[str, str]) -> date | None:
    if "j" not in parts:
        return None
    year = _year(parts)
    day = date(year, 1, 1) + timedelta(days=int(parts["j"]) - 1)
    if day.year != year:
        raise ValueError(day)
    return day


def _time(parts: dict[str, str]) -> time | None:
    if "H" not in parts and "I" not in parts:
        return None
    hour = int(parts.get("H") or parts["I"])
    if "I" in parts:
        hour = hour % 12 + (12 if parts.get("p", "").lower() == "pm" else 0)
    micros = int(f"{parts.get('f', '0'):0<6}")
    return time(hour, int(parts.get("M", 0)), int(parts.get("S", 0)), micros)


def _zone(parts: dict[str, str]) -> tzinfo | None:
    """The cell's own zone. An offset tells it; a name beside one need not be known."""
    if "z" in parts:
        return _offset(parts["z"])
    name = parts.get("Z")
    if name is None or name.upper() in ("UTC", "GMT", "Z"):
        return None if name is None else UTC
    zone = zone_named(name)
    if zone is None:
        raise RowRefused(
            f'"{name[:60]}" is no time zone that means the same everywhere; '
            "give the offset (%z) or a name like Europe/Stockholm"
        )
    return zone


def _offset(words: str) -> tzinfo:
    found = _OFFSET.fullmatch(words)
    if found is None:
        return UTC
    sign, hours, minutes, seconds = found.groups(default="0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return timezone(-ahead if sign == "-" else ahead)
