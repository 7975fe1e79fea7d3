"""How dear is business time? One JSON line per question, on the calendar of the workflow file's example.

    python bench/business_time.py --n 100000

It needs no database; ``--db`` is taken as by every benchmark, and left alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

from slaflow.hours import Calendar, spans

OFFICE = {
    "hours": {"mon-thu": ["09:00-12:00", "13:00-17:30"], "fri": ["09:00-15:00"]},
    "holidays": ["SE", "2026-06-19"],
    "closed": ["2026-12-23..2026-12-31"],
    "open": {"2026-12-19": ["10:00-14:00"]},
}
STARTS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7 * step) for step in range(1000)]


def parse() -> Calendar:
    return Calendar.parse(OFFICE, timezone="Europe/Stockholm", name="office")


def measure(what: str, ask: Callable[[datetime], object], rounds: int) -> None:
    """Prints how long one answer takes, over *rounds* of them; the very first is not counted."""
    ask(STARTS[0])
    asked = [STARTS[count % len(STARTS)] for count in range(rounds)]
    begin = perf_counter()
    for start in asked:
        ask(start)
    seconds = perf_counter() - begin
    line = {
        "what": what,
        "n": rounds,
        "per_s": round(rounds / seconds),
        "microseconds": round(seconds / rounds * 1e6, 2),
    }
    print(json.dumps(line))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", metavar="URL", help="not needed")
    parser.add_argument(
        "--n", type=int, default=100_000, help="answers per question; a hundredth of dear ones"
    )
    n = parser.parse_args().n
    office, always = parse(), Calendar.always()
    for year in (2026, 2027, 2028):
        office.opens_in_year(year)
    day, year_long = timedelta(days=1), timedelta(days=365)
    measure("add_4h", lambda start: office.add(start, timedelta(hours=4)), n)
    measure("add_400h", lambda start: office.add(start, timedelta(hours=400)), n)
    measure("subtract_1h", lambda start: office.subtract(start, timedelta(hours=1)), n)
    measure("close_of_5th_open_day", lambda start: office.close_of_open_day(start, 5), n)
    measure("open_time_of_a_day", lambda start: office.open_time(start, start + day), n)
    measure("open_time_of_a_year", lambda start: office.open_time(start, start + year_long), n)
    measure("is_open", office.is_open, n)
    measure("next_open", office.next_open, n)
    measure("always_add_4h", lambda start: always.add(start, timedelta(hours=4)), n)
    dear = max(n // 100, 1)
    measure("spans_of_5_days", lambda start: spans(office, start, start + timedelta(days=5)), dear)
    measure("spans_of_a_year", lambda start: spans(office, start, start + year_long), max(dear // 10, 1))
    measure("parse", lambda start: parse(), max(dear // 5, 1))
    measure(
        "prepare_a_year",
        lambda start: parse().open_days(date(2026, 1, 1), date(2026, 12, 31)),
        max(dear // 10, 1),
    )


if __name__ == "__main__":
    main()
