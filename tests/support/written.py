"""Letters to put into words, without an outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from support.builders import utc

from slaflow.engine.desk.meanwhile import Happened
from slaflow.notify.letters.letter import Button, ClockTold, LeadTold, Letter, MessageTold, Reader, Why

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DUE = utc("2026-03-09T12:30")
NASTY = (
    '<!channel> <https://evil.example|x> & "Co" [x](https://evil.example) \\ \n{{ 7 * 7 }} \u2028 *b* ' * 9
)
"""What a prospect may call itself."""
BUTTONS = (
    Button("Accept the lead", "https://sla.example.com/act/eyJ.a?x=1&y=2", "accept"),
    Button("Give it back", "https://sla.example.com/act/eyJ.b", "return"),
)


def lead(number: int = 7, title: str = "Åsa & Co", **more: Any) -> LeadTold:
    told: dict[str, Any] = {
        "state": "MQL", "party": "Sales", "owner": "Anna Berg",
        "facts": (("Country", "SE"), ("Budget", 12000.0), ("Wants a demo", True)),
        "url": "https://sla.example.com/leads/7?tab=log&all=1",
    }  # fmt: skip
    return LeadTold(number, title, **told | more)


def warning(number: int = 7, title: str = "Åsa & Co", **more: Any) -> MessageTold:
    """One hour and a half is left to answer a lead."""
    clock = ClockTold("respond", "Respond to the lead", "Sales", DUE, 5400)
    told: dict[str, Any] = {
        "title": "Respond to the lead", "step": "50%", "lead": lead(number, title), "clock": clock,
    }  # fmt: skip
    return MessageTold(number, "warned", utc("2026-03-09T11:00"), Why("owner"), "B2B standard", **told | more)


def breach(number: int = 7, title: str = "Åsa & Co", **more: Any) -> MessageTold:
    """It was due two hours ago, and was given to somebody else since."""
    clock = ClockTold("respond", "Respond to the lead", "Sales", DUE, -7200, is_broken=True)
    since = (Happened(utc("2026-03-09T13:00"), "given to Bo Ek by Åsa Öst"),)
    return replace(warning(number, title), kind="breached", step="100%", clock=clock, since=since, **more)


def letter(*messages: MessageTold, language: str = "en", is_person: bool = True, **more: Any) -> Letter:
    """To Anna in Stockholm; of several messages a digest, that counts three more than it shows."""
    name, address = ("Anna Berg", "anna@example.com") if is_person else (None, "#sales-desk")
    reader = Reader(address, STOCKHOLM, language, name, is_person)
    told = messages or (warning(),)
    kinds: dict[str, int] = {}
    for each in told:
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    kinds[told[-1].kind] += 3
    given: dict[str, Any] = {
        "workflow": "b2b", "thread": "lead-7", "buttons": BUTTONS if is_person else (),
        "is_digest": len(told) > 1, "counts": kinds if len(told) > 1 else {},
    }  # fmt: skip
    return Letter("m-7", reader, told, **given | more)


def sent_at(text: str = "2026-03-09T11:00") -> datetime:
    return utc(text)
