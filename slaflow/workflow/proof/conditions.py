"""Every condition of an agreement, with its place in the file and what is declared of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from slaflow.workflow.checks.remark import path_of
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.clocks import Pattern, Target
from slaflow.workflow.model.commitment import Kept, happenings_of
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.truths import ALWAYS, Condition
from slaflow.workflow.yaml.tree import Path


class Placed(NamedTuple):
    """A condition, where it stands, and what is said of it if no lead meets it."""

    path: Path
    condition: Condition
    never: str = "this never holds"


def conditions(workflow: Workflow) -> Iterator[Placed]:
    """All of them, as the file has them; what only calculates is none."""
    for row in workflow.transitions:
        if row.guard and not row.override:  # one that is always overridden may be meant
            condition = Condition(tuple(each.that for each in row.guard), row.requires)
            yield Placed(("transitions", row.index, "when"), condition, f"{row.trigger} can never pass")
    for name, check in workflow.checks.items():
        if check.passes:
            condition = Condition(tuple(each.that for each in check.passes), check.fields)
            yield Placed(("checks", name, "pass"), condition, f"{name} can never be passed")
    for kind, activity in workflow.activities.items():
        yield from _one(("activities", kind, "when"), activity.when, activity.fields)
    for index, rule in enumerate(workflow.scoring.fit):
        yield from _one(("scoring", "fit", index, "when"), rule.when)
    for clock in workflow.targets:
        yield from _of_clock(clock)
    for index, route in enumerate(workflow.routing or ()):
        yield from _one(("routing", index, "when"), route.when)
    for name, promise in workflow.commitments.items():
        asked = [each.when for each in happenings_of(promise.measure)]
        asked += [promise.measure.when] if isinstance(promise.measure, Kept) else []
        for when in asked:
            yield from _one(("commitments", name), when)


def _of_clock(clock: Target) -> Iterator[Placed]:
    path = path_of(clock)
    for key, patterns in (("start", clock.start), ("meet", clock.meet), ("restart", clock.restart)):
        yield from _of_patterns((*path, key), patterns)
    for index, case in enumerate(clock.cases):
        yield from _one((*path, cases_of(clock), index, "when"), case.when)
    if clock.pause is not None:
        yield from _one((*path, "pause", "when"), clock.pause.when)


def cases_of(clock: Target) -> str:
    """The key under which a clock's cases stand."""
    return "after" if clock.is_timer else "within"


def _of_patterns(path: Path, patterns: Iterable[Pattern]) -> Iterator[Placed]:
    for index, each in enumerate(patterns):
        yield from _one((*path, index, "when"), each.when)


def _one(path: Path, when: Expression | None, given: Mapping[str, Field] | None = None) -> Iterator[Placed]:
    if when is not None:
        yield Placed(path, Condition((when,), given))


def condition_of(when: Expression | None) -> Condition:
    """A ``when`` as a condition; none at all always holds."""
    return ALWAYS if when is None else Condition((when,))
