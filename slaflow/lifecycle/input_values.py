"""Values as people type them, brought to what decisions take.

Decisions take what they ever took, or old logs would replay otherwise; what people may type grows here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from slaflow.lifecycle.events import Answered, Fired, Happening, Recorded
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.values import as_typed
from slaflow.workflow.model.workflow import Workflow


def typed(workflow: Workflow, happening: Happening) -> Happening:
    """*happening* with its values as decisions take them; what they refuse stays for them to refuse.

    Raises:
        InvalidValue: a date or an instant so far away that no clock is kept for it.
    """
    match happening:
        case Fired(trigger=trigger, inputs=inputs) if inputs:
            return replace(happening, inputs=_all(_inputs(workflow, trigger), inputs))
        case Recorded(kind=kind, fields=fields) if fields and kind in workflow.activities:
            return replace(happening, fields=_all(workflow.activities[kind].fields, fields))
        case Answered(check=check, answer=answer) if answer and check in workflow.checks:
            return replace(happening, answer=_all(workflow.checks[check].fields, answer))
        case _:
            return happening


def _inputs(workflow: Workflow, trigger: str) -> dict[str, Field]:
    """The inputs of *trigger* that are of one type wherever it may be fired."""
    rows = [row.requires for row in workflow.transitions if row.trigger == trigger]
    found = {name: spec for requires in rows for name, spec in requires.items()}
    types = {name: {requires[name].type for requires in rows if name in requires} for name in found}
    return {name: spec for name, spec in found.items() if len(types[name]) == 1}


def _all(specs: Mapping[str, Field], given: Mapping[str, object]) -> dict[str, object]:
    return {name: as_typed(specs[name], raw) if name in specs else raw for name, raw in given.items()}
