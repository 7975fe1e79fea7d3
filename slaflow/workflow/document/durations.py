"""Durations as people write them: ``45m``, ``1h30m`` of open time, ``2d`` of open days, ``6mo``."""

from __future__ import annotations

import re
from datetime import timedelta

from slaflow.errors import SlaflowError
from slaflow.workflow.model.clocks import Days, Months, OpenTime, Span

_OPEN_TIME = re.compile(r"(?=[0-9])(?:([0-9]{1,7})h)?(?:([0-9]{1,8})m)?(?:([0-9]{1,9})s)?")
_DAYS = re.compile(r"([0-9]{1,6})d")
_MONTHS = re.compile(r"([0-9]{1,5})mo")
MAX_DAYS = 36_525
"""A hundred years; more is a slip of the keyboard."""
MAX_MONTHS = 12
"""A promise of years is a slip too; who means it counts days."""


class DurationInvalid(SlaflowError, ValueError):
    """The text is no duration, or one that is too long."""

    code = "duration_invalid"


def parse_duration(text: str) -> Span:
    """What *text* stands for, zero included.

    Raises:
        DurationInvalid: anything but ``30m``, ``4h``, ``150s``, ``1h30m``, ``2d`` or ``6mo``.
            Source: workflow-file.md, "Durations": ``d`` and ``mo`` do not combine.
    """
    if months := _MONTHS.fullmatch(text):
        if int(months.group(1)) > MAX_MONTHS:
            raise DurationInvalid(f'"{text}" is longer than a year; months go up to {MAX_MONTHS}mo')
        return Months(int(months.group(1)), text)
    if days := _DAYS.fullmatch(text):
        return Days(_bounded(int(days.group(1)), text), text)
    if not (parts := _OPEN_TIME.fullmatch(text)):
        hint = "days do not combine with h, m or s; " if re.search(r"[0-9]d[0-9]|[hms][0-9]+d", text) else ""
        hint = "months stand alone, as in 6mo; " if re.search(r"[0-9]mo", text) else hint
        raise DurationInvalid(f'"{text[:40]}" is no duration; {hint}write 30m, 4h, 1h30m or 2d')
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    _bounded((hours * 3600 + minutes * 60 + seconds) // 86_400, text)
    return OpenTime(timedelta(hours=hours, minutes=minutes, seconds=seconds), text)


def elapsed(text: str) -> timedelta:
    """*text* as time that passes whether anybody works or not; a day has 24 hours, a month no such length."""
    duration = parse_duration(text)
    if isinstance(duration, Months):
        raise DurationInvalid(f'"{text}" has no fixed length, and only clocks count months; write it in days')
    return timedelta(days=duration.days) if isinstance(duration, Days) else duration.duration


def _bounded(days: int, text: str) -> int:
    if days > MAX_DAYS:
        raise DurationInvalid(f'"{text}" is longer than a hundred years')
    return days
