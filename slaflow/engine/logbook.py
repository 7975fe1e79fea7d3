"""The log, read and verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from slaflow.log.entry import Entry
from slaflow.log.verify import RawEntry, Verification
from slaflow.log.verify import verify as verify_entries
from slaflow.store import log as store
from slaflow.store.log import LogFilter

if TYPE_CHECKING:
    from slaflow.engine.app import Engine

__all__ = ["LogFilter", "entries", "verify"]


def entries(app: Engine, filters: LogFilter) -> Iterator[Entry]:
    """Entries that pass every filter, oldest first, streamed."""
    with app.database.read() as conn:
        yield from store.entries(conn, filters)


def verify(app: Engine, progress: Callable[[int], None] | None = None) -> Verification:
    """Recomputes every hash from raw values; *progress* hears the number of entries read."""
    with app.database.read() as conn:
        return verify_entries(_counted(store.raw_entries(conn), progress), store.heads(conn))


def _counted(rows: Iterator[RawEntry], progress: Callable[[int], None] | None) -> Iterator[RawEntry]:
    for number, row in enumerate(rows, 1):
        if progress is not None and number % 1000 == 0:
            progress(number)
        yield row
