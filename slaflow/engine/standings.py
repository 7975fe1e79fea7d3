"""Leads settled for pages: what no tick carried out yet is worked out once, and not for each reader."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from slaflow.clock.state import Clock
from slaflow.engine.settle import Standing, settled
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.workflow import Workflow

MOST = 1000
"""Leads that are kept, those asked for last of those in which something fell."""


class Known(NamedTuple):
    """A settled lead, and the version it lives under."""

    workflow: Workflow
    standing: Standing


class Owing(NamedTuple):
    """Whose lead it is, and which parties owe something about it."""

    owner: str | None
    parties: frozenset[str]


class _Kept(NamedTuple):
    """``until`` is when the next step falls, None: never; until then time alone changes nothing."""

    head: str
    workflow: Workflow
    people: Directory
    since: datetime
    until: datetime | None
    standing: Standing
    owing: Owing


class Standings:
    """Kept by one engine for all threads; who gets one only reads it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._people: Directory | None = None
        self._lock = Lock()

    def shared(self, people: Directory) -> Directory:
        """The directory asked with last where *people* says the same: it has looked up much before."""
        known = self._people
        if known == people:
            return known
        self._people = people
        return people

    def holding(self, people: Directory, lead_ids: Iterable[int], at: datetime) -> dict[int, Owing]:
        """The leads that stand as they are kept, unless their logs have gone on since."""
        with self._lock:
            found = ((each, self._kept.get(each)) for each in lead_ids)
            return {
                lead_id: kept.owing
                for lead_id, kept in found
                if kept is not None and _stands(kept, people, kept.head, at)
            }

    def known(self, people: Directory, heads: Mapping[int, str], at: datetime) -> dict[int, Known]:
        """The leads whose log ends so, settled to *at*, as far as nothing has to be read for it."""
        with self._lock:
            found = ((lead_id, self._kept.get(lead_id), head) for lead_id, head in heads.items())
            return {
                lead_id: Known(kept.workflow, kept.standing)
                for lead_id, kept, head in found
                if kept is not None and _stands(kept, people, head, at)
            }

    def of(
        self, workflow: Workflow, people: Directory, lead: Lead, clocks: Iterable[Clock], at: datetime
    ) -> Standing:
        """*lead*, as it is saved, settled to *at*.

        It stands as it stood before while its log ends with the same entry, *people* is the same directory
        and nothing fell in between.
        """
        with self._lock:
            kept = self._kept.get(lead.id)
            if kept is not None and kept.workflow is workflow and _stands(kept, people, lead.head, at):
                self._kept.move_to_end(lead.id)
                return kept.standing
        given = list(clocks)
        fell = any(each.wake_at is not None and each.wake_at <= at for each in given)
        decision = settled(workflow, people, lead, given, at)
        found = Standing(decision.lead, decision.clocks, at)
        if not fell:
            # Soon worked out again, and so many that they would push out those that take long.
            with self._lock:
                self._kept.pop(lead.id, None)
            return found
        running = [each for each in decision.clocks if each.is_open]
        wakes = [each.wake_at for each in running if each.wake_at is not None]
        owing = Owing(
            found.lead.owner, frozenset(each.owed_by for each in running if each.owed_by is not None)
        )
        with self._lock:
            self._kept[lead.id] = _Kept(
                lead.head, workflow, people, at, min(wakes, default=None), found, owing
            )
            self._kept.move_to_end(lead.id)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found


def _stands(kept: _Kept, people: Directory, head: str, at: datetime) -> bool:
    return (
        kept.head == head
        and kept.people is people
        and kept.since <= at
        and (kept.until is None or at <= kept.until)
    )
