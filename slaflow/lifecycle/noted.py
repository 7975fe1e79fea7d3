"""What the log notes beside an event so that commitments can be measured from it.

The lead as it stands at the event is known here and nowhere later, so whether a commitment's ``when``
held, and what a sum adds, is written down under ``counts`` in the entry's data, by the key of what counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from slaflow.workflow.model.commitment import Happening

if TYPE_CHECKING:
    from slaflow.lifecycle.clocks import Effect
    from slaflow.lifecycle.work import Work


def note_happening(work: Work, effect: Effect, at: datetime) -> None:
    """Notes in the entry of *effect* which happenings it is, judged as promises are: before any reset."""
    assert work.workflow.notes is not None
    view = work.view(at)
    counts: dict[str, bool | str] = {}
    for each in work.workflow.notes.happenings:
        if not is_one(each, effect) or not view.holds(each.when):
            continue
        value = None if each.adds is None else work.lead.fields.get(each.adds)
        if each.noted is not None and (each.adds is None or value is not None):
            counts[each.noted] = True if each.adds is None else str(value)
    _note(work, effect.seq, counts)


def is_one(happening: Happening, effect: Effect) -> bool:
    """Whether *effect* is of the kind that *happening* names."""
    seen = {"enter": effect.entered, "trigger": effect.trigger, "activity": effect.activity}
    return seen[happening.kind] in happening.names


def note_verdict(work: Work, kind: str, target: str, seq: int, at: datetime) -> None:
    """Notes in the entry of a clock's verdict which shares it counts for."""
    assert work.workflow.notes is not None
    if kind not in ("breached", "clock_met"):
        return
    asked = work.workflow.notes.verdicts.get(target, ())
    view = work.view(at)
    _note(work, seq, {each.noted: True for each in asked if each.noted and view.holds(each.when)})


def _note(work: Work, seq: int, counts: dict[str, bool | str] | dict[str, bool]) -> None:
    if counts:
        draft = work.entries[seq - work.entries[0].seq]
        draft.data = {**draft.data, "counts": counts}
