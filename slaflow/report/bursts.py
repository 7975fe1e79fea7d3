"""How evenly leads are handed over: the day, the week and the ends of quarters that stand out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from slaflow.report.rates import nearest_rank
from slaflow.store.figures.handoffs import QUARTER

TIMES_USUAL = 2
"""From so many times the usual on it is a burst."""
LAST = timedelta(days=7)
"""The end of a quarter."""


def bursts(slots: Iterable[tuple[int, int]], zone: tzinfo) -> dict[str, Any]:
    """The busiest day and week, and each quarter's last seven days, beside a usual day and week.

    *slots* are quarters of an hour since 1970 with the number handed over in each. The usual is the median of
    those days or weeks on which something was.
    """
    days: Counter[date] = Counter()
    for slot, number in slots:
        days[datetime.fromtimestamp(slot * QUARTER, UTC).astimezone(zone).date()] += number
    weeks: Counter[date] = Counter()
    for day, number in days.items():
        weeks[day - timedelta(days=day.weekday())] += number
    return {
        "day": _busiest(days, lambda day: day.isoformat()),
        "week": _busiest(weeks, _week),
        "quarter_ends": [_end(quarter, number, weeks) for quarter, number in sorted(_ends(days).items())],
    }


def _week(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def _busiest(counts: Mapping[date, int], name: Any) -> dict[str, Any] | None:
    if not counts:
        return None
    when = min(counts, key=lambda each: (-counts[each], each))
    return {"when": name(when), **_against(counts[when], counts)}


def _against(number: int, counts: Mapping[date, int]) -> dict[str, Any]:
    usual = nearest_rank(sorted(counts.values()), 0.5) or 0
    return {"handed_over": number, "usual": usual, "burst": number >= TIMES_USUAL * usual > 0}


def _ends(days: Mapping[date, int]) -> Counter[tuple[int, int]]:
    found: Counter[tuple[int, int]] = Counter()
    for day, number in days.items():
        quarter = (day.month - 1) // 3 + 1
        after = date(day.year + quarter // 4, quarter * 3 % 12 + 1, 1)
        if day >= after - LAST:
            found[day.year, quarter] += number
    return found


def _end(quarter: tuple[int, int], number: int, weeks: Mapping[date, int]) -> dict[str, Any]:
    return {"when": f"{quarter[0]}-Q{quarter[1]}", **_against(number, weeks)}
