"""One entry with all that stands around it: its bytes and hash, neighbours, causes, what was signed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.desk.reading import zone_for
from slaflow.engine.logbook.listing import Row, rows_of
from slaflow.errors import SlaflowError
from slaflow.language import _
from slaflow.lifecycle.lead import Actor
from slaflow.log.entry import GENESIS, Entry, canonical, data_hash
from slaflow.log.errors import VerificationImpossible
from slaflow.log.note import parse_note
from slaflow.log.proof import HASHED
from slaflow.store.database import Connection
from slaflow.store.log import around, checkpoints
from slaflow.store.log.checkpoints import KeptCheckpoint

CAUSED = 50


class EntryNotThere(SlaflowError):
    """No entry of that number stands in the database."""

    code = "entry_not_there"

    def __init__(self, entry_id: int, archived: str | None) -> None:
        self.archived = archived
        words = _("there is no entry {number} in this log")
        if archived is not None:
            words = _(
                "there is no entry {number} in this log; some were moved to files, the last of them to {file}"
            )
        super().__init__(words.format(number=entry_id, file=archived))


@dataclass(frozen=True, slots=True)
class Check:
    """What was computed anew for this page; None: it could not be, as what it needs was erased or is away."""

    hash: bool
    data: bool | None
    prev: bool | None


@dataclass(frozen=True, slots=True)
class Head:
    """The last head that was signed, and whether the entry is under it."""

    size: int
    at: datetime
    signed_by: tuple[str, ...]
    covers: bool


@dataclass(frozen=True, slots=True)
class EntryPage:
    """``values`` are the keys of the entry that say something, ``text`` the bytes under its hash."""

    row: Row
    seq: int
    entry_class: str
    instants: tuple[tuple[str, datetime], ...]
    values: tuple[tuple[str, Any], ...]
    data: Any
    text: str
    hash: str
    prev: str | None
    data_hash: str
    check: Check
    before: Row | None
    after: Row | None
    cause: Row | None
    caused: tuple[Row, ...]
    log_before: int | None
    log_after: int | None
    erased_by: Row | None
    head: Head | None
    zone: str
    at: datetime


def show(app: Context, who: Actor, entry_id: int) -> EntryPage:
    """The entry of that number. Raises ``EntryNotThere``."""
    with app.database.read() as conn:
        found = _found(conn, entry_id)
        stream, caused = around.in_stream(conn, found), around.caused(conn, found, CAUSED)
        erased = around.erased_by(conn, found) if found.data_text is None else None
        others = {each.id: each for each in (found, *stream, *caused, *([erased] if erased else []))}
        rows = {row.id: row for row in rows_of(app, conn, others.values())}
        beside, head = around.beside(conn, found), checkpoints.latest(conn)
        check, zone = _check(conn, found, stream), zone_for(app, conn, who)
    by_seq = {each.seq: rows[each.id or 0] for each in stream}
    return EntryPage(
        row=rows[entry_id], seq=found.seq, entry_class=found.entry_class, instants=tuple(_instants(found)),
        values=tuple(_values(found)), data=found.data_text and _data(found), text=bytes_of(found).decode(),
        hash=found.hash, prev=None if found.prev == GENESIS else found.prev, data_hash=found.data_hash,
        check=check, before=by_seq.get(found.seq - 1), after=by_seq.get(found.seq + 1),
        cause=None if found.caused_by is None else by_seq.get(found.caused_by),
        caused=tuple(rows[each.id or 0] for each in caused), log_before=beside[0], log_after=beside[1],
        erased_by=None if erased is None else rows[erased.id or 0],
        head=None if head is None else _head(head, entry_id), zone=zone, at=app.now(),
    )  # fmt: skip


def hashed(app: Context, entry_id: int) -> bytes:
    """The bytes of which the entry's hash is the SHA-256. Raises ``EntryNotThere``."""
    with app.database.read() as conn:
        return bytes_of(_found(conn, entry_id))


def bytes_of(entry: Entry) -> bytes:
    shown = _shown(entry)
    return canonical({key: shown[key] for key in HASHED})


def _found(conn: Connection, entry_id: int) -> Entry:
    found = checkpoints.entry_of(conn, entry_id)
    if found is None:
        raise EntryNotThere(entry_id, around.last_archive(conn))
    return found


def _shown(entry: Entry) -> dict[str, Any]:
    """The entry as JSON has it, but for its data, which need not be readable."""
    return entry._replace(data_text=None).as_json()


def _data(entry: Entry) -> Any:
    try:
        return entry.data
    except ValueError:
        return entry.data_text


def _instants(entry: Entry) -> list[tuple[str, datetime]]:
    named = ("at", "occurred_at", "arrived_at", "recorded_at")
    return [(name, at) for name in named if (at := getattr(entry, name)) is not None]


def _values(entry: Entry) -> list[tuple[str, Any]]:
    left_out = {
        "id", "stream", "seq", "lead", "kind", "class", "at", "occurred_at", "arrived_at", "recorded_at",
        "data", "data_hash", "prev", "hash", "caused_by",
    }  # fmt: skip
    shown = _shown(entry).items()
    return [(key, value) for key, value in shown if key not in left_out and value not in (None, False)]


def _check(conn: Connection, entry: Entry, stream: Sequence[Entry]) -> Check:
    before = next((each for each in stream if each.seq == entry.seq - 1), None)
    if entry.seq == 1:
        prev: bool | None = entry.prev == GENESIS
    else:
        prev = None if before is None else before.hash == entry.prev
    data = None
    if entry.data_text is not None:
        data = data_hash(checkpoints.salt_of(conn, entry), entry.data_text) == entry.data_hash
    return Check(sha256(bytes_of(entry)).hexdigest() == entry.hash, data, prev)


def _head(kept: KeptCheckpoint, entry_id: int) -> Head:
    try:
        names = tuple(dict.fromkeys(each.name for each in parse_note(kept.note.encode()).signatures))
    except VerificationImpossible:
        names = ()
    return Head(kept.size, kept.at, names, kept.last_entry >= entry_id)
