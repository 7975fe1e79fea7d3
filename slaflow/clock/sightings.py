"""What a clock has seen of what meets it, and when: so that late evidence finds the instant it was met.

A restart begins the count anew; what was seen before it is kept as long as late evidence may ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from slaflow.clock.state import Clock

EARLIER_STARTS = -1
"""Where ``Clock.seen`` keeps the starts before a restart; places in ``meet`` count from 0."""
COUNTED_SINCE = -4
"""Where it keeps since when a clock is counted that another version took over before it ever paused; -2 and
-3 are those of ``disputes.py``."""


class Era(NamedTuple):
    """A stretch of a clock's life, half-open, in which one count goes on; ``until`` None: up to now."""

    since: datetime
    until: datetime | None


def see(clock: Clock, place: int, at: datetime) -> int:
    """Notes that the pattern at *place* was seen; gives how often by now, since the clock's (re)start."""
    seen = clock.seen[place] = _in_order((*clock.seen.get(place, ()), at))
    return len(_of(seen, Era(clock.started_at, None)))


def times_seen(clock: Clock, place: int, era: Era) -> tuple[datetime | None, ...]:
    """When in *era* the pattern at *place* was seen, in order; last those of which it is not known when."""
    return _of(clock.seen.get(place, ()), era)


def era_at(clock: Clock, at: datetime) -> Era | None:
    """The stretch that *at* lies in: at or after a start, before the next and before the clock's end."""
    starts = _starts(clock)
    since = max((start for start in starts if start <= at), default=None)
    if since is None or (clock.ended_at is not None and at >= clock.ended_at):
        return None
    return Era(since, min((start for start in starts if start > at), default=clock.ended_at))


def counts_since(clock: Clock, at: datetime) -> None:
    """Notes that *clock*, which never paused, is counted from *at* on, as its lead moved to other terms."""
    clock.seen[COUNTED_SINCE] = (at,)


def never_paused(clock: Clock) -> bool:
    """Whether *clock* is counted from its start, or since it was moved from when it had never paused."""
    return clock.base_at in (clock.started_at, *clock.seen.get(COUNTED_SINCE, ()))


def begin_anew(clock: Clock, at: datetime, keep: timedelta) -> None:
    """Begins the count anew at *at*, before ``started_at`` says so; what ended more than *keep* ago goes."""
    starts = tuple(s for s, end in pairwise((*_starts(clock), at)) if s < end and end > at - keep)
    if not starts:
        clock.seen = {}
        return
    times = ((place, seen) for place, seen in clock.seen.items() if place != EARLIER_STARTS)
    clock.seen = {place: tuple(_known(seen, starts[0], at)) for place, seen in times}
    clock.seen[EARLIER_STARTS] = starts


def _starts(clock: Clock) -> list[datetime]:
    return [*_known(clock.seen.get(EARLIER_STARTS, ())), clock.started_at]


def _known(
    times: Iterable[datetime | None], since: datetime | None = None, until: datetime | None = None
) -> Iterator[datetime]:
    for at in times:
        if at is not None and (since is None or since <= at) and (until is None or at < until):
            yield at


def _of(times: Iterable[datetime | None], era: Era) -> tuple[datetime | None, ...]:
    times = tuple(times)
    return (*_known(times, *era), *(at for at in times if at is None))


def _in_order(times: Iterable[datetime | None]) -> tuple[datetime | None, ...]:
    times = tuple(times)
    return (*sorted(_known(times)), *(at for at in times if at is None))
