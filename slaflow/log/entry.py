"""Sealed log entries and what of them is hashed.

``hash`` is SHA-256 over the canonical JSON of every key of an entry but ``id``, ``data`` and ``hash``
itself; ``data`` is covered through ``data_hash``, SHA-256 over the stream's salt and the data text, so
that personal data can be erased and the chain still verifies.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from slaflow.lifecycle.decision import EntryClass, instant_text

GENESIS = "0" * 64
"""``prev`` of a stream's first entry."""

CANONICAL = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)

KEYS = (
    "id", "stream", "seq", "lead", "class", "at", "arrived_at", "occurred_at", "recorded_at", "kind",
    "actor", "party", "owner", "held_by", "trigger", "from", "to", "target", "clock", "step", "handoff",
    "reason", "caused_by", "data", "data_hash", "digest", "prev", "hash",
)  # fmt: skip
"""The keys of an entry as it is shown and stored, in order."""

HEADER = tuple(sorted(set(KEYS) - {"id", "data", "hash"}))
"""The keys under an entry's hash, in canonical order, which saves sorting them each time."""


class Entry(NamedTuple):
    """One entry of the log, sealed. Instants are aware UTC.

    A tuple in the order of ``KEYS``, so that sealing and storing one costs next to nothing.
    ``data_text`` is the very text that was hashed, None once erased; ``id`` is None until read from
    the store. ``entry_class``, ``from_state`` and ``to_state`` are shown as ``class``, ``from``, ``to``.
    """

    id: int | None
    stream: str
    seq: int
    lead: int | None
    entry_class: EntryClass
    at: datetime
    arrived_at: datetime | None
    occurred_at: datetime | None
    recorded_at: datetime
    kind: str
    actor: str
    party: str | None
    owner: str | None
    held_by: str | None
    trigger: str | None
    from_state: str | None
    to_state: str | None
    target: str | None
    clock: int | None
    step: str | None
    handoff: bool
    reason: str | None
    caused_by: int | None
    data_text: str | None
    data_hash: str
    digest: str | None
    prev: str
    hash: str

    @property
    def data(self) -> Any:
        """The data as Python values; None once erased."""
        return None if self.data_text is None else orjson.loads(self.data_text)

    def as_json(self) -> dict[str, Any]:
        """The entry in the contract's keys and order; instants are text, ``data`` is parsed."""
        shown = {
            key: instant_text(value) if isinstance(value, datetime) else value
            for key, value in zip(KEYS, self, strict=True)
        }
        shown["data"] = self.data
        return shown


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, UTF-8, no white space. Floats are refused before they get here."""
    return orjson.dumps(value, option=CANONICAL)


def data_hash(salt: bytes, data_text: str) -> str:
    """SHA-256 over the stream's salt followed by the data text's UTF-8 bytes, lowercase hex."""
    return hashlib.sha256(salt + data_text.encode()).hexdigest()
