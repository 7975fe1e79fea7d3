"""Verification: every hash recomputed from raw stored values; where and how the log was changed.

What cannot be read is a change, and is named like one. A log that could not be checked at all is
:class:`~slaflow.log.errors.VerificationImpossible`, which says nothing about the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

from slaflow.log.chain import header_hash
from slaflow.log.entry import GENESIS, HEADER, KEYS, data_hash
from slaflow.log.errors import LogTampered, Unsealable, VerificationImpossible
from slaflow.log.raw_entry import DATA, DATA_HASH, HASH, ID, KIND, PREV, SEQ, STREAM, RawEntry

_hashed = itemgetter(*map(KEYS.index, HEADER))
"""The values of a raw entry that are under its hash."""
_INSTANTS = tuple(map(HEADER.index, ("at", "arrived_at", "occurred_at", "recorded_at")))
_HANDOFF = HEADER.index("handoff")


@dataclass(frozen=True, slots=True)
class StreamHead:
    """Where a stream should end: the ``seq`` and hash of its last entry, and its salt (empty: none)."""

    stream: str
    seq: int
    head: str
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written. ``id`` is None where the entry itself is missing.

    ``stream`` is None where the log as a whole is not the one that was signed.
    """

    id: int | None
    stream: str | None
    reason: str
    seq: int | None = None
    expected: str = ""
    found: str = ""

    def as_error(self) -> LogTampered:
        return LogTampered(self.id, self.stream, self.seq, self.reason, self.expected, self.found)


@dataclass(frozen=True, slots=True)
class Verification:
    """How many entries and streams were read, and at most one finding per changed stream.

    ``bad`` is the first of ``findings`` by id: the oldest entry that was changed.
    """

    entries: int
    streams: int
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.findings

    @property
    def bad(self) -> Finding | None:
        return min(self.findings, key=_oldest_first, default=None)

    def as_json(self) -> dict[str, Any]:
        bad = self.bad
        named = None if bad is None else {"id": bad.id, "stream": bad.stream, "reason": bad.reason}
        return {"ok": self.ok, "entries": self.entries, "streams": self.streams, "bad": named}


def _oldest_first(finding: Finding) -> tuple[bool, int]:
    return (not isinstance(finding.id, int), finding.id if isinstance(finding.id, int) else 0)


class StreamStart(Protocol):
    """Up to where a stream is not among the entries to be verified: seq, hash and id of its last there."""

    @property
    def stream(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def hash(self) -> str: ...
    @property
    def last_entry(self) -> int: ...


def verify(
    entries: Iterable[RawEntry], heads: Iterable[StreamHead], starts: Iterable[StreamStart] = ()
) -> Verification:
    """What recomputing every hash brings to light.

    Args:
        entries: every entry of the log, in the order of (stream, seq).
        heads: every stream's end, in the order of names (byte order, as Python sorts text).
        starts: where streams begin whose first entries are archived and not given, in the order of names.

    Raises:
        VerificationImpossible: the heads do not come in the order of names.

    Cost: one entry in memory at a time; about 10 microseconds each.
    """
    count = streams = 0
    findings: list[Finding] = []
    ends = _Ends(heads, starts)
    for name, group in groupby(entries, key=_stream_of):
        streams += 1
        findings += ends.missing_before(name)
        stream = _Stream(name, *ends.take(name))
        for raw in group:
            count += 1
            stream.read(raw)
        findings += stream.finish()
    findings += ends.missing_before(None)
    return Verification(count, streams, tuple(findings))


def joined(parts: Iterable[Verification]) -> Verification:
    """What verifying the log came to, by what verifying each of its *parts* did, in the order of names."""
    entries = streams = 0
    findings: list[Finding] = []
    for part in parts:
        entries += part.entries
        streams += part.streams
        findings += part.findings
    return Verification(entries, streams, tuple(findings))


def _stream_of(raw: RawEntry) -> str:
    return raw[STREAM] if isinstance(raw[STREAM], str) else repr(raw[STREAM])


class _Ends:
    """The streams' ends and starts, walked in step with the entries."""

    def __init__(self, heads: Iterable[StreamHead], starts: Iterable[StreamStart]) -> None:
        self._heads: Iterator[StreamHead] = iter(heads)
        self._next = next(self._heads, None)
        self._starts = _Starts(starts)

    def missing_before(self, name: str | None) -> Iterator[Finding]:
        """A finding for each stream before *name* (None: all that are left) whose entries are all gone."""
        while self._next is not None and (name is None or self._next.stream < name):
            yield from self._starts.passed_over(self._next.stream)
            start = self._starts.take(self._next.stream)
            if start is not None:
                yield from _Stream(self._next.stream, self._next, start).finish()
            elif self._next.seq != 0:
                yield Finding(None, self._next.stream, f"all {self._next.seq} entries are missing")
            self._advance(self._next)
        yield from self._starts.passed_over(name)

    def take(self, name: str) -> tuple[StreamHead | None, StreamStart | None]:
        """The end and the start of the stream *name*."""
        head, start = self._next, self._starts.take(name)
        if head is None or head.stream != name:
            return None, start
        self._advance(head)
        return head, start

    def _advance(self, past: StreamHead) -> None:
        self._next = next(self._heads, None)
        if self._next is not None and self._next.stream <= past.stream:
            raise VerificationImpossible(f"stream {self._next.stream} comes after {past.stream}")


class _Starts:
    """Where streams begin, asked for in the order of names."""

    def __init__(self, starts: Iterable[StreamStart]) -> None:
        self._starts = iter(starts)
        self._next = next(self._starts, None)

    def take(self, name: str) -> StreamStart | None:
        """The start of *name*, if its first entries are archived; those before it are passed over by now."""
        if self._next is None or self._next.stream != name:
            return None
        start, self._next = self._next, next(self._starts, None)
        return start

    def passed_over(self, name: str | None) -> Iterator[Finding]:
        """A finding for each stream before *name* (None: all that are left) that is archived, and that
        nothing else knows of."""
        while self._next is not None and (name is None or self._next.stream < name):
            reason = "its first entries are archived, and nothing else knows of this stream"
            yield Finding(None, self._next.stream, reason)
            self._next = next(self._starts, None)


@dataclass(slots=True)
class _Stream:
    """One stream as far as it was read. Behind its first finding nothing more is judged."""

    name: str
    end: StreamHead | None
    start: InitVar[StreamStart | None] = None
    seq: int = 0
    hash: str = GENESIS
    id: Any = 0
    erased_up_to: int = 0
    without_data: list[tuple[int, Any]] = field(default_factory=list)
    finding: Finding | None = None

    def __post_init__(self, start: StreamStart | None) -> None:
        if start is not None:
            self.seq, self.hash, self.id = start.seq, start.hash, start.last_entry

    def read(self, raw: RawEntry) -> None:
        if self.finding is None:
            self.finding = self._finding(raw)

    def finish(self) -> Iterator[Finding]:
        found = self.finding or self._lost_data() or self._wrong_end()
        if found is not None:
            yield found

    def _finding(self, raw: RawEntry) -> Finding | None:
        entry_id, seq, prev, stored = raw[ID], raw[SEQ], raw[PREV], raw[HASH]
        if seq != self.seq + 1:
            return self._named(entry_id, seq, _gap(self.seq + 1, seq))
        if prev != self.hash:
            return self._named(entry_id, seq, "it does not follow the entry before", self.hash, prev)
        found = self._data_finding(raw)
        if found is not None:
            return found
        computed = entry_hash(raw)
        if computed is None:
            return self._named(entry_id, seq, "a value of it cannot be read")
        if computed != stored:
            return self._named(entry_id, seq, "it was changed: its hash is another", computed, stored)
        if not isinstance(entry_id, int) or entry_id <= self.id:
            return self._named(entry_id, seq, "its id does not come after the id of the entry before")
        self._accept(raw)
        return None

    def _data_finding(self, raw: RawEntry) -> Finding | None:
        text, stored = raw[DATA], raw[DATA_HASH]
        if text is None:
            self.without_data.append((raw[SEQ], raw[ID]))
            return None
        computed = _data_hash(b"" if self.end is None else self.end.salt, text)
        if computed is None:
            return self._named(raw[ID], raw[SEQ], "its data cannot be read")
        if computed != stored:
            return self._named(raw[ID], raw[SEQ], "its data was changed", computed, stored)
        return None

    def _accept(self, raw: RawEntry) -> None:
        self.id, self.seq, self.hash = raw[ID], raw[SEQ], raw[HASH]
        if raw[KIND] == "erased":
            self.erased_up_to = self.seq - 1

    def _lost_data(self) -> Finding | None:
        for seq, entry_id in self.without_data:
            if seq > self.erased_up_to:
                return self._named(entry_id, seq, "its data is gone, and nobody erased it")
        return None

    def _wrong_end(self) -> Finding | None:
        if self.end is None:
            return self._named(self.id, self.seq, "nothing else knows of this stream")
        if self.end.seq != self.seq:
            known = f"the stream should end with entry {self.end.seq}, and ends with {self.seq}"
            return self._named(None if _is_after(self.end.seq, self.seq) else self.id, self.seq, known)
        if self.end.head != self.hash:
            return self._named(
                self.id, self.seq, "the stream should end in another hash", self.end.head, self.hash
            )
        return None

    def _named(
        self, entry_id: Any, seq: Any, reason: str, expected: object = "", found: object = ""
    ) -> Finding:
        known_id = entry_id if isinstance(entry_id, int) else None
        known_seq = seq if isinstance(seq, int) else None
        return Finding(known_id, self.name, reason, known_seq, str(expected), str(found))


def entry_hash(raw: RawEntry) -> str | None:
    """The hash that an entry of these stored values must have; None where a value cannot be read."""
    if float in map(type, raw):
        # No value of an entry is one, and JSON would show an infinite one as null.
        return None
    header = list(_hashed(raw))
    try:
        for place in _INSTANTS:
            header[place] = _as_hashed(header[place])
        header[_HANDOFF] = _as_bool(header[_HANDOFF])
        return header_hash(header, "")
    except (Unsealable, TypeError, ValueError):
        return None


def _as_bool(stored: Any) -> bool:
    # SQLite keeps booleans as 0 and 1; nothing else counts as one.
    if not isinstance(stored, int) or stored not in (0, 1):
        raise ValueError(stored)
    return stored == 1


def _as_hashed(stored: Any) -> str | None:
    if stored is None:
        return None
    if not isinstance(stored, str) or len(stored) != 27 or stored[19] != "." or stored[26] != "Z":
        raise ValueError(stored)
    return stored[:19] + "Z" if stored[20:26] == "000000" else stored


def _data_hash(salt: Any, text: Any) -> str | None:
    try:
        return data_hash(salt, text)
    except (TypeError, AttributeError, UnicodeError):
        return None


def _gap(expected: int, found: Any) -> str:
    if _is_after(found, expected):
        return f"entry {expected} before it is missing"
    return f"it should be entry {expected} of its stream"


def _is_after(one: Any, other: int) -> bool:
    return isinstance(one, int) and one > other
