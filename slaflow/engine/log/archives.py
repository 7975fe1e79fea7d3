"""Entries that leave the log for a file: whose, how that is recorded, and what of it can be verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from slaflow.engine import streams
from slaflow.engine.context import Context
from slaflow.engine.passages import keep as passages
from slaflow.engine.transaction import written
from slaflow.errors import USAGE, SlaflowError
from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.log.archive import STREAM, ArchiveRecord, StreamEnd, check_records
from slaflow.log.entry import Entry
from slaflow.log.prefix import Leaf
from slaflow.log.raw_entry import RawEntry
from slaflow.log.verify import Finding, StreamHead
from slaflow.store.database import Connection
from slaflow.store.log import archives as store

__all__ = ["ArchiveRecord", "ArchivedEntries", "StreamEnd", "StreamHead"]

_LEADS_AT_ONCE = 1000


class LiesAhead(SlaflowError):
    """What nothing can be at rest before, as it has not come yet."""

    code = "lies_ahead"
    exit_code = USAGE

    def __init__(self, before: datetime) -> None:
        super().__init__(f"{instant_text(before)} lies ahead; only what is past can be archived")


class ArchivedEntries(Protocol):
    """The archived part of the log, its files at hand; ``changed`` tells which are not as recorded."""

    changed: tuple[Finding, ...]

    def entries(self, heads: Iterator[StreamHead]) -> Iterator[RawEntry]:
        """Every archived entry in the order of (stream, seq); *heads* bring the salts."""

    def leaves(self) -> Iterator[Leaf]:
        """(id, hash) of every archived entry, by id."""

    def entry(self, entry_id: int, heads: Iterator[StreamHead]) -> Entry | None:
        """The archived entry with that id."""


def records(app: Context) -> list[ArchiveRecord]:
    """Every file that entries were moved into, oldest first."""
    with app.database.read() as conn:
        return kept_records(conn)


def is_archived(app: Context, lead_id: int) -> bool:
    """Whether entries of that lead were moved into a file."""
    with app.database.read() as conn:
        return store.archived_up_to(conn, f"lead:{lead_id}") > 0


def kept_records(conn: Connection) -> list[ArchiveRecord]:
    return [record for _, record in store.records(conn)]


def final_states(
    app: Context, conn: Connection, before: datetime, unclosed: Mapping[str, datetime]
) -> dict[tuple[str, str], datetime]:
    """Every (version's digest, final state) that leads are in, and before when they must have come to rest.

    That is *before*, or earlier where a period began that is not closed (*unclosed*, by agreement).
    """
    return {
        (digest, state): min(before, unclosed.get(app.workflow(digest).name, before))
        for digest, state in store.states(conn)
        if is_final(app, digest, state)
    }


def choose(conn: Connection, final: Mapping[tuple[str, str], datetime], most: int) -> list[int]:
    """Leads whose whole log may go, by id, about *most* entries of them.

    They are in one of the *final* states, nobody owes anything for them, and nothing was logged for them
    since the instant that goes with it.
    """
    chosen: list[int] = []
    entries = 0
    while entries < most:
        page = store.at_rest(conn, final, chosen[-1] if chosen else -(2**62), _LEADS_AT_ONCE)
        if not page:
            break
        for lead_id, left in page:
            if entries >= most:
                break
            chosen.append(lead_id)
            entries += left
    return chosen


def is_final(app: Context, digest: str, state: str) -> bool:
    """Whether that version of an agreement calls *state* final."""
    known = app.workflow(digest).states.get(state)
    return known is not None and known.final


def moved(app: Context, made: ArchiveRecord, ends: Sequence[StreamEnd]) -> None:
    """Lets the entries go that a file holds, on the record: all of it or nothing."""

    def recorded(conn: Connection) -> None:
        number = store.record(conn, made, ends)
        now = made.recorded_at
        draft = Draft(
            0,
            "archived",
            "input",
            now,
            "system",
            "system",
            arrived_at=now,
            occurred_at=now,
            data=made.as_data(),
        )
        streams.append(conn, STREAM, draft, now)
        store.let_go(conn, number, made.entries)
        passages.let_go(app, conn, [end.stream for end in ends])

    written(app, recorded)


def findings(conn: Connection) -> list[Finding]:
    """What is wrong with the record of what was archived."""
    kept = ((record, store.ends_of(conn, number)) for number, record in store.records(conn))
    return list(check_records(kept, store.logged(conn)))
