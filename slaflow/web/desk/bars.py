"""A clock in words and as numbers to draw it by; widths are shares of the bar, so no style is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.engine.desk.clock_bar import ClockBar, Tone
from slaflow.engine.desk.consequences import local
from slaflow.hours.words import duration, open_time
from slaflow.language import _

SHAPES: dict[Tone, str] = {
    "calm": "○", "half": "◑", "soon": "◔", "broken": "✕", "paused": "‖", "lifted": "◇", "met": "●",
    "over": "·",
}  # fmt: skip
"""A tone is never told by its colour alone."""
LONGEST = 2.0
"""Of the allowance: how much past due is drawn at most."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A step on the bar; ``x`` in percent of its width."""

    x: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """``used`` up to due and ``late`` past it, both in percent of the width; ``due`` is where due is."""

    used: str
    late: str
    due: str
    ticks: tuple[Tick, ...]


def drawn(bar: ClockBar) -> Drawn:
    """The bar's geometry: all of it is the allowance, or as much more as it is late, at most twice."""
    share = bar.used_seconds / bar.allowance_seconds if bar.allowance_seconds > 0 else 1.0
    share = min(max(share, 0.0), LONGEST)
    whole = max(share, 1.0)
    ticks = (Tick(_percent(step.share / whole), step.is_done) for step in bar.steps if step.share <= whole)
    return Drawn(
        _percent(min(share, 1.0) / whole), _percent(max(share - 1.0, 0.0) / whole), _percent(1 / whole),
        tuple(ticks),
    )  # fmt: skip


def word(tone: Tone) -> str:
    """What a tone says."""
    return {
        "calm": _("in time"), "half": _("half over"), "soon": _("soon due"), "broken": _("past due"),
        "paused": _("paused"), "lifted": _("excused"), "met": _("kept"), "over": _("over"),
    }[tone]  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"


def spent(bar: ClockBar, seconds: float) -> str:
    """Open time in hours; on a calendar that never closes, where a day has 24 of them, in days too."""
    return duration(seconds) if bar.is_always else open_time(seconds)


def figure(bar: ClockBar) -> str:
    """What is left, or since when it is past due, as the largest words of the row."""
    if bar.ended_at is not None:
        return ended(bar)
    if bar.left_seconds < 0:
        return _("{time} past due").format(time=spent(bar, bar.left_seconds))
    return _("{time} left").format(time=spent(bar, bar.left_seconds))


def ended(bar: ClockBar) -> str:
    """How a clock that is over came out."""
    if bar.is_lifted:
        return _("excused")
    if bar.status == "met":
        return _("kept")
    if bar.status == "met_late":
        if not bar.late_seconds:
            return _("kept late")
        return _("kept late by {time}").format(time=spent(bar, bar.late_seconds))
    return _("broke") if bar.breached_at is not None else _("no longer owed")


def when(bar: ClockBar, zone: ZoneInfo, now: datetime) -> str:
    """``of 4 h · due Mon 9 Mar 17:00 · office``, and what stands still and until when."""
    parts = [_("of {time}").format(time=spent(bar, bar.allowance_seconds))]
    if bar.due_at is not None and bar.paused_at is None:
        words = _("was due {at}") if bar.left_seconds < 0 else _("due {at}")
        parts.append(words.format(at=local(bar.due_at, zone, now)))
    parts.append(bar.calendar.replace("_", " "))
    return " · ".join(parts)


def stands_still(bar: ClockBar, zone: ZoneInfo, now: datetime) -> str | None:
    """Why its time does not go on now; None where it does."""
    if bar.paused_at is not None:
        left = bar.pause_left_seconds
        since = local(bar.paused_at, zone, now)
        if left is None:
            return _("paused since {at}").format(at=since)
        return _("paused since {at}, {time} of the pause left").format(at=since, time=spent(bar, left))
    if bar.ended_at is not None or bar.is_open_now:
        return None
    if bar.next_edge_at is None:
        return _("closed")
    return _("closed, opens {at}").format(at=local(bar.next_edge_at, zone, now))


def counts(bar: ClockBar, at: datetime) -> dict[str, str]:
    """What the script counts on with; nothing where time stands still for good."""
    if not bar.is_running:
        return {}
    found = {"data-always": "1"} if bar.is_always else {}
    found |= {"data-left": str(bar.left_seconds), "data-open": "1" if bar.is_open_now else "0"}
    if bar.next_edge_at is not None:
        found["data-edge"] = str(int((bar.next_edge_at - at).total_seconds()) + 1)
    return found
