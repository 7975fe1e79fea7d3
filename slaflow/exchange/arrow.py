"""pyarrow, where the ``export`` extra is installed, and what an entry's columns are to it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from slaflow.errors import ExtraMissing

_NUMBERS = frozenset(("id", "seq", "lead", "clock", "caused_by"))
INSTANTS = frozenset(("at", "arrived_at", "occurred_at", "recorded_at"))
"""Columns of an entry that are instants: UTC with microseconds."""


def libraries(what: str) -> tuple[ModuleType, ModuleType]:
    """pyarrow and its Parquet part. Raises ``ExtraMissing``, as *what* needs them."""
    try:
        import pyarrow  # type: ignore[import-untyped]  # ships no stubs
        import pyarrow.parquet as parquet  # type: ignore[import-untyped]
    except ImportError:
        raise ExtraMissing(what, "export") from None
    return pyarrow, parquet


def column_type(arrow: Any, key: str) -> Any:
    """The type of an entry's column; text for all but numbers, instants and ``handoff``."""
    if key in _NUMBERS:
        return arrow.int64()
    if key in INSTANTS:
        return arrow.timestamp("us", tz="UTC")
    return arrow.bool_() if key == "handoff" else arrow.string()
