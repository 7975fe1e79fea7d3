"""One event of a lead and the autos that follow from it, until the lead rests.

Each event in the chain meets, cancels, moves, pauses and resumes clocks on its own; clocks start only
once the lead rests (rules.md, 7). Transitions, handoffs and assignments happen here and nowhere else, in the
order of rules.md, 28.8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.clock.disputes import awaits_ruling
from slaflow.clock.state import Clock
from slaflow.lifecycle import clocks
from slaflow.lifecycle.decision import Message
from slaflow.lifecycle.effects import Effect, note_happening
from slaflow.lifecycle.evidence import testify
from slaflow.lifecycle.guards import Chosen, choose, computed, may_pass
from slaflow.lifecycle.late import Late, note_reset
from slaflow.lifecycle.lead import Tally
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.owners import named as named_owners
from slaflow.lifecycle.owners import promises as owners_promises
from slaflow.lifecycle.routing import Pick
from slaflow.lifecycle.scoring import number_text
from slaflow.lifecycle.view import NOTHING, View
from slaflow.lifecycle.work import Cause, Work
from slaflow.workflow.identity import identity_key
from slaflow.workflow.model.flow import Action, Assign, Notify, SetFields, Transition
from slaflow.workflow.model.lead import Value


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Chain:
    """The course of one event: what happened so far, which autos have fired, what was met."""

    work: Work
    cause: Cause
    effects: list[Effect] = field(default_factory=list)
    met: list[tuple[Clock, int]] = field(default_factory=list)
    fired: set[int] = field(default_factory=set)
    handed_over: bool = False

    def event(self, effect: Effect, after_meet: Callable[[], None] = _nothing) -> None:
        """Lets one event work on the clocks. *after_meet* wipes what a reset wipes: the promise is
        judged on what stood before."""
        at = self.cause.at
        self.work.is_moved = True
        self.effects.append(effect)
        if self.work.workflow.notes is not None:
            note_happening(self.work, effect, at)
        owners_promises.stop_waiting(self.work, effect)
        if effect.late is not None:
            self._testify(effect, effect.late)
        if not self.work.open_clocks():
            after_meet()
            return
        if not effect.is_past:
            self.met += clocks.meet_clocks(self.work, effect, self.cause)
        after_meet()
        clocks.cancel_clocks(self.work, effect, at)
        owners_promises.pass_on(self.work, effect, at)
        clocks.move_clocks(self.work, effect, at)
        clocks.look_at_pauses(self.work, at, effect.seq)
        if not effect.is_past:
            clocks.restart_clocks(self.work, effect, at)

    def testify(self, effect: Effect) -> None:
        """What was refused now may still be evidence: it keeps or lifts promises and changes nothing else."""
        assert effect.late is not None
        self._testify(effect, effect.late)
        clocks.start_clocks(self.work, [], self.met, self.cause.at)

    def _testify(self, effect: Effect, late: Late) -> None:
        """Judges evidence; a dispute of a breach that it lifts needs no ruling any more."""
        disputed = [clock for clock in self.work.clocks if awaits_ruling(clock)]
        self.met += testify(self.work, effect, late)
        settled = {clock.target for clock in disputed if clock.lifted}
        settled -= {clock.target for clock in disputed if awaits_ruling(clock)}
        for clock in self.work.open_clocks() if settled else ():
            if any(each.kind == "ruling" and each.names & settled for each in self.work.target(clock).meet):
                because = "the breach turned out to be none"
                clocks.cancel(self.work, clock, self.cause.at, effect.seq, because)

    def come_to_rest(self, first: Callable[[], None] = _nothing) -> None:
        """Fires autos until none passes, then (after *first*) starts clocks."""
        while (chosen := self._next_auto()) is not None:
            self.fire(chosen, self.effects[-1].seq)
        first()
        clocks.start_clocks(self.work, self.effects, self.met, self.cause.at)

    def _next_auto(self) -> Chosen | None:
        view = self.work.view(self.cause.at)
        for row in lifecycle_of(self.work.workflow).autos(view.lead.state):
            if row.index in self.fired:
                continue
            if not may_pass(view, row):
                if self.work.trace is not None:
                    self.work.trace.hold_back(view, row)
                continue
            found = choose(view, row, {}, None, owners=self.obstacles, trace=self.work.trace)
            if isinstance(found, Chosen):
                return found
        return None

    def fire(
        self, chosen: Chosen, caused_by: int | None, given: Mapping[str, Any] | None = None,
        raw: Mapping[str, Any] | None = None,
    ) -> int:  # fmt: skip
        """Carries out a transition whose guard has passed; gives its entry's ``seq``.

        ``set``, routing and the handoff's figures see the lead as it was before the move, with inputs.
        *raw* are the inputs before they were validated, where replay needs them.
        """
        work, row, lead, at = self.work, chosen.row, self.work.lead, self.cause.at
        self.fired.add(row.index)
        if work.trace is not None:
            work.trace.take(chosen)
        before = work.view(at, chosen.given)
        state = lifecycle_of(work.workflow).confirm(lead.state, row)
        moved = state != lead.state
        taker = work.workflow.holder(state, lead.held_by) or lead.held_by
        handoff = moved and taker != lead.held_by
        pick = self._receiver(taker, before) if handoff else None
        data: dict[str, Any] = {"inputs": dict(chosen.inputs), "set": dict(chosen.sets)}
        if raw is not None:
            data["given"] = raw
        late = work.late if caused_by is None else None
        if late is not None:
            data["late"] = late.as_data()
        if chosen.overridden:
            data["overridden"] = list(chosen.overridden)
        if row.reset:
            data["reset"] = sorted(row.reset)
        if handoff:
            data["handoff"] = handoff_data(before, taker, pick)
        seq = work.log(
            "transition", at, trigger=row.trigger, from_state=lead.state, to_state=state,
            handoff=handoff, caused_by=caused_by, data=data, **(given or {}),
        )  # fmt: skip
        changed = set_fields(work, {**stored_inputs(work, chosen), **chosen.sets}, at)
        giver = lead.held_by
        if moved:
            lead.state, lead.entered_at, lead.held_by = state, at, taker
            lead.closed = work.workflow.states[state].final
            if handoff or lead.closed:
                lead.waits_for = lead.waits_since = None
        entered = state if moved else None
        effect = Effect(seq, entered=entered, trigger=row.trigger, fields=changed, late=late)
        self.event(effect, lambda: self._wipe(row, giver if handoff else None))
        if handoff:
            self.handed_over = True
            self._give(pick, taker, seq)
        for action in row.actions:
            self.act(action, seq, row, chosen.inputs)
        return seq

    def _receiver(self, party: str, before: View) -> Pick | None:
        if self.work.workflow.routing is None:
            return None
        pick = self.work.routing(self.cause).receiver(party, before)
        return pick or Pick(None, "nobody")

    def _give(self, pick: Pick | None, party: str, seq: int) -> None:
        """Hands the lead to whom routing picked; the party's desk hears where it found nobody."""
        self.assign(pick or Pick(None, "no_routing"), seq)
        desk = self.work.workflow.parties[party].desk if party in self.work.workflow.parties else None
        if pick is not None and pick.owner is None and desk is not None:
            self.tell_unassigned(party, seq)

    def _wipe(self, row: Transition, giver: str | None) -> None:
        lead, at = self.work.lead, self.cause.at
        note_reset(lead, row.reset, at)
        if "engagement" in row.reset:
            lead.engagement, lead.engagement_at = 0.0, at
            lead.tallies = {kind: Tally(last=t.last) for kind, t in lead.tallies.items()}
        if "stage" in row.reset:
            lead.stage = self.work.workflow.stages[0] if self.work.workflow.stages else None
        if "checks" in row.reset:
            lead.checks = {}
        if giver is not None:
            self._cross(giver)

    def _cross(self, giver: str) -> None:
        """What a handoff begins anew: attempts, contact, assignments; a cycle if it left the first party."""
        lead, workflow = self.work.lead, self.work.workflow
        lead.handoff_at = self.cause.at
        lead.attempts_before_handoff = len(lead.attempts)
        lead.contacted = False
        lead.assignments = 0
        if giver == workflow.states[workflow.initial].held_by:
            lead.cycles += 1
            lead.passed_to = []

    def route_creation(self) -> None:
        """Looks for the first owner of a new lead that no auto handed over; one who waits is told of."""
        work, lead = self.work, self.work.lead
        if self.handed_over or work.workflow.routing is None:
            return
        pick = work.routing(self.cause).receiver(lead.held_by, work.view(self.cause.at))
        if pick is not None:
            self._give(pick, lead.held_by, self.effects[0].seq)

    def assign(self, pick: Pick, caused_by: int | None) -> None:
        """Makes the picked person the owner, as a consequence.

        One who is the owner already is logged only if other leads were asked: replay needs the pick.
        """
        if self.work.trace is not None and pick.rule is not None and not pick.waits:
            self.work.trace.routes.append(pick.rule - 1)
        self.note_draw(pick)
        if pick.reads or pick.owner != self._present_owner():
            given = {"caused_by": caused_by, "data": pick.as_data()}
            self.own(pick.owner, {**given, **self._as_input()} if pick.reads else given, pick)
        elif pick.owner is not None:
            self.work.is_moved = True
            self.work.lead.holders[self.work.lead.held_by] = pick.owner

    def note_draw(self, pick: Pick) -> None:
        """Notes the turn that *pick* drew, if any, so that the next draw goes on from it."""
        if pick.draw is not None:
            self.work.draws.append(pick.draw)
            self.work.people = self.work.people.after_draw(pick.draw)

    def _present_owner(self) -> str | None:
        owner = self.work.lead.owner
        return None if owner is None else self.work.people.spelt(owner)

    def _as_input(self) -> dict[str, Any]:
        """What makes an entry one that replay is given: a pick that read other leads cannot be redone."""
        arrived, occurred = self.cause.arrived_at, self.cause.occurred_at
        return {"entry_class": "input", "arrived_at": arrived, "occurred_at": occurred}

    def own(self, owner: str | None, given: Mapping[str, Any], pick: Pick | None = None) -> None:
        """Changes the owner and logs it; *given* is what the ``assigned`` entry says besides. It waits for
        a team no longer, unless *pick* says so."""
        work, lead = self.work, self.work.lead
        before, lead.owner = self._present_owner(), owner
        lead.waits_for = lead.waits_since = None
        if pick is not None and pick.waits:
            lead.waits_for, lead.waits_since = pick.team, self.cause.at
        if owner is not None:
            if work.workflow.account is not None:
                lead.assigned_at = self.cause.at
            lead.holders[lead.held_by] = owner
            lead.assignments += 1
        seq = work.log("assigned", self.cause.at, **given)
        self.event(Effect(seq, assigned=True))
        if work.workflow.on_assign and self._present_owner() not in (None, before):
            self._greet(work.workflow.on_assign, seq)

    def _greet(self, actions: Sequence[Action], seq: int) -> None:
        """What the agreement does when somebody becomes the owner; who did it is not told of it."""
        names = [name for each in actions if isinstance(each, Notify) for name in each.to]
        done_by = None if self.cause.actor is None else self.work.people.spelt(self.cause.actor)
        for recipient in self.work.routing(self.cause).recipients(names, None):
            if recipient != done_by:
                self.tell("assigned", recipient, seq, {"owner": self.work.lead.owner})
        for each in actions:
            if isinstance(each, SetFields):
                self._set(each, seq)

    def _set(self, action: SetFields, seq: int) -> None:
        work, at = self.work, self.cause.at
        because: list[str] = []
        values = computed(work.view(at), action.values, because)
        if because:
            reason, data = "; ".join(because), {"because": list(map(str, because))}
            work.log("refused", at, caused_by=seq, from_state=work.lead.state, reason=reason, data=data)
        if values:
            changed = work.log("changed", at, caused_by=seq, data={"fields": values})
            self.event(Effect(changed, fields=set_fields(work, values, at)))

    def obstacles(
        self, row: Transition, inputs: Mapping[str, Value], sets: Mapping[str, Value]
    ) -> Iterator[str]:
        """Why *row* cannot be taken for want of the owner it names."""
        given = {"inputs": inputs, "sets": sets}
        return named_owners.obstacles(self.work.routing(self.cause), row, given, self.cause.actor)

    def obstacle(self, action: Assign) -> str | None:
        """Why a step cannot make the owner whom a field names."""
        if action.kind == "name":
            return None
        lead = self.work.lead
        owner = named_owners.named(action, lead, {}, None)
        return named_owners.obstacle(self.work.routing(self.cause), action, owner, lead.held_by)

    def act(
        self, action: Assign | Notify | Any, seq: int, row: Transition | None = None,
        inputs: Mapping[str, Value] = NOTHING,
    ) -> None:  # fmt: skip
        """Carries out an ``assign`` or a ``notify`` that is not a step's own message."""
        if isinstance(action, Assign):
            self.assign_to(action, seq, inputs)
        elif isinstance(action, Notify):
            trigger = row.trigger if row else None
            for recipient in self.work.routing(self.cause).recipients(action.to, None):
                self.tell("transition", recipient, seq, {"trigger": trigger})

    def assign_to(self, action: Assign, seq: int, inputs: Mapping[str, Value] = NOTHING) -> None:
        """``assign: next|manager|<team>|<email>``; where it finds nobody the desk hears.

        Whom an input or a field names, or who fires, was found to be there before.
        """
        work, lead, to = self.work, self.work.lead, action.to
        if action.kind != "name":
            owner = named_owners.named(action, lead, inputs, self.cause.actor)
            if owner is not None:
                self.assign(named_owners.pick(work.routing(self.cause), action, owner), seq)
            return
        routing = work.routing(self.cause)
        if to == "next":
            pick = routing.next_in_team()
            work.is_moved = True
            lead.passed_to += [p for p in (lead.owner, pick.owner) if p and p not in lead.passed_to]
        elif to == "manager":
            pick = routing.manager()
        elif to in work.workflow.teams:
            pick = routing.from_team(to) or Pick(None, "nobody", to)
        else:
            pick = routing.named(to)
        if pick.owner is not None or pick.waits or to == "next":
            self.assign(pick, seq)
        if pick.owner is None:
            self.tell_unassigned(lead.held_by, seq)

    def tell_unassigned(self, party: str, seq: int) -> None:
        """The desk of *party* hears that nobody owns the lead."""
        desk = self.work.routing(self.cause).desk(party)
        self.tell("unassigned", self.work.people.spelt(desk), seq, {})

    def tell(self, kind: str, recipient: str, seq: int, data: Mapping[str, Any]) -> None:
        about = {"state": self.work.lead.state, **data}
        self.work.tell(Message(recipient, kind, self.cause.at, seq, data=about))


def stored_inputs(work: Work, chosen: Chosen) -> dict[str, Value]:
    """The inputs that are named like a lead field and so are stored on the lead."""
    return {name: value for name, value in chosen.inputs.items() if name in work.workflow.fields}


def set_fields(work: Work, values: Mapping[str, Value], at: datetime) -> frozenset[str]:
    """Sets fields (None empties); gives the names of those whose value changed."""
    lead, account = work.lead, work.workflow.account
    changed = {name for name, value in values.items() if lead.fields.get(name) != value}
    for name, value in values.items():
        lead.field_at[name] = at
        if value is None:
            lead.fields.pop(name, None)
        else:
            lead.fields[name] = value
    if account is not None and account.field in changed:
        lead.account = account.of(lead.fields)
    if changed & set(work.workflow.identity):
        lead.key = identity_key(work.workflow, lead.fields) or lead.key
    return frozenset(changed)


def handoff_data(before: View, taker: str, pick: Pick | None) -> dict[str, Any]:
    """Who gave and who took, with score, stage and touchpoints at that moment."""
    lead = before.lead
    return {
        "gave": {"party": lead.held_by, "owner": lead.owner},
        "took": {"party": taker, "owner": pick.owner if pick else None},
        "score": number_text(before.score("score")),
        "fit": number_text(before.score("fit")),
        "engagement": number_text(before.score("engagement")),
        "stage": lead.stage,
        "touchpoints": {kind: t.count for kind, t in sorted(lead.tallies.items()) if t.count},
    }
