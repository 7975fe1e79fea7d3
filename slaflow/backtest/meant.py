"""What an input that was told under one text is under another: without what the other does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from slaflow.errors import InvalidValue, UnknownName
from slaflow.lifecycle.events import (
    Answered,
    Assigned,
    Changed,
    Contested,
    Created,
    Dealt,
    Fired,
    Input,
    Recorded,
)
from slaflow.lifecycle.guards import stored
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.routing import obstacle
from slaflow.log.entry import Entry
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.workflow import Workflow

Given = Mapping[str, Mapping[str, object]]
"""Inputs that are given where the record lacks them, by trigger."""


class Meant(NamedTuple):
    """An input as the draft is told it; None: it is not told. ``because`` says what of it is impossible."""

    event: Input | None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads inputs for *workflow*. What was refused on record is told as it was."""

    workflow: Workflow
    given: Given

    def created(self, event: Input, new: Created, then: Workflow) -> Meant:
        """The new lead: without what the draft has no field for or refuses, with its new defaults."""
        fields, because = self._taken(new.fields, then)
        for name, spec in self.workflow.fields.items():
            known = then.fields.get(name)
            if name in fields or known == spec:
                continue
            if spec.default is not None and (known is None or known.default is None):
                fields[name] = spec.default
            elif spec.required and not (known is not None and known.required):
                because += (f"{name} is required",)
        return Meant(event._replace(happening=replace(new, fields=fields)), because)

    def told(
        self, event: Input, entry: Entry, lead: Lead, then: Workflow, people: Directory
    ) -> Meant:  # fmt: skip
        """An input of a lead that is settled to it; *then* is the version it was told under."""
        match event.happening:
            case Fired() as fired:
                return self._fired(event, fired, entry, lead, then)
            case Recorded(kind=kind, fields=fields) as touch:
                known = self.workflow.activities.get(kind)
                if known is None:
                    return _unknown("activity", kind, self.workflow.activities)
                asked = then.activities[kind].fields if kind in then.activities else {}
                kept = _without(fields, asked, known.fields)
                return Meant(
                    event if kept is fields else event._replace(happening=replace(touch, fields=kept))
                )
            case Answered(check=name, answer=answer) as answered:
                check = self.workflow.checks.get(name)
                if check is None:
                    return _unknown("check", name, self.workflow.checks)
                asked = then.checks[name].fields if name in then.checks else {}
                kept = _without(answer, asked, check.fields)
                same = kept is answer
                return Meant(event if same else event._replace(happening=replace(answered, answer=kept)))
            case Changed() as changed if entry.kind != "refused":
                return self._changed(event, changed, then)
            case Dealt(team=None) if lead.waits_for is None:
                return Meant(None)  # it has its owner without
            case Dealt(team=str(team)) if team not in self.workflow.teams:
                return _unknown("team", team, self.workflow.teams)
            case Contested(about=about) if about not in self.workflow.reasons:
                return _unknown("reason of a return", about, self.workflow.reasons)
            case Assigned(owner=str(owner)) if lead.held_by != entry.held_by and entry.kind != "refused":
                reason = obstacle(people, lead, owner, max(event.occurred_at, lead.as_of))
                return Meant(event) if reason is None else Meant(None, (reason,))
            case _:
                return Meant(event)

    def _fired(self, event: Input, fired: Fired, entry: Entry, lead: Lead, then: Workflow) -> Meant:
        trigger = fired.trigger
        if trigger not in self.workflow.triggers:
            return _unknown("trigger", trigger, self.workflow.triggers)
        fills = self.given.get(trigger, {}) if entry.kind != "refused" else {}
        if not fired.inputs and not fills:
            return Meant(event)
        asked = _inputs(self.workflow, lead.state, trigger)
        kept = _without(fired.inputs, _inputs(then, entry.from_state or "", trigger), asked)
        lacking = {name: value for name, value in fills.items() if name in asked and name not in kept}
        if kept is fired.inputs and not lacking:
            return Meant(event)
        return Meant(event._replace(happening=replace(fired, inputs={**kept, **lacking})))

    def _changed(self, event: Input, changed: Changed, then: Workflow) -> Meant:
        fields, because = self._taken(changed.fields, then)
        if changed.fields and not fields:
            return Meant(None, because)
        return Meant(event._replace(happening=Changed(fields)), because)

    def _taken(self, fields: Mapping[str, Value], then: Workflow) -> tuple[dict[str, Value], tuple[str, ...]]:
        """Those of *fields* that the draft has and takes, and why it refuses others."""
        taken: dict[str, Value] = {}
        because: list[str] = []
        for name, value in fields.items():
            spec = self.workflow.fields.get(name)
            if spec is None:
                continue
            if value is None or spec == then.fields.get(name):
                taken[name] = value
                continue
            try:
                taken[name] = stored(spec, value, self.workflow)
            except InvalidValue as error:
                because.append(error.unquoted)
        return taken, tuple(because)


def _inputs(workflow: Workflow, state: str, trigger: str) -> frozenset[str]:
    """What is asked for wherever *trigger* may be fired from *state*."""
    return frozenset(name for row in lifecycle_of(workflow).rows(state, trigger) for name in row.requires)


def _without(
    values: Mapping[str, object], then: Iterable[str] | Mapping[str, Field], now: Iterable[str]
) -> Mapping[str, object]:
    """*values* without what was asked for then and is unknown now; what was unknown then stays wrong."""
    gone = {name for name in values if name in then and name not in now}
    return {name: value for name, value in values.items() if name not in gone} if gone else values


def _unknown(what: str, name: str, known: Iterable[str]) -> Meant:
    return Meant(None, (str(UnknownName(what, name, known)),))
