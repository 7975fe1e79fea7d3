"""What is to be done about commitments, and when: periods close, paces are looked at. No database in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from slaflow.lifecycle.commitments.terms import Terms
from slaflow.workflow.model.commitment import Commitment, Every, PaceStep, Signed
from slaflow.workflow.model.periods import ONE_DAY, Period, period_of
from slaflow.workflow.model.workflow import Workflow

Versions = Sequence[tuple[datetime, Workflow]]
"""An agreement's versions with the instants since when they are in force, oldest first."""


class Item(NamedTuple):
    """Something that falls at an instant: a commitment's period closes, or (*step*) its pace is looked at."""

    at: datetime
    order: int
    """At one instant paces come before closings."""
    place: int
    terms: Terms
    commitment: Commitment
    step: PaceStep | None = None


def terms_of(versions: Versions, period: Period) -> Terms | None:
    """The terms of *period*; None if no version was in force before it ended."""
    for since, workflow in reversed(versions):
        if since <= period.bounds(workflow.timezone)[0]:
            return Terms(workflow, period)
    for since, workflow in versions[:1]:
        if since < period.bounds(workflow.timezone)[1]:
            return Terms(workflow, period, since.astimezone(ZoneInfo(workflow.timezone)).date())
    return None


def between(versions: Versions, start: datetime, end: datetime) -> list[Item]:
    """What falls in ``[start, end)``, oldest first."""
    found = (item for terms in _all_terms(versions, start, end) for item in _items(terms))
    inside = (item for item in found if start <= item.at < end)
    return sorted(inside, key=lambda item: (item.at, item.order, item.place, item.terms.period.first))


def next_at(versions: Versions, start: datetime) -> datetime | None:
    """When something falls next, at *start* or later; None: never."""
    found = (item.at for terms in _all_terms(versions, start, start) for item in _items(terms))
    return min((at for at in found if at >= start), default=None)


def unclosed(versions: Versions, until: datetime, now: datetime) -> list[Terms]:
    """The terms of every period that begins before *now* and is to be measured at *until* or later."""
    begun = (terms for terms in _all_terms(versions, until, now) if terms.bounds[0] < now)
    return [terms for terms in begun if any(at >= until for at in _measured_at(terms))]


def _measured_at(terms: Terms) -> Iterator[datetime]:
    return (terms.closes_at(c) for c in terms.commitments() if not isinstance(c.measure, Signed))


def _items(terms: Terms) -> Iterator[Item]:
    for commitment in terms.commitments():
        yield Item(terms.closes_at(commitment), 1, commitment.index, terms, commitment)
        days = terms.open_days() if commitment.pace else []
        for step in commitment.pace if days else ():
            over = -(-step.percent * len(days) // 100)
            yield Item(terms.end_of(days[over - 1]), 0, commitment.index, terms, commitment, step)


def _all_terms(versions: Versions, start: datetime, end: datetime) -> Iterator[Terms]:
    """The terms of every period of which something may fall from *start* on, until the first after *end*."""
    every = {each.every: None for _, workflow in versions for each in workflow.commitments.values()}
    longest = max(
        (each.matures for _, w in versions for each in w.commitments.values()), default=timedelta(0)
    )
    for kind in every:
        yield from _terms_of_kind(versions, kind, max(start - longest, versions[0][0]), end)


def _terms_of_kind(versions: Versions, every: Every, start: datetime, end: datetime) -> Iterator[Terms]:
    # A day on either side, as versions may be of different zones.
    period = period_of(every, (start - ONE_DAY).date())
    last = period_of(every, (end + ONE_DAY).date()).following()
    while period.first <= last.first:
        terms = terms_of(versions, period)
        if terms is not None:
            yield terms
        period = period.following()


def all_terms(versions: Versions, start: datetime | None, end: datetime) -> list[Terms]:
    """The terms of every period with commitments that begins in ``[start, end)``, oldest first."""
    if not versions:
        return []
    first = versions[0][0] if start is None else max(start, versions[0][0])
    found = [terms for terms in _all_terms(versions, first, end) if terms.commitments()]
    begun = [t for t in found if t.bounds[0] < end and (start is None or t.bounds[0] >= start)]
    return sorted(begun, key=lambda terms: (terms.bounds[0], terms.period.end))
