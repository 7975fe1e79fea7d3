"""What CRMs are to show, written: each CRM by a worker of its own; who hangs costs the others nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slaflow.engine.context import Context
from slaflow.errors import SlaflowError, own_fault
from slaflow.link.crm.opening import opened
from slaflow.link.crm.shapes import Crm
from slaflow.link.mirroring.course import Course, Owners, Tally
from slaflow.link.mirroring.maps import link_of
from slaflow.settings.reach import Reach
from slaflow.store.errors import ConflictingChange, DatabaseLocked, DatabaseUnreachable
from slaflow.store.linking import mirrors as store

WORKERS = 16
"""CRMs that are written to at once."""
AFTER_A_FAULT = timedelta(minutes=1)
"""So long a CRM that could not be opened here, or broke, is left alone."""


@dataclass(slots=True)
class MirrorReport:
    """What one round did, by receiver; ``problems`` say why nothing could be done for one."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        told = {
            name: {key: getattr(each, key) for key in Tally.__slots__}
            for name, each in sorted(self.tallies.items())
        }
        return {"receivers": told, "problems": self.problems}

    @property
    def is_news(self) -> bool:
        """Whether anything happened in it."""
        return any(tally != Tally(closed=tally.closed) for tally in self.tallies.values())


@dataclass(slots=True)
class _Opened:
    crm: Crm
    owners: Owners = field(default_factory=Owners)


class Mirroring:
    """One of any number that write to CRMs.

    Args:
        crms: those that are open already, by name; others are opened as slaflow.toml says.
        environment: where secrets are looked for; the process's own if None.
        clock: the engine's if None.
        is_over: asked between two calls; True ends all.
    """

    def __init__(
        self, app: Context, reach: Reach, *, crms: Mapping[str, Crm] | None = None,
        environment: Mapping[str, str] | None = None, clock: Callable[[], datetime] | None = None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.app, self.reach, self.environment, self.is_over = app, reach, environment, is_over
        self.clock = clock or app.now
        self._opened = {name: _Opened(crm) for name, crm in (crms or {}).items()}
        self._lent = frozenset(self._opened)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="mirror")
        self._running: dict[str, Future[Tally]] = {}
        self._left_alone: dict[str, datetime] = {}

    @property
    def is_busy(self) -> bool:
        """Whether leads are in hand."""
        return bool(self._running)

    def begin(self) -> None:
        """Has a worker for each CRM to which something may be written and that has none."""
        if not self.reach.crms:
            return
        now = self.clock()
        with self.app.database.read() as conn:
            names = store.receivers_due(conn, now)
        for name in names:
            is_free = name not in self._running and self._left_alone.get(name, now) <= now
            if name in self.reach.crms and is_free:
                self._running[name] = self._pool.submit(self._course, name)

    def collect(self, report: MirrorReport, *, wait: bool = False) -> None:
        """Adds to *report* what the workers that are done did; with *wait* all of them."""
        for name, future in list(self._running.items()):
            if wait or future.done():
                del self._running[name]
                self._end(report, name, future)

    def close(self) -> None:
        """Waits for the calls in hand, and lets go of workers and connections."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for name, each in self._opened.items():
            if name not in self._lent:
                each.crm.close()

    def _course(self, name: str) -> Tally:
        link = link_of(self.app, self.reach, name)
        if name not in self._opened:
            self._opened[name] = _Opened(
                opened(self.reach, name, environment=self.environment, now=self.clock)
            )
        one, send = self._opened[name], self.reach.send
        course = Course(self.app, send, name, link, one.crm, one.owners, self.clock, self.is_over)
        tally = course.run()
        if course.has_closed:
            self._let_go(name)
        return tally

    def _end(self, report: MirrorReport, name: str, future: Future[Tally]) -> None:
        try:
            report.tallies[name] = future.result()
        except (ConflictingChange, DatabaseLocked, DatabaseUnreachable) as error:
            report.problems[name] = str(error)
        except SlaflowError as error:
            self._leave_alone(report, name, str(error))
        except Exception as error:
            # One CRM's bug stops that one alone.
            self._leave_alone(report, name, own_fault(error))

    def _let_go(self, name: str) -> None:
        """Who mends what it was closed for may have put its secret anew: it is opened with that."""
        if name not in self._lent and (opened := self._opened.pop(name, None)) is not None:
            opened.crm.close()

    def _leave_alone(self, report: MirrorReport, name: str, because: str) -> None:
        report.problems[name] = because
        self._left_alone[name] = self.clock() + AFTER_A_FAULT


def run_once(
    app: Context, reach: Reach, now: datetime | None = None, *, crms: Mapping[str, Crm] | None = None,
    environment: Mapping[str, str] | None = None,
) -> MirrorReport:  # fmt: skip
    """Writes to every CRM what is to be written, and waits until that is done; *now* None is the engine's.

    Who does so again and again keeps a :class:`Mirroring`, which need not sign in each time.
    """
    mirroring = Mirroring(
        app, reach, crms=crms, environment=environment, clock=None if now is None else lambda: now
    )
    report = MirrorReport()
    try:
        mirroring.begin()
        mirroring.collect(report, wait=True)
    finally:
        mirroring.close()
    return report
