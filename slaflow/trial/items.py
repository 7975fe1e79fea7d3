"""What of an agreement scenarios can show, item by item, each with its line in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from slaflow.agreement.changes.parts import transitions
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import Source, read_yaml
from slaflow.workflow.yaml.tree import Path

Kind = Literal[
    "state", "transition", "clause_passed", "clause_refused", "target_kept", "target_broken",
    "case", "step", "timer", "check_passed", "check_failed", "route", "waited",
]  # fmt: skip
Key = tuple[Kind, str | int, str | int]
"""A kind, the name or place of what is of it, and a place or label within that, ``""`` without one."""


class Item(NamedTuple):
    """One item: ``name`` is for people, ``line`` counts from 1."""

    key: Key
    name: str
    line: int

    @property
    def kind(self) -> Kind:
        return self.key[0]


def items_of(workflow: Workflow) -> tuple[Item, ...]:
    """Every item of *workflow*, in the order of its file."""
    source = read_yaml(workflow.source)
    found = [
        *_states(workflow, source), *_transitions(workflow, source), *_promises(workflow, source),
        *_checks(workflow, source), *_teams(workflow, source), *_routes(workflow, source),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda item: item.line))


def _line(source: Source, path: Path, *, key: bool = False) -> int:
    return source.place(path, key=key).line


def _states(workflow: Workflow, source: Source) -> Iterator[Item]:
    for name in workflow.states:
        yield Item(("state", name, ""), name, _line(source, ("states", name), key=True))


def _transitions(workflow: Workflow, source: Source) -> Iterator[Item]:
    for name, row in transitions(workflow).items():
        path: Path = ("transitions", row.index)
        yield Item(("transition", row.index, ""), name, _line(source, path))
        for place, clause in enumerate(row.guard):
            line = _line(source, (*path, "when", clause.place))
            words = f"{name}: {clause.that.text}"
            yield Item(("clause_passed", row.index, place), words, line)
            yield Item(("clause_refused", row.index, place), words, line)


def _promises(workflow: Workflow, source: Source) -> Iterator[Item]:
    for target in workflow.targets:
        path: Path = ("timers" if target.is_timer else "targets", target.name)
        line = _line(source, path, key=True)
        if target.is_timer:
            yield Item(("timer", target.name, ""), target.name, line)
        else:
            yield Item(("target_kept", target.name, ""), target.name, line)
            yield Item(("target_broken", target.name, ""), target.name, line)
            yield from _steps(target, source, (*path, "steps"))
        spans: Path = (*path, "after" if target.is_timer else "within")
        for place, case in enumerate(target.cases):
            words = f"{target.name}: {case.allowance.text}{_when(case.when)}"
            yield Item(("case", target.name, place), words, _line(source, (*spans, place)))


def _steps(target: Target, source: Source, path: Path) -> Iterator[Item]:
    """The steps that do something; the due instant alone is the breach."""
    for step in target.steps:
        if step.actions:
            line = _line(source, (*path, step.label), key=True)
            yield Item(("step", target.name, step.label), f"{target.name}: {step.label}", line)


def _checks(workflow: Workflow, source: Source) -> Iterator[Item]:
    for name in workflow.checks:
        line = _line(source, ("checks", name), key=True)
        yield Item(("check_passed", name, ""), name, line)
        yield Item(("check_failed", name, ""), name, line)


def _teams(workflow: Workflow, source: Source) -> Iterator[Item]:
    """The teams that leads may have to wait for, by what the agreement says of them."""
    for name, team in workflow.teams.items():
        if team.is_bounded:
            yield Item(("waited", name, ""), name, _line(source, ("teams", name), key=True))


def _routes(workflow: Workflow, source: Source) -> Iterator[Item]:
    for place, rule in enumerate(workflow.routing or ()):
        skips = ", skip breached" if rule.skip_breached else ""
        words = f"to {rule.to}{skips}{_when(rule.when)}"
        yield Item(("route", place, ""), words, _line(source, ("routing", place)))


def _when(condition: Expression | None) -> str:
    return "" if condition is None else f" when {condition.text}"
