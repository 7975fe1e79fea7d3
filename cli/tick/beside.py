"""A worker beside the pages of ``serve``: neither waits for the other, or dies of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slaflow.engine.app import Engine
    from slaflow.engine.tick.worker import Bell

log = logging.getLogger("slaflow.watch")


def ticking(another_engine: Callable[[], Engine]) -> AbstractContextManager[None]:
    """A worker beside the pages."""
    return beside(another_engine, "worker", _tick)


@contextmanager
def beside(
    another_engine: Callable[[], Engine], name: str, work: Callable[[Engine, Bell], None]
) -> Iterator[None]:
    """*work* in a thread of its own, with connections of its own. Afterwards it has ended."""
    from slaflow.engine.tick.worker import Bell

    bell, engine = Bell(), another_engine()
    thread = Thread(target=work, args=(engine, bell), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        bell.ring()
        thread.join()
        bell.close()
        engine.database.dispose()


def _tick(engine: Engine, bell: Bell) -> None:
    from slaflow.engine.tick.worker import Patience, Worker

    patience = Patience(1, 60)
    while not bell.rung:
        try:
            for report in Worker(engine, bell).rounds():
                patience.reset()
                for failed in report.as_json()["failed"]:
                    log.warning("lead %s was left out: %s", failed["lead"], failed["because"])
        except Exception as error:
            # Whatever ends it: the pages are still to be answered, and what falls is still to be carried out.
            seconds = patience.seconds()
            log.warning("%s; trying to tick again in %.1f s", _words(error), seconds)
            bell.wait(seconds)


def _words(error: Exception) -> str:
    from slaflow.errors import SlaflowError

    return str(error) if isinstance(error, SlaflowError) else f"ticking broke off: {type(error).__name__}"
