"""What an agreement's expressions compare names with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slaflow.workflow.expressions.syntax import Node, bare, parse
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.workflow import Workflow

_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "in"))


def literals(workflow: Workflow) -> Mapping[str, tuple[object, ...]]:
    """By dotted name, as in ``lead.source``, the literals that any expression compares it with, in order."""
    found: dict[str, dict[tuple[type, object], object]] = {}
    for text in dict.fromkeys(each.text for each in expressions(workflow)):
        for node in parse(text).nodes:
            if node.kind != "binary" or node.text not in _COMPARISONS:
                continue
            left, right = bare(node.args[0]), bare(node.args[1])
            for name, other in ((left, right), (right, left)):
                if name.kind == "name":
                    known = found.setdefault(name.text, {})
                    known.update({(type(value), value): value for value in _values(other)})
    return {name: tuple(values.values()) for name, values in found.items()}


def _values(node: Node) -> Iterator[object]:
    if node.kind == "list":
        for each in node.args:
            yield from _values(bare(each))
    elif node.kind == "literal" and node.value is not None:
        yield node.value
    elif node.kind == "unary" and node.text == "-" and isinstance(node.args[0].value, int | float):
        yield -node.args[0].value


def expressions(workflow: Workflow) -> Iterator[Expression]:
    """Every expression by which an agreement decides something about a lead."""
    for row in workflow.transitions:
        yield from (clause.that for clause in row.guard)
        yield from row.sets.values()
    for check in workflow.checks.values():
        yield from (clause.that for clause in check.passes)
    yield from (rule.when for rule in workflow.scoring.fit)
    yield from (each.when for each in workflow.activities.values() if each.when is not None)
    yield from (each.when for each in workflow.routing or () if each.when is not None)
    for target in workflow.targets:
        yield from _of_clock(target)


def _of_clock(target: Target) -> Iterator[Expression]:
    patterns = (*target.start, *target.meet, *target.restart)
    yield from (each.when for each in patterns if each.when is not None)
    yield from (case.when for case in target.cases if case.when is not None)
    if target.pause is not None:
        yield target.pause.when
