"""Every expression of an agreement with its place in the file. No check is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from slaflow.workflow.checks.remark import path_of
from slaflow.workflow.expressions.value import Expression, Guard
from slaflow.workflow.model.clocks import Pattern, Target, UntilField
from slaflow.workflow.model.commitment import Kept, happenings_of
from slaflow.workflow.model.flow import Action, Fire, SetFields
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.tree import Path

Placed = Iterator[tuple[Path, Expression]]
Maybe = Expression | Decimal | None


def expressions(workflow: Workflow) -> Placed:
    """All but those of guards."""
    for kind, activity in workflow.activities.items():
        yield from _given({("activities", kind, "when"): activity.when})
        yield from _given({("activities", kind, "points"): activity.points})
    yield from scored(workflow)
    for row in workflow.transitions:
        yield from _given({("transitions", row.index, "set", name): text for name, text in row.sets.items()})
    for clock in workflow.targets:
        yield from _of_clock(clock)
    for index, route in enumerate(workflow.routing or ()):
        yield from _given({("routing", index, "when"): route.when})
    for name, promise in workflow.commitments.items():
        found = [each.when for each in happenings_of(promise.measure)]
        found += [promise.measure.when] if isinstance(promise.measure, Kept) else []
        yield from ((("commitments", name), when) for when in found if when is not None)


def scored(workflow: Workflow) -> Placed:
    """What the score is made of."""
    for index, rule in enumerate(workflow.scoring.fit):
        path: Path = ("scoring", "fit", index)
        yield from _given({(*path, "when"): rule.when, (*path, "points"): rule.points})
    yield from _given({("scoring", "score"): workflow.scoring.score})


def guards(workflow: Workflow) -> Iterator[tuple[Path, str, Guard]]:
    """Every guard with its place, and what it stands before."""
    for row in workflow.transitions:
        yield ("transitions", row.index, "when"), row.trigger, row.guard
    for name, check in workflow.checks.items():
        yield ("checks", name, "pass"), name, check.passes


def _given(places: Mapping[Path, Maybe]) -> Placed:
    for path, each in places.items():
        if each is not None and not isinstance(each, Decimal):
            yield path, each


def _of_clock(clock: Target) -> Placed:
    path = path_of(clock)
    for key, patterns in (("start", clock.start), ("meet", clock.meet), ("restart", clock.restart)):
        yield from _of_patterns((*path, key), patterns)
    for index, case in enumerate(clock.cases):
        where: Path = (*path, "after" if clock.is_timer else "within", index)
        yield from _given({(*where, "when"): case.when})
        if isinstance(case.allowance, UntilField):
            yield (*where, "is", "until"), case.allowance.expression
    if clock.pause is not None:
        yield (*path, "pause", "when"), clock.pause.when
    for step in clock.steps:
        yield from _of_actions(
            (*path, "do") if clock.is_timer else (*path, "steps", step.label), step.actions
        )


def _of_patterns(path: Path, patterns: Iterable[Pattern]) -> Placed:
    yield from _given({(*path, index, "when"): each.when for index, each in enumerate(patterns)})


def _of_actions(path: Path, actions: Iterable[Action]) -> Placed:
    for index, action in enumerate(actions):
        if isinstance(action, SetFields):
            yield from _given({(*path, index, "set", name): text for name, text in action.values.items()})
        elif isinstance(action, Fire):
            yield from _given({(*path, index, "with", name): text for name, text in action.inputs.items()})
