"""What will happen if somebody does what a link is for, in sentences of the agreement's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.agreement.document.blocks import sentence
from slaflow.agreement.words.actions import actions, settings
from slaflow.agreement.words.naming import Naming, listed
from slaflow.clock.due import time_left
from slaflow.clock.state import Clock
from slaflow.engine.desk.meanwhile import promise_of
from slaflow.hours.words import time_on
from slaflow.language import _, moment, ngettext
from slaflow.lifecycle.lead import Lead
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.workflow import Workflow


def of(
    workflow: Workflow, lead: Lead, clocks: Sequence[Clock], rows: Sequence[Transition], at: datetime
) -> list[str]:
    """A sentence for each thing; of several *rows* that may be taken, where the first leads."""
    naming, row = Naming(workflow), rows[0]
    return [sentence(words) for words in (*_move(lead, row, naming), *_promises(workflow, clocks, row, at))]


def is_scored(workflow: Workflow) -> bool:
    """Whether the agreement says anything of a score."""
    scoring = workflow.scoring
    earns = any(each.points is not None for each in workflow.activities.values())
    return bool(scoring.fit or earns or scoring.score is not None)


def local(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """*at* as its reader writes it: ``Mon 9 Mar 14:30``; with its year where that is not the one of *now*."""
    return moment(at.astimezone(zone), now.astimezone(zone).year)


def _move(lead: Lead, row: Transition, naming: Naming) -> Iterator[str]:
    workflow = naming.agreement
    if row.to is None or row.to == lead.state:
        yield _("the lead stays in {state}").format(state=naming.state(lead.state))
    else:
        taker = workflow.holder(row.to, lead.held_by) or lead.held_by
        words = _("the lead goes from {start} to {end}")
        if taker != lead.held_by:
            words = _("the lead goes from {start} to {end}, and {party} holds it from then on")
        start, end = naming.state(lead.state), naming.state(row.to)
        yield words.format(start=start, end=end, party=naming.party(taker))
    if row.sets:
        yield settings(row.sets, naming)
    if row.reset:
        words = ngettext("{what} is set back to nothing", "{what} are set back to nothing", len(row.reset))
        yield words.format(what=listed(sorted(row.reset)))
    if row.actions:
        yield actions(row.actions, naming)


def _promises(workflow: Workflow, clocks: Sequence[Clock], row: Transition, at: datetime) -> Iterator[str]:
    """The promises that it keeps, and how much time there is or was."""
    zone = ZoneInfo(workflow.timezone)
    for clock in clocks:
        if (
            not clock.is_open
            or not workflow.has_target(clock.target)
            or clock.calendar not in workflow.calendars
        ):
            continue
        target = workflow.target(clock.target)
        if not any(each.kind == "trigger" and row.trigger in each.names for each in target.meet):
            continue
        promise = promise_of(workflow, clock.target)
        if clock.due_at is None:
            yield _("it keeps {promise}").format(promise=promise)
            continue
        left = time_left(clock, workflow.calendars[clock.calendar], at).total_seconds()
        due = local(clock.due_at, zone, at)
        if clock.is_broken:
            words = _("it keeps {promise} {time} late; it was due {due}")
        else:
            words = _("it keeps {promise}, due {due}, {time} before its time is over")
        yield words.format(promise=promise, time=time_on(clock.calendar, left), due=due)


def owed_next(workflow: Workflow, lead: Mapping[str, Any], party: str, now: datetime) -> list[str]:
    """What *party* owes on *lead*, which is LEAD as the deed left it, soonest first."""
    zone = ZoneInfo(workflow.timezone)
    running = [
        each
        for each in lead["clocks"]
        if each["status"] in ("running", "breached") and each["owed_by"] == party and each["due_at"]
    ]
    return [
        sentence(f"{promise_of(workflow, each['target'])}: {_due(each, zone, now)}")
        for each in sorted(running, key=lambda each: each["due_at"])
        if workflow.has_target(each["target"])
    ]


def _due(clock: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> str:
    due, left = local(datetime.fromisoformat(clock["due_at"]), zone, now), clock["left_seconds"]
    words = _("due {due}, {time} left") if left > 0 else _("was due {due}, and is still owed")
    return words.format(due=due, time=time_on(clock["calendar"], left))
