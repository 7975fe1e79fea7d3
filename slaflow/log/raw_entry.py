"""An entry as it is stored, which nobody has vouched for yet: values, and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slaflow.log.entry import KEYS

RawEntry = Sequence[Any]
"""The stored values of one entry in the order of ``entry.KEYS``; instants are 27 characters of UTC text."""

ID, STREAM, SEQ, KIND, DATA, DATA_HASH, PREV, HASH = map(
    KEYS.index, ("id", "stream", "seq", "kind", "data", "data_hash", "prev", "hash")
)
