"""What counts the figures of the record beside a worker: neither waits for the other, or dies of it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from threading import get_native_id
from time import monotonic
from typing import TYPE_CHECKING

from .beside import beside

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.engine.tick.worker import Bell

LOOK_SECONDS = 2.0
OLD_SECONDS = 60.0
GIVES_WAY = 10
"""How nice the thread is to others."""
log = logging.getLogger("slaflow.figures")


def counting(another_engine: Callable[[], Engine]) -> AbstractContextManager[None]:
    """Counts beside whatever else goes on."""
    return beside(another_engine, "counter", _count)


def count_once(engine: Engine) -> int:
    """Counts all that pages have asked for; how many figures."""
    from slaflow.engine.figures import kept

    if not kept.is_any(engine):
        return 0
    from slaflow.engine.figures.counting import Counter
    from slaflow.report.record.reports import COUNTS

    counter = Counter(engine, COUNTS)
    counter.ask_for_old()
    return sum(1 for _ in counter.round())


def begin(engine: Engine) -> None:
    """Has be counted what is looked at first."""
    from slaflow.engine.figures import kept
    from slaflow.report.record.reports import looked_at_first

    kept.begin(engine, looked_at_first(engine))


def _count(engine: Engine, bell: Bell) -> None:
    from slaflow.engine.figures.counting import Counter
    from slaflow.engine.tick.worker import Patience
    from slaflow.report.record.reports import COUNTS

    _give_way()
    engine.database.is_hurried = lambda: bell.rung
    counter, patience, asked = Counter(engine, COUNTS), Patience(1, 60), -OLD_SECONDS
    while not bell.rung:
        try:
            if monotonic() - asked >= OLD_SECONDS:
                counter.ask_for_old()
                asked = monotonic()
            for _ in counter.round():
                if bell.rung:
                    return
            patience.reset()
            bell.wait(LOOK_SECONDS)
        except Exception as error:
            if bell.rung:
                return
            # Whatever ends it: the record is to be counted as soon as it can be.
            seconds = patience.seconds()
            log.warning("%s; trying to count again in %.1f s", _words(error), seconds)
            bell.wait(seconds)


def _give_way() -> None:
    """Pages and ticks come first, where the system tells threads apart."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), GIVES_WAY)


def _words(error: Exception) -> str:
    from slaflow.errors import SlaflowError

    return str(error) if isinstance(error, SlaflowError) else f"counting broke off: {type(error).__name__}"
