"""Whether a transition may be taken: party, inputs and guard, and if not, why, clause by clause.

Source: rules.md, 25 (refusals) and 28.1 (the first row that may be taken).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from slaflow.errors import InvalidValue, did_you_mean
from slaflow.language import _
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.rights.named import grants, named, names, others
from slaflow.lifecycle.view import Given, View, failing_clauses
from slaflow.workflow.expressions.value import Expression, Unknown
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.values import from_cel, parse_value
from slaflow.workflow.model.workflow import Workflow

Owners = Callable[[Transition, Mapping[str, Value], Mapping[str, Value]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row whose guard passed, with its validated inputs and what its ``set`` gives."""

    row: Transition
    inputs: Mapping[str, Value] = field(default_factory=dict)
    sets: Mapping[str, Value] = field(default_factory=dict)
    overridden: tuple[str, ...] = ()
    """The clauses that did not pass and were overridden."""

    @property
    def given(self) -> dict[str, tuple[Mapping[str, Field], Given]]:
        """The inputs as expressions see them."""
        return {"input": (self.row.requires, self.inputs)}


class Judged(NamedTuple):
    """A clause of a guard that was judged: its row in ``transitions``, its place there, whether it held."""

    row: int
    clause: int
    passed: bool


@dataclass(slots=True)
class Trace:
    """What a decision went by that stands in no entry; it is not stored, and kept only where asked for.

    ``rows`` and ``routes`` are places in the file, counted from 0; all in the order in which it came.
    """

    rows: list[int] = field(default_factory=list)
    clauses: list[Judged] = field(default_factory=list)
    routes: list[int] = field(default_factory=list)

    def judge(self, view: View, row: Transition, is_overridden: bool) -> None:
        """Notes each clause of *row*, as somebody who asked for it hears of every one that fails.

        One that does not hold and *is_overridden* refuses nobody.
        """
        for place, clause in enumerate(row.guard):
            holds = view.holds(clause.that)
            if holds or not is_overridden:
                self.clauses.append(Judged(row.index, place, holds))

    def hold_back(self, view: View, row: Transition) -> None:
        """Notes the clauses of a row that would fire by itself, up to the one that holds it back."""
        for place, clause in enumerate(row.guard):
            holds = view.holds(clause.that)
            self.clauses.append(Judged(row.index, place, holds))
            if not holds:
                return

    def take(self, chosen: Chosen) -> None:
        """Notes that a row is taken, and so that each of its clauses passed that was not overridden."""
        row = chosen.row
        self.rows.append(row.index)
        if not chosen.overridden:
            self.clauses += [Judged(row.index, place, True) for place in range(len(row.guard))]


def choose(
    view: View,
    row: Transition,
    inputs: Mapping[str, object],
    party: str | None,
    overrides: bool = False,
    owners: Owners | None = None,
    right: str | None = None,
    trace: Trace | None = None,
) -> Chosen | tuple[str, ...]:
    """The row if it may be taken now, else why not. *party* None: fired by itself.

    *overrides* says whether who fires it asks to override its guard, which takes who it names for that.
    *owners* says why the owner that it names with its inputs and what it sets cannot have the lead, *right*
    is what the party has besides its name. *trace* notes which clauses were judged.
    """
    because: list[str] = []
    if party is not None and not names(row.by, row.roles, party, right):
        who = others(row.by, row.roles, party, right)
        because.append(
            _("{trigger} is for {named}, not for {who}").format(
                trigger=row.trigger, named=named(row.by, row.roles), who=who
            )
        )
    values = validated(row.requires, inputs, view.workflow, because)
    seen = view.with_given({"input": (row.requires, values)}) if row.requires else view
    failing = failing_clauses(seen, row.guard)
    is_granted = overrides and party is not None and grants(row.override, party, right)
    if trace is not None:
        trace.judge(seen, row, is_granted)
    if failing and overrides and not is_granted:
        because.append(_not_to_override(row))
    if not is_granted:
        because += failing
    sets = computed(seen, row.sets, because)
    if owners is not None and row.names_owner and not because:
        because += owners(row, values, sets)
    return tuple(because) if because else Chosen(row, values, sets, failing)


def _not_to_override(row: Transition) -> str:
    if not row.override:
        return _("nobody may override {trigger}").format(trigger=row.trigger)
    return _("{trigger} is overridden by {who}").format(
        trigger=row.trigger, who=_(" or ").join(grant.words for grant in row.override)
    )


def may_pass(view: View, row: Transition) -> bool:
    """Whether :func:`choose` may find that *row* passes without inputs, for who needs no reasons."""
    return bool(row.requires) or all(view.holds(clause.that) for clause in row.guard)


def computed(view: View, sets: Mapping[str, Expression], because: list[str]) -> dict[str, Value]:
    """What ``set`` gives, in stored form; an unknown leaves its field as it is, ``null`` empties it.

    A value that its field does not take is added to *because*.
    """
    found: dict[str, Value] = {}
    for name, expression in sets.items():
        value = view.evaluate(expression)
        if isinstance(value, Unknown):
            continue
        try:
            found[name] = stored(view.workflow.fields[name], value, view.workflow, computed=True)
        except InvalidValue as error:
            because.append(error.unquoted)
    return found


def choose_by_trigger(
    view: View,
    trigger: str,
    inputs: Mapping[str, object],
    party: str,
    overrides: bool = False,
    owners: Owners | None = None,
    right: str | None = None,
    trace: Trace | None = None,
) -> Chosen | tuple[str, ...]:
    """The first row of *trigger* in file order that may be taken, else why none can be.

    A row that may be taken as it is comes before one that would have to be overridden.
    """
    lifecycle = lifecycle_of(view.workflow)
    rows = lifecycle.rows(view.lead.state, trigger)
    if not rows:
        possible = dict.fromkeys(row.trigger for row in lifecycle.rows_from(view.lead.state))
        return (
            _("{trigger} does not lead from {state}; possible from there: {possible}").format(
                trigger=trigger, state=view.lead.state, possible=", ".join(possible) or _("nothing")
            ),
        )
    refused: list[str] = []
    for row in rows:
        # Who overrides is refused by nothing yet.
        found = choose(
            view, row, inputs, party, owners=owners, right=right, trace=None if overrides else trace
        )
        if isinstance(found, Chosen):
            return found
        if not overrides:
            refused += [
                _("to {state}: {because}").format(state=row.to or view.lead.state, because=r)
                if len(rows) > 1
                else r
                for r in found
            ]
    for row in rows if overrides else ():
        found = choose(view, row, inputs, party, overrides, owners, right, trace)
        if isinstance(found, Chosen):
            return found
        refused += [
            _("to {state}: {because}").format(state=row.to or view.lead.state, because=r)
            if len(rows) > 1
            else r
            for r in found
        ]
    return tuple(dict.fromkeys(refused))


def validated(
    fields: Mapping[str, Field], given: Mapping[str, object], workflow: Workflow, because: list[str]
) -> dict[str, Value]:
    """*given* in stored form, defaults filled in; what is wrong with it is added to *because*."""
    values: dict[str, Value] = {}
    # In one order, however they were given: the log keeps them by name, and has to be decided again the same.
    for name in sorted(given):
        if name not in fields:
            near = did_you_mean(name, fields)
            words = _('unknown input "{name}"{near}')
            if not near and fields:
                words = _('unknown input "{name}"; expected: {fields}')
            elif not near:
                words = _('unknown input "{name}"; nothing is expected')
            because.append(words.format(name=name, near=near, fields=", ".join(fields)))
    for name, spec in fields.items():
        raw = given.get(name)
        try:
            value = spec.default if raw is None else stored(spec, raw, workflow)
        except InvalidValue as error:
            because.append(error.unquoted)
            continue
        if value is not None:
            values[name] = value
        elif spec.required:
            because.append(_("{name} is required").format(name=name))
    return values


def stored(spec: Field, raw: object, workflow: Workflow, *, computed: bool = False) -> Value:
    """*raw* in stored form, be it text, a native value or (*computed*) what an expression gave."""
    read = from_cel if computed or isinstance(raw, float | datetime) else parse_value
    return read(spec, raw, workflow.timezone, takes_unseen=workflow.takes_unseen)


def available(workflow: Workflow, lead: Lead, at: datetime) -> list[dict[str, Any]]:
    """What could be fired from here, row by row: whether it may be now, and if not, why.

    Inputs are not known yet: a clause that reads one is left for the moment it is given, and
    ``requires`` names what has to be. From an erased lead nothing leads on.
    """
    if lead.erased_at is not None:
        return []
    view = View(workflow, lead, at)
    rows = sorted(lifecycle_of(workflow).rows_from(lead.state), key=lambda row: row.index)
    return [_prospect(view, row) for row in rows]


def _prospect(view: View, row: Transition) -> dict[str, Any]:
    judged = tuple(c for c in row.guard if not any(n.startswith("input.") for n in c.that.names))
    because = failing_clauses(view, judged)
    roles = {"roles": dict(row.roles)} if row.roles else {}
    return {
        "trigger": row.trigger,
        "to": row.to or view.lead.state,
        "allowed": not because,
        "because": list(because),
        "by": list(row.by),
        **roles,
        "requires": [name for name, spec in row.requires.items() if spec.required],
        "inputs": [_input(spec) for spec in row.requires.values()],
        "auto": row.auto,
    }


def _input(spec: Field) -> dict[str, Any]:
    """A field that is asked for, and what its values must satisfy."""
    bounds = {"min": spec.min, "max": spec.max, "min_length": spec.min_length, "pattern": spec.pattern}
    said: dict[str, Any] = {
        "name": spec.name,
        "title": spec.title,
        "type": spec.type,
        "required": spec.required,
    }
    if spec.one_of:
        said["one_of"] = list(spec.one_of)
    for name, bound in bounds.items():
        if bound is not None:
            said[name] = bound if isinstance(bound, int | str) else str(bound)
    return said
