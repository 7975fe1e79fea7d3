"""Who does the jobs that pages ask for, beside the pages of ``serve``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.engine.jobs.kinds import Kinds
    from slaflow.errors import SlaflowError

SWITCH_SECONDS = 0.001
log = logging.getLogger("slaflow.jobs")


@contextmanager
def working(another_engine: Callable[[], Engine], kinds: Kinds) -> Iterator[None]:
    """Jobs are done in a thread with connections of its own; at the end one in hand is given back."""
    from slaflow.engine.jobs.worker import JobWorker, work
    from slaflow.engine.tick.worker import Patience

    engine, patience = another_engine(), Patience(1, 60)
    worker = JobWorker(engine, kinds)

    def retried(error: SlaflowError) -> float:
        seconds = patience.seconds()
        log.warning("%s; looking for jobs again in %.1f s", error, seconds)
        return seconds

    # A job computes for long; whoever is asked for a page meanwhile is not to wait for it at every step.
    sys.setswitchinterval(SWITCH_SECONDS)
    thread = Thread(target=work, args=(worker, retried), name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.end()
        thread.join()
        engine.database.dispose()
