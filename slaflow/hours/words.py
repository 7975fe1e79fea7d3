"""Durations in words, in whole seconds and without a sign."""

from __future__ import annotations

from slaflow.language import _

DAY, HOUR, MINUTE = 86_400, 3600, 60
ALWAYS = "always"
"""The calendar of every agreement that never closes, on which a day has 24 hours."""


def duration(seconds: float) -> str:
    """``3 d 4 h``, ``1 h 12 min``, ``12 min``, ``45 s``, ``0 s``: two units at most."""
    minutes, left = divmod(int(abs(seconds)), MINUTE)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, _("{n} d")), (hours, _("{n} h")), (minutes, _("{n} min")), (left, _("{n} s"))]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    shown = [words.format(n=number) for number, words in parts[:2] if number]
    return " ".join(shown) or _("{n} s").format(n=0)


def open_time(seconds: float) -> str:
    """As :func:`duration`, in hours at most: a day of open time is nobody's 24 hours."""
    hours, rest = divmod(int(abs(seconds)), HOUR)
    if not hours:
        return duration(rest)
    minutes = rest // MINUTE
    said = _("{n} h").format(n=hours)
    return f"{said} {_('{n} min').format(n=minutes)}" if minutes else said


def time_on(calendar: str | None, seconds: float) -> str:
    """As :func:`duration` where *calendar* never closes, else as :func:`open_time`."""
    return (duration if calendar == ALWAYS else open_time)(seconds)


def largest(seconds: float) -> tuple[int, str]:
    """How many of which unit: whole days, hours below two days, minutes below two hours."""
    whole = int(abs(seconds))
    if whole >= 2 * DAY:
        return whole // DAY, "day"
    return (whole // HOUR, "hour") if whole >= 2 * HOUR else (whole // MINUTE, "minute")
