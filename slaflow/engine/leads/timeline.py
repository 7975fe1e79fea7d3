"""What was said and done with a lead, newest first; and what whoever took it last was handed over with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.workflow.model.workflow import Workflow

LATEST = 10
"""How many touches and moves are shown unless somebody asks for more."""
BEFORE_HANDOFF = 5
"""How many touchpoints before it a taker is shown."""
Told = Entry | Draft


def told_of(conn: Connection, lead_id: int, seq: int, settled: Sequence[Draft]) -> list[Told]:
    """Touches and moves of the lead up to *seq* in the log, and those of *settled*, by when they happened."""
    stream = dict(history.streams(conn, [lead_id])).get(lead_id, [])
    known: list[Told] = [each for each in stream if each.seq <= seq]
    rows = [each for each in (*known, *settled) if each.kind == "activity" or _is_move(each)]
    return sorted(rows, key=lambda each: (_happened(each), each.seq))


def timeline(workflow: Workflow, told: Sequence[Told], most: int) -> list[dict[str, Any]]:
    """The latest *most*, newest first.

    ``what`` is ``touch`` or ``move``; ``name`` the kind of activity or the trigger; ``stage`` where the lead
    was in the buyer's journey when it happened. A touch has ``points`` and ``sent``, its fields; of an erased
    lead neither is known.
    """
    rows = [
        {
            "at": instant_text(_happened(each)), "seq": each.seq, "by": each.actor, "party": each.party,
            "stage": stage, **(_touch(each) if each.kind == "activity" else _move(each)),
        }
        for each, stage in zip(told, _stages(workflow, told), strict=True)
    ]  # fmt: skip
    return rows[::-1][:most]


def handed_over(told: Sequence[Told]) -> dict[str, Any] | None:
    """The latest handoff, what the lead had come to and the touchpoints just before it; None without one."""
    place = next((n for n, each in reversed(list(enumerate(told))) if each.handoff), None)
    if place is None:
        return None
    entry = told[place]
    touches = [each for each in told[:place] if each.kind == "activity" and each.seq < entry.seq]
    shown: Mapping[str, Any] = _data(entry).get("handoff") or {}
    return {
        "at": instant_text(entry.at), "by": entry.actor, "trigger": entry.trigger, **shown,
        "last_touchpoints": [
            {"kind": _data(each).get("activity"), "at": instant_text(_happened(each)), "by": each.actor}
            for each in touches[: -BEFORE_HANDOFF - 1 : -1]
        ],
    }  # fmt: skip


def _is_move(told: Told) -> bool:
    return told.kind == "created" or (told.kind == "transition" and told.from_state != told.to_state)


def _happened(told: Told) -> datetime:
    return (told.occurred_at or told.at) if told.kind == "activity" else told.at


def _data(told: Told) -> Mapping[str, Any]:
    return told.data or {}


def _touch(told: Told) -> dict[str, Any]:
    data = _data(told)
    said: dict[str, Any] = {
        "what": "touch", "name": data.get("activity"), "points": data.get("points"),
        "sent": {name: value for name, value in (data.get("fields") or {}).items() if value is not None},
        "automated": data.get("automated"),
    }  # fmt: skip
    return said | {name: data[name] for name in ("misfit", "over_pace") if name in data}


def _move(told: Told) -> dict[str, Any]:
    name = told.trigger or told.kind
    return {
        "what": "move",
        "name": name,
        "from": told.from_state,
        "to": told.to_state,
        "handoff": told.handoff,
    }


def _stages(workflow: Workflow, told: Iterable[Told]) -> Iterator[str | None]:
    """The stage at each: as its entry says; else as the touches before it have shown."""
    stages = workflow.stages
    place = 0
    for each in told:
        data = _data(each)
        if (said := data.get("stage") or (data.get("handoff") or {}).get("stage")) in stages:
            place = stages.index(said)
        yield stages[place] if stages else None
        if "reached" in data:
            place = stages.index(data["reached"])
        kind = workflow.activities.get(data.get("activity", "")) if "stage" not in data else None
        # Whether a condition held then is not in the log, but points were given only where it did.
        if kind is not None and kind.stage is not None and (kind.when is None or "points" in data):
            place = max(place, stages.index(kind.stage))
        if "stage" in data.get("reset", ()):
            place = 0
