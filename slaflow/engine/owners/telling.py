"""``lead explain LEAD owner``: why a lead is whose it is, as data and in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.agreement.words.naming import Naming
from slaflow.engine.context import Context
from slaflow.engine.leads.explain import local
from slaflow.engine.owners.why import Standing, why
from slaflow.engine.owners.words import Words, plain
from slaflow.engine.settle import Standing as Stood
from slaflow.language import _
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.workflow.model.workflow import Workflow

OWNER = "owner"


def is_taken(workflow: Workflow) -> bool:
    """Whether the agreement calls a promise, a timer or a trigger so, which then is what is explained."""
    return workflow.has_target(OWNER) or OWNER in workflow.triggers


def beside(answer: Mapping[str, Any]) -> dict[str, Any]:
    """*answer* about what the agreement calls so, and where else it is told who owns the lead."""
    words = _(
        "{owner} is of the agreement here; why the lead is whose it is stands on its page: 'slaflow serve'"
    ).format(owner=OWNER)
    key = "because" if "trigger" in answer else "plain"
    return {**answer, key: [*answer[key], words]}


def told(
    app: Context, conn: Connection, people: Directory, stood: Stood, settled: Decision, is_now: bool
) -> dict[str, Any]:
    """The answer; instants in its ``plain`` words are in the zone of the lead's agreement."""
    standing = Standing(settled.lead, settled.entries, stood.lead.seq, stood.at, is_now)
    found = why(app, conn, people, standing)
    workflow = app.workflow(settled.lead.digest)
    zone = ZoneInfo(workflow.timezone)

    def spelt(at: datetime) -> str:
        return local(at, zone)

    words = Words(found, Naming(workflow), str, spelt)
    needed = {each.email: words.needed(each) for each in found.candidates}
    return found.as_json(needed, plain(list(words.lines())))
