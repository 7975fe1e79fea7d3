"""What becomes of the lead itself when it moves: its state, holder, fields, stage and answers.

What the new text lacks stays on the row and is not seen. Source: rules.md, 23.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Answer, Lead
from slaflow.lifecycle.migration.change import Change
from slaflow.lifecycle.scoring import decayed
from slaflow.lifecycle.view import View, failing_clauses
from slaflow.lifecycle.work import Work
from slaflow.workflow.model.lead import Check, Field, Value
from slaflow.workflow.model.values import as_typed, parse_value
from slaflow.workflow.model.workflow import Workflow


class StateGone(SlaflowError):
    """A lead rests in a state that the new text does not have, and nobody says which it is now."""

    code = "state_gone"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"it is in {state}, which the agreement has no more; say --map {state}=...")


def carry_over(work: Work, change: Change, at: datetime) -> None:
    """Puts the lead under the new version; *work* is under the old one until this returns.

    Raises:
        StateGone: its state is not in the new text.
        InvalidValue: one of its values is none of the field's new type.
    """
    lead, new = work.lead, change.new
    state = change.state(lead.state)
    if state not in new.states:
        raise StateGone(lead.state)
    values = _fields(change, lead.fields)
    before = _place(lead)
    if lead.engagement_at is not None and new.scoring.half_life != change.old.scoring.half_life:
        lead.engagement = decayed(lead, change.old.scoring.half_life, at)
        lead.engagement_at = at
    work.workflow = new
    lead.digest, lead.state, lead.closed = new.digest, state, new.states[state].final
    for name, value in values.items():
        lead.fields[name] = value
        lead.field_at[name] = at
    if new.stages and lead.stage not in new.stages:
        lead.stage = new.stages[0]
    is_judged = _judge_answers(work, change.old, at)
    lead.account = None if new.account is None else new.account.of(lead.fields)
    _hold(work, at)
    _wait_on(lead, new)
    if values or is_judged or _place(lead) != before:
        work.is_moved = True


def _place(lead: Lead) -> tuple[object, ...]:
    """What of a lead's own the new text may make another, beside its values and answers."""
    return (
        lead.state, lead.held_by, lead.owner, lead.engagement_at, lead.stage, lead.closed, lead.account,
        lead.waits_for,
    )  # fmt: skip


def _wait_on(lead: Lead, new: Workflow) -> None:
    """It waits on for a team that the new text has too, of the party that holds the lead."""
    team = new.teams.get(lead.waits_for or "")
    if team is None or team.party != lead.held_by or lead.closed:
        lead.waits_for = lead.waits_since = None


def _fields(change: Change, fields: dict[str, Value]) -> dict[str, Value]:
    """The values that are others under the new text: of another type, or a new default where none is set."""
    found: dict[str, Value] = {}
    for name, spec in change.new.fields.items():
        old, value = change.old.fields.get(name), fields.get(name)
        if value is None:
            if spec.default is not None and (old is None or old.default != spec.default):
                found[name] = spec.default
        elif old is None or old.type != spec.type:
            read = _read(spec, value, change.new.timezone)
            if read != value or type(read) is not type(value):
                found[name] = read
    return found


def _read(spec: Field, value: Value, timezone: str) -> Value:
    """*value* in the stored form of the type of *spec*; what else is asked of values is asked of new ones."""
    bare = replace(spec, one_of=(), min=None, max=None, min_length=None, pattern=None)
    return parse_value(bare, as_typed(bare, value), timezone)


def _judge_answers(work: Work, old: Workflow, at: datetime) -> bool:
    """Judges answers again where what is asked, or what passes, is another; gives whether any was."""
    is_judged = False
    for name, answer in work.lead.checks.items():
        now, then = work.workflow.checks.get(name), old.checks.get(name)
        if now is None or then is None or (now.fields, now.passes) == (then.fields, then.passes):
            continue
        given = {"answer": (now.fields, _answer(now, answer, work.workflow.timezone))}
        failing = failing_clauses(View(work.workflow, work.lead, at, given), now.passes)
        work.lead.checks[name] = replace(answer, passed=not failing)
        is_judged = True
    return is_judged


def _answer(check: Check, answer: Answer, timezone: str) -> dict[str, Value]:
    """What of an answer the check can still read."""
    found: dict[str, Value] = {}
    for name, spec in check.fields.items():
        try:
            found[name] = _read(spec, answer.values.get(name), timezone)
        except SlaflowError:
            continue
    return found


def _hold(work: Work, at: datetime) -> None:
    """The party that holds the state has the lead; an owner who is not of it owns it no more."""
    lead = work.lead
    holder = work.workflow.holder(lead.state, lead.held_by) or lead.held_by
    if holder == lead.held_by:
        return
    lead.held_by = holder
    person = work.people.person(lead.owner, at)
    if person is None or person.party != holder:
        lead.owner = None
