"""Several processes that do their work side by side, and this one, which keeps them going until the end.

They are forked before anything in them has begun: what each needs, such as its connections, it makes itself.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic

from .output import tell

Work = Callable[[], None]
"""Begins with SIGTERM and SIGINT held back, and ends at SIGTERM."""
ENDING = frozenset((signal.SIGTERM, signal.SIGINT))
WATCHED = ENDING | {signal.SIGCHLD}
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before one that died at once is begun again; twice as long each time."""
HALE = 10.0
"""Seconds after which one that dies did not die at once."""


@dataclass
class Place:
    """One of the processes, and its successors."""

    work: Work
    pid: int | None = None
    begun: float = 0.0
    due: float = 0.0
    pause: float = field(default=FIRST_PAUSE)

    def begin(self, lifeline: tuple[int, int]) -> None:
        self.begun, self.pid = monotonic(), os.fork()
        if self.pid == 0:
            _live(self.work, *lifeline)

    def is_over(self) -> bool:
        """Whether it has ended; then it is due again, sooner or later."""
        assert self.pid is not None
        if os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            return False
        now = monotonic()
        self.pause = FIRST_PAUSE if now - self.begun > HALE else min(2 * self.pause, LONGEST_PAUSE)
        self.pid, self.due = None, now + self.pause
        return True


def keep_running(works: Sequence[Work], patience: float) -> None:
    """Runs each in a process of its own, again where one ends, until SIGTERM or Ctrl-C.

    Then each gets SIGTERM, and has *patience* seconds; at a second signal not even those.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    # Whoever holds its other end has it end with this process, however that ends.
    lifeline = os.pipe()
    places = [Place(work) for work in works]
    while True:
        now = monotonic()
        for place in places:
            if place.pid is None and place.due <= now:
                place.begin(lifeline)
        waits = [place.due - now for place in places if place.pid is None]
        found = signal.sigtimedwait(WATCHED, max(0.0, min(waits, default=60.0)))
        if found is not None and found.si_signo in ENDING:
            break
        for place in places:
            if place.pid is not None and place.is_over():
                tell(f"slaflow: a process ended, and another is begun in {place.pause:.1f} s")
    _end([place.pid for place in places if place.pid is not None], patience)


def _end(left: list[int], patience: float) -> None:
    _send(left, signal.SIGTERM)
    until = monotonic() + patience
    while left and (rest := until - monotonic()) > 0:
        found = signal.sigtimedwait(WATCHED, rest)
        if found is not None and found.si_signo in ENDING:
            break
        left = [pid for pid in left if os.waitpid(pid, os.WNOHANG)[0] == 0]
    _send(left, signal.SIGKILL)
    for pid in left:
        os.waitpid(pid, 0)


def _send(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _live(work: Work, lifeline: int, held: int) -> None:
    """What a process is from its first moment to its last; it never comes back."""
    status = 1
    try:
        # Ctrl-C is for who watches; it tells the others in its own time.
        os.setpgid(0, 0)
        os.close(held)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        Thread(target=_end_with, args=(lifeline,), name="lifeline", daemon=True).start()
        work()
        status = 0
    except BaseException as error:
        tell(f"slaflow: a process broke off: {type(error).__name__}")
    finally:
        os._exit(status)


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
