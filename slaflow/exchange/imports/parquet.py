"""Parquet files as rows of text; the only reader that needs the ``export`` extra."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from slaflow.exchange.arrow import libraries
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.table import Number

ROWS_AT_ONCE = 1000


def parquet_rows(file: Path) -> tuple[tuple[str, ...], Iterator[list[str]]]:
    """The columns of *file* and its rows as text, a thousand in memory at a time.

    Whole floats lose their ``.0`` (a column of whole numbers with gaps is often written as floats), NaN
    is empty, instants are ISO 8601 with the offset they have.

    Raises:
        ExtraMissing: pyarrow is not installed.
        FileUnreadable: this is no Parquet file.
    """
    pyarrow, parquet = libraries("reading Parquet")
    try:
        opened = parquet.ParquetFile(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise FileUnreadable(file, f"this is no Parquet file: {_first_line(error)}") from error
    return tuple(opened.schema_arrow.names), _rows(opened, file, pyarrow.ArrowException)


def _rows(opened: Any, file: Path, fault: type[Exception]) -> Iterator[list[str]]:
    with opened:
        batches = opened.iter_batches(batch_size=ROWS_AT_ONCE)
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except (fault, OSError) as error:
                raise FileUnreadable(file, f"the file is damaged: {_first_line(error)}") from error
            # By place, not by name: two columns of one name are two.
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield [as_text(value) for value in values]


def as_text(value: Any) -> str:
    """One value as the text a CSV cell would hold."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            if not isfinite(value):
                return "" if value != value else str(value)
            return Number(format(Decimal(repr(value)), "f").removesuffix(".0"))
        case Decimal():
            return Number(format(value, "f"))
        case int():
            return Number(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "surrogateescape")
        case _:
            return str(value)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
