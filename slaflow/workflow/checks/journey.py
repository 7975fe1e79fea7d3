"""Checks of the buyer's journey: a stage that is asked for can be come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slaflow.workflow.checks.places import expressions, guards
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.expressions.syntax import bare, parse, results
from slaflow.workflow.expressions.value import Expression, Guard
from slaflow.workflow.model.workflow import Workflow

MAX_STAGES = 50
"""Stages at which an expression is tried."""


def check_passable(workflow: Workflow) -> Iterator[Remark]:
    """No guard waits for a stage that nothing signals."""
    for path, what, guard in guards(workflow):
        for stage in _never_come_to(workflow, guard)[:1]:
            words = f"{what} can never pass this: {_why(stage)}"
            yield Remark(path, words)


def check_signalled(workflow: Workflow) -> Iterator[Remark]:
    """What is asked of a stage can be otherwise than it is at first."""
    for path, _, guard in guards(workflow):
        if not _never_come_to(workflow, guard):
            for clause in guard:
                yield from _asked_in_vain(workflow, path, clause.that)
    for path, expression in expressions(workflow):
        yield from _asked_in_vain(workflow, path, expression)


def _asked_in_vain(workflow: Workflow, path: tuple[str | int, ...], asks: Expression) -> Iterator[Remark]:
    for stage in _unsignalled(workflow, asks)[:1]:
        yield Remark(path, _why(stage), warning=True)


def _why(stage: str) -> str:
    return f"no activity signals {stage}, so no lead ever comes to it; give one stage: {stage}"


def stages_come_to(workflow: Workflow) -> list[str]:
    """Those in which a lead can be: the first, and what activities signal."""
    signalled = {each.stage for each in workflow.activities.values()}
    return [name for index, name in enumerate(workflow.stages) if not index or name in signalled]


def _unsignalled(workflow: Workflow, expression: Expression) -> list[str]:
    """Stages the expression asks for and no lead comes to; one reached in passing is come to."""
    known = stages_come_to(workflow)
    if not known:
        return []
    furthest = workflow.stages.index(known[-1])
    reached = {name.removeprefix("stage.reached.") for name in expression.names if name.startswith("stage.")}
    found = {name for name in reached if workflow.stages.index(name) > furthest}
    if "lead.stage" in expression.names:
        found |= {name for name in _compared(expression.text) if name in workflow.stages} - set(known)
    return sorted(found, key=workflow.stages.index)


def _compared(text: str) -> Iterator[str]:
    """The literals that ``lead.stage`` is compared with."""
    for node in parse(text).nodes:
        if node.kind == "binary" and node.text in ("==", "!=", "in"):
            for side, other in (node.args, node.args[::-1]):
                if (bare(side).kind, bare(side).text) == ("name", "lead.stage"):
                    yield from (str(part.value) for part in results(other) if part.kind == "literal")


def _never_come_to(workflow: Workflow, guard: Guard) -> list[str]:
    """Stages for want of which the guard does not pass, whatever the lead."""
    for clause in guard:
        if (lacking := _unsignalled(workflow, clause.that)) and _is_false(workflow, clause.that):
            return lacking
    return []


def _is_false(workflow: Workflow, asks: Expression) -> bool:
    places = places_of(workflow, asks.names)
    return bool(places) and all(asks.evaluate(place) is False for place in places)


def places_of(workflow: Workflow, names: Iterable[str]) -> list[dict[str, object]]:
    """What *names* of the journey are at each stage that a lead comes to; none where those are many."""
    known = stages_come_to(workflow)
    return [_at(workflow, stage, names) for stage in known] if len(known) <= MAX_STAGES else []


def _at(workflow: Workflow, stage: str, names: Iterable[str]) -> dict[str, object]:
    place = workflow.stages.index(stage)
    reached = {name: name.removeprefix("stage.reached.") for name in names if name.startswith("stage.")}
    found: dict[str, object] = {
        name: workflow.stages.index(wanted) <= place for name, wanted in reached.items()
    }
    return found | ({"lead.stage": stage} if "lead.stage" in names else {})
