"""The decision core: what happens to a lead, given one input or the passing of time.

``decide`` is pure: it gets the lead as plain data and returns everything that is to be stored. First
the steps that fell before the input's arrival are carried out, then the input is applied; without an
input, settling is all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from slaflow.clock.state import Clock
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import Decision, Draft, instant_text
from slaflow.lifecycle.effects import Effect
from slaflow.lifecycle.events import Created, Input, Migrated
from slaflow.lifecycle.guards import Trace
from slaflow.lifecycle.happenings import apply
from slaflow.lifecycle.late import lateness
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.judged import is_used
from slaflow.lifecycle.settle import settle
from slaflow.lifecycle.transition import Chain, set_fields
from slaflow.lifecycle.work import Cause, Versions, Work, no_other
from slaflow.workflow.model.workflow import Workflow

AHEAD = timedelta(minutes=5)


class AheadOfClock(SlaflowError):
    """An input that claims to have happened later than now."""

    code = "ahead_of_clock"

    def __init__(self, occurred_at: datetime, now: datetime) -> None:
        self.occurred_at = occurred_at
        self.now = now
        super().__init__(
            f"{instant_text(occurred_at)} lies ahead of the clock ({instant_text(now)}); "
            "give the instant at which it happened"
        )


def check_not_ahead(occurred_at: datetime, now: datetime) -> datetime:
    """*occurred_at*, or *now* for one up to five minutes ahead of it (rules.md, 1).

    Raises:
        AheadOfClock: it lies further ahead.
    """
    if occurred_at > now + AHEAD:
        raise AheadOfClock(occurred_at, now)
    return min(occurred_at, now)


def decide(
    workflow: Workflow,
    people: Directory,
    lead: Lead | None,
    clocks: Sequence[Clock],
    event: Input | None,
    now: datetime,
    *,
    versions: Versions = no_other,
    in_place: bool = False,
    traced: bool = False,
) -> Decision:
    """What happens to *lead*.

    Args:
        workflow: the version the lead lives under.
        people: who is there, as of now and lately.
        lead: as stored; None only for a ``Created``. It and *clocks* are left as they are.
        clocks: the lead's open clocks, and the ended ones that *event* may concern (``late.concerns``).
        event: the input; None lets time pass.
        now: without an event: everything that fell strictly before it is carried out.
        versions: gives the version a clock names that ended under another one, and the one a lead moves to.
        in_place: the caller has no further use for *lead* and *clocks* as they are, even if this
            raises: they are changed instead of copied.
        traced: whether the decision says, beside its entries, what it went by.

    Returns:
        A :class:`Decision`. A refused input leaves what was settled and one ``refused`` entry; a lead that
        nobody can take yet leaves none, and waits on.

    Source: rules.md, 1 to 4 and 15 to 18. Cost: no rule reads history.
    """
    if event is not None and isinstance(event.happening, Created):
        return _create(workflow, people, event, event.happening, Trace() if traced else None)
    assert lead is not None
    if in_place:
        work = Work(workflow, people, lead, list(clocks), versions)
    else:
        work = Work(workflow, people, lead.copy(), [c.copy() for c in clocks], versions)
    if traced:
        work.trace = Trace()
    more = settle(work, event.arrived_at if event is not None else now)
    if more or event is None:
        decision = work.decision()
        decision.more = more
        return decision
    if not isinstance(event.happening, Migrated):
        work.late = lateness(workflow, work.lead, event)
    at = event.occurred_at if work.late is None else work.late.at
    before = len(work.entries)
    refusal = apply(work, event, at)
    if event.right is not None:
        _note_right(workflow, event, work.entries[before])
    if event.via is not None:
        told = work.entries[before]
        told.data = {**told.data, "via": event.via}
    decision = work.decision()
    decision.refusal = refusal
    since = work.entries[before:]
    decision.is_evidence = refusal is not None and bool(since) and since[-1].kind != "refused"
    return decision


def _note_right(workflow: Workflow, event: Input, told: Draft) -> None:
    """Notes by what right it was told; one to override counts for nothing where no clause failed."""
    if told.kind == "refused" or "overridden" in told.data or is_used(workflow, event):
        told.data = {**told.data, "right": event.right}


def _create(
    workflow: Workflow, people: Directory, event: Input, new: Created, trace: Trace | None
) -> Decision:
    at = event.occurred_at
    state = workflow.states[workflow.initial]
    lead = Lead(
        id=new.id, key=new.key, workflow=workflow.name, digest=workflow.digest,
        state=state.name, held_by=state.held_by or "", created_at=at, entered_at=at, as_of=at,
        stage=workflow.stages[0] if workflow.stages else None, closed=state.final, salt=new.salt,
    )  # fmt: skip
    work = Work(workflow, people, lead, [], trace=trace)
    data: dict[str, Any] = {"key": new.key, "number": new.id, "fields": dict(new.fields)}
    if event.via is not None:
        data["via"] = event.via
    seq = work.log(
        "created", at, entry_class="input", actor=event.actor.name, party=event.actor.party,
        arrived_at=event.arrived_at, occurred_at=at, to_state=state.name, data=data,
    )  # fmt: skip
    changed = set_fields(work, new.fields, at)
    chain = Chain(work, Cause(at, arrived_at=event.arrived_at, occurred_at=at))
    chain.event(Effect(seq, entered=state.name, fields=changed))
    chain.come_to_rest(chain.route_creation)
    return work.decision()
