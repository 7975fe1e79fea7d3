"""A letter to a rep about a promise that runs out, to be put into words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from support.builders import utc

from slaflow.engine.desk.meanwhile import Happened
from slaflow.notify.letters.letter import Button, ClockTold, LeadTold, Letter, MessageTold, Reader, Why

DUE = utc("2026-03-09T13:30")
PROMISES = (
    ClockTold("respond", "Accept or return it", "sales", DUE, 3600),
    ClockTold("call", "Call them", "sales", DUE, -60, is_broken=True),
    ClockTold("wait", "Keep warm", "sales", DUE, 60, is_paused=True),
)
FACTS = (("country", "SE"), ("on hold", False))
PARTS = {"trigger": "hold", "by": "Bo", "from": None, "to": None}


def a_letter(
    kind: str = "warned", *, lead: str = "kim@example.com", language: str = "en", **changed: Any
) -> Letter:
    """To Åsa, whose lead it is, with an hour left and one button."""
    told = MessageTold(
        id=7,
        kind=kind,
        at=utc("2026-03-09T12:30"),
        why=Why("owner"),
        agreement="Marketing and sales",
        title="Accept or return it",
        step="80%",
        lead=LeadTold(1, lead, "marketing-qualified", "sales", "Åsa", FACTS),
        clock=ClockTold("respond", "Accept or return it", "sales", DUE, 3600),
        promises=PROMISES if kind in ("assigned", "unassigned", "transition") else (),
        since=(Happened(utc("2026-03-09T12:40"), "“hold” by Bo", "transition", PARTS),),
    )
    letter = Letter(
        id="5f0c",
        reader=Reader("anna@example.com", ZoneInfo("Europe/Stockholm"), language, "Åsa", True),
        messages=(told,),
        workflow="office-deal",
        thread="lead-1.ab",
        buttons=(Button("Accept", "https://sla.example.com/act/t0ken", "accept"),),
    )
    return replace(letter, **changed)
