"""What of the log was moved into files, and that its record stands as it was written into the log itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from slaflow.lifecycle.decision import instant_text
from slaflow.log.verify import Finding

STREAM = "archive"
"""The stream with an entry for each file."""

ABOUT = b"slaflow.archive"
"""The key in a Parquet file's metadata that tells it from others."""


class StreamEnd(NamedTuple):
    """Up to where a stream was moved: the seq, hash and id of the last entry that went."""

    stream: str
    seq: int
    hash: str
    last_entry: int


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """One file of moved entries.

    ``first_entry`` and ``last_entry`` are the least and greatest id in it; ``before`` what its streams were
    at rest before. ``size`` and ``root`` are those of the tree over the whole log at that moment, which ends
    with the id ``tree_entry``, ``frontier`` the roots of its complete subtrees. ``ends`` is the SHA-256 of
    where each stream ends, see :func:`ends_digest`.
    """

    recorded_at: datetime
    before: datetime
    file: str
    sha256: str
    entries: int
    streams: int
    ends: str
    first_entry: int
    last_entry: int
    size: int
    root: str
    tree_entry: int
    frontier: bytes

    def as_data(self) -> dict[str, Any]:
        """What the entry that records it says."""
        names = ("file", "sha256", "entries", "streams", "ends", "first_entry", "last_entry", "size", "root")
        return {**{name: getattr(self, name) for name in names}, "before": instant_text(self.before)}


def ends_digest(ends: Iterable[StreamEnd]) -> str:
    """SHA-256 over a line ``STREAM SEQ HASH ID`` for each, in the order of names; lowercase hex."""
    digest = sha256()
    for end in ends:
        digest.update(f"{end.stream} {end.seq} {end.hash} {end.last_entry}\n".encode())
    return digest.hexdigest()


def check_records(
    kept: Iterable[tuple[ArchiveRecord, Iterable[StreamEnd]]], logged: Iterable[Any]
) -> Iterator[Finding]:
    """A finding for each record, or place of one, that is not what the log says.

    Args:
        kept: the records beside the log, in order, with the ends of their streams.
        logged: the data of the entries of the stream ``archive``, in order.
    """
    said = iter(logged)
    number = 0
    for number, (record, ends) in enumerate(kept, 1):
        if next(said, None) != record.as_data():
            yield Finding(
                None, STREAM, f"the record of archive {number} ({record.file}) is not what was logged"
            )
        elif ends_digest(ends) != record.ends:
            yield Finding(
                None, STREAM, f"where the streams of archive {number} ({record.file}) end was changed"
            )
    missing = sum(1 for _ in said)
    if missing:
        yield Finding(None, STREAM, f"the records of {missing} archives after number {number} are missing")
