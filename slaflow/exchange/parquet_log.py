"""The log as typed Parquet: one file, or a folder with a part per month. Needs the ``export`` extra."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, islice
from pathlib import Path
from types import ModuleType
from typing import Any

from slaflow.errors import ExtraMissing
from slaflow.log.entry import KEYS, Entry

ROWS_AT_ONCE = 20_000
"""Rows in memory, and in a row group at most."""

_NUMBERS = frozenset(("id", "seq", "lead", "clock", "caused_by"))
_INSTANTS = frozenset(("at", "arrived_at", "occurred_at", "recorded_at"))
_NEVER_NULL = frozenset(
    ("id", "stream", "seq", "class", "at", "recorded_at", "kind", "actor", "handoff", "data_hash", "prev",
     "hash")
)  # fmt: skip


def write_parquet(entries: Iterable[Entry], file: Path) -> None:
    """One file; row groups of at most :data:`ROWS_AT_ONCE` entries, in the order given.

    Instants are UTC with microseconds, ``data`` is JSON text. Raises ``ExtraMissing``.
    """
    arrow, parquet = _libraries()
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


def _libraries() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow  # type: ignore[import-untyped]  # ships no stubs
        import pyarrow.parquet as parquet  # type: ignore[import-untyped]
    except ImportError:
        raise ExtraMissing("writing Parquet", "export") from None
    return pyarrow, parquet


def _schema(arrow: Any) -> Any:
    def kind(key: str) -> Any:
        if key in _NUMBERS:
            return arrow.int64()
        if key in _INSTANTS:
            return arrow.timestamp("us", tz="UTC")
        return arrow.bool_() if key == "handoff" else arrow.string()

    return arrow.schema([arrow.field(key, kind(key), nullable=key not in _NEVER_NULL) for key in KEYS])


def _columns(arrow: Any, schema: Any, rows: list[Entry]) -> Any:
    arrays = [
        arrow.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    return arrow.record_batch(arrays, schema=schema)
