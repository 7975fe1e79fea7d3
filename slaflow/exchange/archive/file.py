"""Archived entries as a Parquet file: written, and read again as the raw values that were stored.

One row per entry, in the order of (stream, seq); the columns are the entry's keys, ``data`` locked with the
lead's salt (see :mod:`~slaflow.log.locked`) where ``locked`` says so. Needs the ``export`` extra.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from slaflow.exchange.arrow import INSTANTS, column_type, libraries
from slaflow.log.archive import ABOUT
from slaflow.log.entry import KEYS, Entry
from slaflow.log.errors import VerificationImpossible
from slaflow.log.locked import lock, unlock
from slaflow.log.prefix import Leaf
from slaflow.log.raw_entry import DATA, ID, SEQ, STREAM, RawEntry
from slaflow.log.verify import StreamHead
from slaflow.store.types import instant_as_text

WHAT = "the archive"
_ROWS = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT_PLACES = tuple(KEYS.index(key) for key in INSTANTS)


class Row(NamedTuple):
    """An entry's raw values, ``data`` as bytes, and whether those are locked."""

    values: list[Any]
    is_locked: bool


def _schema(arrow: Any) -> Any:
    types = {key: column_type(arrow, key) for key in KEYS} | {"data": arrow.binary(), "locked": arrow.bool_()}
    return arrow.schema(list(types.items()))


class ArchiveWriter:
    """Writes entries to *file*; ``entries``, ``first`` and ``last`` tell how many and their ids."""

    def __init__(self, file: Path, about: Mapping[str, Any]) -> None:
        self._arrow, parquet = libraries(WHAT)
        self._schema = _schema(self._arrow).with_metadata({ABOUT: json.dumps(about, sort_keys=True)})
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self.entries = 0
        self.first = self.last = 0

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._writer.close()

    def write(self, entries: Sequence[Entry], salts: Mapping[str, bytes]) -> None:
        """One group of rows; *salts* by stream, empty where there is none."""
        if not entries:
            return
        columns = [list(column) for column in zip(*entries, strict=True)]
        columns[DATA] = [_hidden(entry, salts[entry.stream]) for entry in entries]
        columns.append([bool(salts[entry.stream]) for entry in entries])
        arrays = [
            self._arrow.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
        ids = [entry.id or 0 for entry in entries]
        self.first = min(self.first or ids[0], *ids)
        self.last = max(self.last, *ids)
        self.entries += len(entries)


def _hidden(entry: Entry, salt: bytes) -> bytes | None:
    if entry.data_text is None:
        return None
    return lock(salt, entry.seq, entry.data_text) if salt else entry.data_text.encode()


class ArchiveFile:
    """A file of archived entries, opened to be read.

    Raises:
        VerificationImpossible: it is none.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._arrow, self._parquet = libraries(WHAT)
        with self._opened() as opened:
            if opened.schema_arrow.names != [*KEYS, "locked"]:
                raise VerificationImpossible(f"{file}: it is no archive of a log")

    def _opened(self) -> Any:
        try:
            return self._parquet.ParquetFile(self.file)
        except (self._arrow.ArrowException, OSError) as error:
            raise VerificationImpossible(f"{self.file}: it is no archive of a log") from error

    def rows(self) -> Iterator[Row]:
        """Every entry, in the order of (stream, seq)."""
        with self._opened() as opened:
            for batch in self._batches(opened, None):
                columns = [_plain(column, place) for place, column in enumerate(batch.columns)]
                for *values, is_locked in zip(*columns, strict=True):
                    yield Row(values, is_locked)

    def leaves(self) -> Iterator[Leaf]:
        """(id, hash) of each entry, in the order of the file."""
        with self._opened() as opened:
            for batch in self._batches(opened, ["id", "hash"]):
                yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)

    def _batches(self, opened: Any, columns: list[str] | None) -> Iterator[Any]:
        try:
            yield from opened.iter_batches(batch_size=_ROWS, columns=columns)
        except (self._arrow.ArrowException, OSError) as error:
            raise VerificationImpossible(f"{self.file}: it is damaged and cannot be read") from error

    def entry(self, entry_id: int, heads: Iterator[StreamHead]) -> Entry | None:
        """The entry with that id, if the file holds it."""
        if all(found != entry_id for found, _ in self.leaves()):
            return None
        row = next(row for row in self.rows() if row.values[ID] == entry_id)
        (raw,) = unlocked(iter([row]), heads)
        return Entry._make(
            datetime.fromisoformat(value) if place in _INSTANT_PLACES and value else value
            for place, value in enumerate(raw)
        )


def sha256_of(file: Path) -> str:
    """Of the whole file, lowercase hex. Raises ``VerificationImpossible`` where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise VerificationImpossible(
            f"{file}: it cannot be read: {(error.strerror or '').lower()}"
        ) from error


def unlocked(rows: Iterator[Row], heads: Iterator[StreamHead]) -> Iterator[RawEntry]:
    """Each entry as it was stored, its data unlocked with the salt of its stream.

    Args:
        rows: in the order of (stream, seq).
        heads: every stream's salt, in the order of names.
    """
    salts = _Salts(heads)
    for stream, group in groupby(rows, key=lambda row: row.values[STREAM]):
        salt = salts.of(stream)
        for values, is_locked in group:
            values[DATA] = _told(values[DATA], is_locked, values[SEQ], salt)
            yield values


class _Salts:
    """Salts of streams that are asked for in the order of names."""

    def __init__(self, heads: Iterator[StreamHead]) -> None:
        self._heads = heads
        self._next = next(heads, None)

    def of(self, stream: str) -> bytes:
        while self._next is not None and self._next.stream < stream:
            self._next = next(self._heads, None)
        known = self._next is not None and self._next.stream == stream
        return self._next.salt if known and self._next is not None else b""


def _told(data: bytes | None, is_locked: bool, seq: int, salt: bytes) -> Any:
    """The data as it was stored; None once its lead was erased; bytes, which no data is, where changed."""
    if data is None or (is_locked and not salt):
        return None
    if not is_locked:
        return data.decode(errors="surrogateescape")
    text = unlock(salt, seq, data)
    return data if text is None else text


def _plain(column: Any, place: int) -> list[Any]:
    if place not in _INSTANT_PLACES:
        values: list[Any] = column.to_pylist()
        return values
    return [None if stored is None else _instant(stored) for stored in column.cast("int64").to_pylist()]


def _instant(microseconds: int) -> str:
    return instant_as_text(_EPOCH + timedelta(microseconds=microseconds))
