"""The link as a daemon: what was sent is applied, what CRMs are to show is written, until the bell rings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slaflow.engine.tick.worker import Bell, Patience
from slaflow.errors import SlaflowError
from slaflow.link.mirror import Mirroring, MirrorReport
from slaflow.link.run import HookReport, run_once
from slaflow.settings.reach import Reach
from slaflow.store.errors import ConflictingChange, DatabaseLocked, DatabaseUnreachable
from slaflow.store.linking import inbox

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

EVERY, LEAST = 1.0, 0.05
"""Seconds between two looks, and while there is more to do."""
MOST_TIMES = 20
"""Transactions in a row for one hook, so that the others have their turn."""
AFTER_A_FAULT = timedelta(minutes=1)
"""So long a hook that cannot be applied, for its map say, is left alone."""
PASSING: tuple[type[SlaflowError], ...] = (ConflictingChange, DatabaseLocked, DatabaseUnreachable)
log = logging.getLogger("slaflow.link")


@dataclass(slots=True)
class LinkReport:
    """What a round did, by hook and by CRM."""

    hooks: dict[str, HookReport] = field(default_factory=dict)
    mirror: MirrorReport = field(default_factory=MirrorReport)

    @property
    def problems(self) -> dict[str, str]:
        """Why nothing could be done for a hook or a CRM."""
        told = {name: each.problem for name, each in self.hooks.items() if each.problem is not None}
        return {**told, **self.mirror.problems}

    @property
    def troubles(self) -> dict[str, str]:
        """The same, and why CRMs are closed."""
        tallies = self.mirror.tallies.items()
        return {**{name: each.closed for name, each in tallies if each.closed is not None}, **self.problems}

    @property
    def is_news(self) -> bool:
        """Whether anything happened in it."""
        return any(each.counts for each in self.hooks.values()) or self.mirror.is_news

    def as_json(self) -> dict[str, Any]:
        return {
            "hooks": {name: each.as_json() for name, each in sorted(self.hooks.items())},
            "receivers": self.mirror.as_json()["receivers"],
            "problems": self.problems,
        }


def run(app: Engine, reach: Reach) -> LinkReport:
    """One round of everything that is due, to its end. What cannot be done stands in ``problems``."""
    report = LinkReport()
    for name in reach.hooks:
        report.hooks[name] = applied(app, reach, name, lambda: False)
    mirroring = Mirroring(app, reach)
    try:
        mirroring.begin()
        mirroring.collect(report.mirror, wait=True)
    finally:
        mirroring.close()
    return report


def rounds(app: Engine, reach: Reach, bell: Bell) -> Iterator[LinkReport]:
    """What each round did; a CRM that hangs holds up nothing. What can pass by itself is waited out."""
    app.database.is_hurried = lambda: bell.rung
    mirroring, patience = Mirroring(app, reach, is_over=lambda: bell.rung), Patience(0.5, 60)
    left_alone: dict[str, datetime] = {}
    try:
        while not bell.rung:
            report, seconds = LinkReport(), None
            try:
                for name in reach.hooks:
                    if left_alone.get(name, app.now()) <= app.now():
                        report.hooks[name] = done = applied(app, reach, name, lambda: bell.rung)
                        left_alone |= {name: app.now() + AFTER_A_FAULT} if done.problem else {}
                mirroring.begin()
                patience.reset()
            except PASSING as error:
                seconds = patience.seconds()
                log.warning("%s; trying to go on with the link in %.1f s", error, seconds)
            mirroring.collect(report.mirror)
            yield report
            bell.wait(_pause(app, report, mirroring) if seconds is None else seconds)
    finally:
        mirroring.close()


def applied(app: Engine, reach: Reach, name: str, is_over: Callable[[], bool]) -> HookReport:
    """Applies what is due of the hook, a good deal at most. Raises what can pass by itself."""
    report = HookReport()
    for _ in range(MOST_TIMES):
        try:
            done = run_once(app, reach, name)
        except PASSING:
            raise
        except SlaflowError as error:
            report.problem = str(error)
            return report
        report.counts += done.counts
        if is_over() or not done.counts:
            break
    return report


def _pause(app: Engine, report: LinkReport, mirroring: Mirroring) -> float:
    if mirroring.is_busy or any(each.counts for each in report.hooks.values()):
        return LEAST
    with suppress(*PASSING), app.database.read() as conn:
        at, now = inbox.next_due(conn), app.now()
        # What is due and was not applied is in another's hands, or no hook's.
        if at is not None and at > now:
            return min(max((at - now).total_seconds(), LEAST), EVERY)
    return EVERY
