"""Valid leads, clocks, drafts and entries; a test sets only what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Draft, Message
from slaflow.lifecycle.lead import Lead
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, Entry
from slaflow.store.kept.passages import Passage
from slaflow.store.kept.touches import Ending, How, Touch, how, what

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When things begin unless a test says otherwise."""
DIGEST = "d" * 64
SALT = bytes(range(16))


def utc(text: str) -> datetime:
    """The instant in UTC, as in ``utc("2026-03-06T15:30")``; an offset in *text* is heeded."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def a_lead(lead_id: int = 1, **given: Any) -> Lead:
    """A lead handed to sales on Monday."""
    values: dict[str, Any] = {
        "key": f"lead{lead_id}@example.com",
        "workflow": "b2b-standard",
        "digest": DIGEST,
        "state": "mql",
        "held_by": "sales",
        "created_at": MONDAY,
        "entered_at": MONDAY,
        "as_of": MONDAY,
        "salt": SALT,
    }
    return Lead(lead_id, **{**values, **given})


def a_clock(target: str = "respond", **given: Any) -> Clock:
    """A running four-hour promise of sales that begins on Monday."""
    within = timedelta(hours=4)
    values: dict[str, Any] = {
        "number": 1,
        "digest": DIGEST,
        "status": "running",
        "owed_by": "sales",
        "owner": "anna@example.com",
        "calendar": "always",
        "lives_in": frozenset({"mql"}),
        "started_at": MONDAY,
        "base_at": MONDAY,
        "due_at": MONDAY + within,
        "allowance": within,
        "left": within,
        "wake_at": MONDAY + within,
    }
    return Clock(target, **{**values, **given})


def a_draft(seq: int = 1, kind: str = "changed", **given: Any) -> Draft:
    """What a person of sales changed on Monday."""
    values: dict[str, Any] = {
        "entry_class": "input",
        "at": MONDAY,
        "actor": "anna@example.com",
        "party": "sales",
        "arrived_at": MONDAY,
        "occurred_at": MONDAY,
        "data": {"fields": {"country": "SE"}},
    }
    return Draft(seq, kind, **{**values, **given})


def a_breach(seq: int = 1, **given: Any) -> Draft:
    """The entry of a clock that broke its promise."""
    values: dict[str, Any] = {
        "entry_class": "consequence",
        "actor": "system",
        "arrived_at": None,
        "occurred_at": None,
        "target": "respond",
        "clock": 1,
        "step": "100%",
        "data": {},
    }
    return a_draft(seq, "breached", **{**values, **given})


def sealed(drafts: Sequence[Draft], lead: int = 1, **given: Any) -> list[Entry]:
    """*drafts* as the entries of a lead's stream."""
    values: dict[str, Any] = {
        "stream": f"lead:{lead}",
        "lead": lead,
        "salt": SALT,
        "digest": DIGEST,
        "head": GENESIS,
        "recorded_at": MONDAY + timedelta(minutes=1),
    }
    return seal(drafts, **{**values, **given})[0]


def a_message(seq: int = 1, recipient: str = "anna@example.com", **given: Any) -> Message:
    """A warning for the owner."""
    values: dict[str, Any] = {"kind": "warned", "at": MONDAY, "target": "respond", "clock": 1, "step": "80%"}
    return Message(recipient, seq=seq, **{**values, **given})


def a_passage(lead: int) -> Passage:
    """The row of a handoff forward that nothing came of yet."""
    given = ("d" * 64, "promote", "new", "mql", False, "marketing", None, "sales", None, "forward")
    return Passage(None, lead, 1, MONDAY, *given, 50.0, "hot", "10", "{}", None, 0, None, is_held=True)


def a_touch(lead: int) -> Touch:
    """The row of a call."""
    return Touch(
        lead, 2, MONDAY, "bo@example.com", what("call", "sales"), how(How("hot", False, True, False))
    )


def an_ending(lead: int) -> Ending:
    """The row of a lead that was lost at once."""
    given = ("d" * 64, None, "lost", "closed", "lose", "sales", "price", False)
    return Ending(lead, 3, MONDAY, *given, MONDAY, 0, "{}", 0, 7)
