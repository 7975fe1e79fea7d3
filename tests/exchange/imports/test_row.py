"""What an imported event is known by."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from slaflow.exchange.imports.row import digest_of

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_an_event_is_known_by_the_hash_the_page_describes() -> None:
    """Keys are kept for good, so their form is part of the contract; the standard library can make it too."""
    said = ["kim", "trigger", "win", 1_772_359_200_000_000, "sr1", {"amount": "5", "note": "é"}]
    text = json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    inputs = {"note": "é", "amount": "5"}
    assert digest_of("kim", "trigger", "win", AT, "sr1", inputs) == hashlib.sha256(text.encode()).hexdigest()


def test_whatever_differs_makes_another_event() -> None:
    events = [
        ("kim", "trigger", "win", AT, "sr1", {}),
        ("lee", "trigger", "win", AT, "sr1", {}),
        ("kim", "activity", "win", AT, "sr1", {}),
        ("kim", "trigger", "lose", AT, "sr1", {}),
        ("kim", "trigger", "win", None, "sr1", {}),
        ("kim", "trigger", "win", AT, "sr2", {}),
        ("kim", "trigger", "win", AT, "sr1", {"amount": "5"}),
    ]
    assert len({digest_of(*event) for event in events}) == len(events)
