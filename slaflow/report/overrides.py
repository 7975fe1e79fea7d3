"""Overrides as reports tell them beside what they count: nothing where there are none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Connection
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.overrides import Which, overridden, overrides
from slaflow.workflow.model.workflow import Workflow

Figures = dict[str, Any]


def overridden_moves(conn: Connection, asked: Asked, workflows: Iterable[Workflow], which: Which) -> Figures:
    """``{"overridden": [{"trigger", "from", "to", "by", "moves"}]}``, or nothing."""
    if not _may_be(workflows):
        return {}
    rows = [
        {"trigger": row.trigger, "from": row.from_state, "to": row.to_state, "by": row.by, "moves": row.moves}
        for row in overridden(conn, asked.as_one(), which)
    ]
    return {"overridden": rows} if rows else {}


def told(conn: Connection, asked: Asked, workflows: Iterable[Workflow], most: int) -> list[Figures]:
    """The latest *most* overrides of the period, newest first, each with its reason."""
    if not _may_be(workflows):
        return []
    return [
        {
            "at": instant_text(each.at),
            "lead": each.lead,
            "by": each.actor,
            "trigger": each.trigger,
            "from": each.from_state,
            "to": each.to_state,
            "reason": each.reason,
        }
        for each in overrides(conn, asked.as_one(), most)
    ]


def _may_be(workflows: Iterable[Workflow]) -> bool:
    """Whether any agreement lets anybody override anything."""
    return any(row.override for workflow in workflows for row in workflow.transitions)
