"""The log as typed Parquet: one file, or a folder with a part per month. Needs the ``export`` extra."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from slaflow.exchange.arrow import column_type, libraries
from slaflow.log.entry import KEYS, Entry

ROWS_AT_ONCE = 20_000
"""Rows in memory, and in a row group at most."""

_NEVER_NULL = frozenset(
    ("id", "stream", "seq", "class", "at", "recorded_at", "kind", "actor", "handoff", "data_hash", "prev",
     "hash")
)  # fmt: skip


def write_parquet(entries: Iterable[Entry], file: Path) -> None:
    """One file; row groups of at most :data:`ROWS_AT_ONCE` entries, in the order given.

    Instants are UTC with microseconds, ``data`` is JSON text. Raises ``ExtraMissing``.
    """
    arrow, parquet = libraries("writing Parquet")
    schema, pending = _schema(arrow), iter(entries)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(pending, ROWS_AT_ONCE)):
            writer.write_batch(_columns(arrow, schema, batch))


def write_partitioned(entries: Iterable[Entry], folder: Path) -> None:
    """A file ``month=2026-03/part-0.parquet`` for each month of ``at`` in UTC, as hive lays them out.

    *entries* come in the order of ``at``, so that one file is open at a time. An empty log leaves an
    empty folder. Raises ``ExtraMissing``.
    """
    for month, rows in groupby(entries, lambda entry: f"{entry.at:%Y-%m}"):
        part = folder / f"month={month}"
        part.mkdir()
        write_parquet(rows, part / "part-0.parquet")


def _schema(arrow: Any) -> Any:
    return arrow.schema([
        arrow.field(key, column_type(arrow, key), nullable=key not in _NEVER_NULL) for key in KEYS
    ])  # fmt: skip


def _columns(arrow: Any, schema: Any, rows: list[Entry]) -> Any:
    arrays = [
        arrow.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    return arrow.record_batch(arrays, schema=schema)
