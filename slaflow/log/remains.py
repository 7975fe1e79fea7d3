"""What figures need of entries whose data is erased: numbers and names of the agreement, none of the person.

The ``erased`` entry holds it, under its hash, as ``kept``: by the ``seq`` of each entry, laid out as the data
was. Reports read it in the place of what is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from slaflow.log.entry import Entry
from slaflow.workflow.model.workflow import Workflow

_FIGURES = ("due_at", "new", "open_seconds", "late_seconds")
"""When it was due and how long it took."""
_OF_ACTIVITIES = ("activity", "automated", "stage", "reached", "misfit", "over_pace")

NamerOf = Callable[[str], Callable[[str], str]]
"""By the key under which values are noted, what gives each a name that does not tell it."""
WorkflowOf = Callable[[str], Workflow]
"""The version with that digest."""


def remains(
    entries: Iterable[Entry], workflow_of: WorkflowOf, namer_of: NamerOf
) -> dict[str, dict[str, Any]]:
    """What is kept of a lead's entries, by ``seq`` as text; of an entry without figures nothing.

    Kept are instants and durations of promises; what the lead had come to at a handoff (score, fit, stage,
    numbers of touchpoints) and who of your people took it; kinds of activities, what they say of the buyer's
    journey and what of the agreement's own lists was sent; what commitments noted; and why it was handed over
    or back or closed, where that was chosen from the agreement's own list.
    """
    found = ((str(each.seq), dict(_kept(each, workflow_of, namer_of))) for each in entries)
    return {seq: kept for seq, kept in found if kept}


def _kept(entry: Entry, workflow_of: WorkflowOf, namer_of: NamerOf) -> Iterator[tuple[str, Any]]:
    data: Mapping[str, Any] = entry.data or {}
    figures = _FIGURES + (_OF_ACTIVITIES if entry.kind == "activity" else ())
    yield from ((name, data[name]) for name in figures if data.get(name) is not None)
    if data.get("counts") and entry.digest is not None:
        yield "counts", _counts(data["counts"], workflow_of(entry.digest), namer_of)
    if entry.kind in ("disputed", "granted", "upheld") and "return" in data:
        yield from ((name, data[name]) for name in ("about", "return", "gave", "took"))
    if (
        entry.kind == "activity"
        and entry.digest is not None
        and (said := _said(data, workflow_of(entry.digest)))
    ):
        yield "fields", said
    if entry.digest is None or entry.kind != "transition":
        return
    workflow = workflow_of(entry.digest)
    if entry.handoff:
        yield "handoff", data["handoff"]
    if entry.handoff or _closes(entry, workflow):
        for part, names in _listed(workflow, entry.trigger).items():
            values = data.get(part) or {}
            if chosen := {name: values[name] for name in sorted(names) if values.get(name) is not None}:
                yield part, chosen


def _counts(noted: Mapping[str, Any], workflow: Workflow, namer_of: NamerOf) -> dict[str, Any]:
    """What commitments noted: that it counts, how much it adds, and a name of the value that counts once."""
    happenings = () if workflow.notes is None else workflow.notes.happenings
    values = {each.noted for each in happenings if each.distinct is not None}
    return {key: namer_of(key)(each) if key in values and each else each for key, each in noted.items()}


def _closes(entry: Entry, workflow: Workflow) -> bool:
    state = workflow.states.get(entry.to_state or "")
    return state is not None and state.final and entry.from_state != entry.to_state


def _said(data: Mapping[str, Any], workflow: Workflow) -> dict[str, Any]:
    """What was chosen from the agreement's own lists to say what was sent, where it speaks of the journey."""
    kind = workflow.activities.get(data.get("activity", "")) if workflow.tells_stages else None
    listed = [name for name, field in kind.fields.items() if field.one_of] if kind else []
    return {name: data["fields"][name] for name in listed if data["fields"].get(name) is not None}


def _listed(workflow: Workflow, trigger: str | None) -> dict[str, set[str]]:
    """The inputs of *trigger* whose values the agreement lists, and those its ``set`` gives whatever the
    lead is."""
    inputs = [field for row in workflow.transitions for field in row.requires.values()]
    listed = {field.name for field in inputs if field.one_of}
    rows = [row for row in workflow.transitions if row.trigger == trigger]
    free = {name for row in rows for name, field in row.requires.items() if not field.one_of}
    read = {name for row in rows for name, value in row.sets.items() if value.names}
    return {"inputs": listed - free, "set": listed - read}
