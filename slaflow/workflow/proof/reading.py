"""Expressions read as formulas: what of them is a condition on one name, and what is free."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, gt, le, lt, ne, sub

from slaflow.workflow.expressions.syntax import Node, Tree, bare, parse, results
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.expressions.words import read_names
from slaflow.workflow.proof.domains import TRUTHS, moment
from slaflow.workflow.proof.formula import FREE, Atom, Constant, Denied, Formula, Joined, is_set
from slaflow.workflow.proof.ladders import Number, calculated, chosen_by, judged, ladder, steps_of
from slaflow.workflow.proof.values import (
    INFINITE,
    NOT_SET,
    UNREADABLE,
    Bound,
    Items,
    Values,
    between,
    items,
    number,
    numbers,
)

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_COMPARED: Mapping[str, Callable[[Number, Number], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne,
}  # fmt: skip
_FINER = re.compile(r"\.[0-9]{7}")
"""Parts of a second beyond what Python reads."""
Domain = Callable[[str], Values | None]
"""What a name, as expressions have it, can be; None where that cannot be said."""


@dataclass(frozen=True, slots=True)
class Read:
    """An expression's formula, and the words of its parts that are free."""

    formula: Formula
    free: tuple[str, ...]
    domains: Mapping[str, Values]
    """What each of its names can be, those of free parts included."""


def read(expression: Expression, domain: Domain, stages: tuple[str, ...], rename: Mapping[str, str]) -> Read:
    """The formula of *expression*.

    Args:
        stages: all of them, in order.
        rename: names that stand for another thing here than elsewhere, such as inputs of one transition.
    """
    if not expression.names:
        return Read(Constant(expression.evaluate({}) is True), (), {})
    reader = _Reader(expression, domain, stages, rename)
    return Read(reader.whole(), tuple(dict.fromkeys(reader.free)), reader.domains)


class _Reader:
    def __init__(
        self, expression: Expression, domain: Domain, stages: tuple[str, ...], rename: Mapping[str, str]
    ) -> None:
        self.tree: Tree = parse(expression.text)
        called = [name.removeprefix("open.") for name in expression.names if name.startswith("open.")]
        declared = expression.names | {"attempts.total"}
        self.names: Mapping[Node, str] = read_names(self.tree, declared, stages, called).variables
        self.domain, self.stages, self.rename = domain, stages, rename
        self.free: list[str] = []
        self.domains: dict[str, Values] = {}
        self.made: dict[Node, Formula] = {}

    def whole(self) -> Formula:
        """Children come before their parents, so nothing here calls itself."""
        inner = self._inside()
        for node in self.tree.nodes:
            if node in inner:
                self.made[node] = self._read(node)
        return self.made[self.tree.root]

    def _inside(self) -> set[Node]:
        """The parts that are conditions themselves."""
        found: set[Node] = set()
        waiting = [self.tree.root]
        while waiting:
            node = waiting.pop()
            found.add(node)
            waiting.extend(self._conditions(node))
        return found

    def _conditions(self, node: Node) -> tuple[Node, ...]:
        return (*self._joining(node), *self._chosen(node))

    def _chosen(self, node: Node) -> tuple[Node, ...]:
        """What the numbers hang on that *node* compares, where these are the file's own."""
        if node.kind != "binary" or node.text not in _MIRRORED or "?" not in self.tree.text:
            return ()
        found = [() if bare(side) in self.names else chosen_by(side) for side in node.args]
        hanging = [each for each in found if each is not None]
        return tuple(part for each in hanging for part in each) if len(hanging) == len(found) else ()

    def _joining(self, node: Node) -> tuple[Node, ...]:
        if node.kind in ("group", "choice") or (node.kind == "unary" and node.text == "!"):
            return node.args
        if node.kind == "binary" and node.text in ("&&", "||"):
            return node.args
        is_same = node.kind == "binary" and node.text in ("==", "!=")
        return node.args if is_same and all(map(self._is_condition, node.args)) else ()

    def _is_condition(self, node: Node) -> bool:
        """Whether its value is a truth, as far as can be told without types."""
        return all(map(self._gives_truth, results(node)))

    def _gives_truth(self, node: Node) -> bool:
        if node.kind == "literal":
            return isinstance(node.value, bool)
        if node in self.names:
            values = self._values(node)
            return values is not None and values[0] in ("known", "stage", "truth")
        return (node.kind == "unary" and node.text == "!") or (
            node.kind == "binary" and node.text in ("&&", "||", "==", "!=", "<", "<=", ">", ">=", "in")
        )

    def _read(self, node: Node) -> Formula:
        parts = tuple(self.made[part] for part in self._joining(node))
        if node.kind == "group":
            return parts[0]
        if parts:
            return _joined(node, parts)
        if node.kind == "literal" and isinstance(node.value, bool):
            return Constant(node.value)
        if self._chosen(node):
            found = self._stepwise(node)
        else:
            found = self._truth(node) if node in self.names else self._comparison(node)
        return found or self._free(node)

    def _stepwise(self, node: Node) -> Formula | None:
        """A comparison with a number that conditions choose, or of two such."""
        left, right = node.args
        operator = node.text
        if bare(right) in self.names:
            left, right, operator = right, left, _MIRRORED[operator]
        steps = ladder(right, self.made)
        if bare(left) not in self.names:
            return judged(
                calculated(sub, ladder(left, self.made), steps),
                lambda number: Constant(_COMPARED[operator](number, 0)),
            )
        asked = {number: self._compared(bare(left), operator, [number]) for number in steps_of(steps)}
        if None in asked.values():
            return None
        return judged(steps, lambda number: asked[number] or Constant(False))

    def _free(self, node: Node) -> Formula:
        """One that may be true, false or unknown; the same words about the same names are so alike."""
        words = self.tree.source(node)
        self.free.append(words)
        inner = [self.names[each] for each in self.tree.nodes if each in self.names and _within(each, node)]
        key = " ".join((FREE, words, *(self.rename.get(name, name) for name in inner)))
        self.domains[key] = items(TRUTHS, NOT_SET)
        return Atom(key, items({True}), items({False}))

    def _values(self, node: Node) -> tuple[str, str, Values] | None:
        """What kind of name *node* is, the name its values are kept under, and what they can be."""
        name = self.names[node]
        head, _, rest = name.partition(".")
        kind, stem = head, name
        if head == "known":
            stem = f"lead.{rest}" if self.domain(f"lead.{rest}") is not None else rest
        elif head == "checked":
            kind, stem = "known", f"check.{rest}"
        elif head == "stage":
            stem = "lead.stage"
        domain = self.domain(stem)
        if domain is None:
            return None
        if kind not in ("known", "stage"):
            kind = "truth" if _are_truths(domain) else "value"
        return kind, self.rename.get(stem, stem), domain

    def _truth(self, node: Node) -> Formula | None:
        found = self._values(node)
        if found is None or found[0] == "value":
            return None
        kind, name, domain = found
        self.domains[name] = domain
        if kind == "known":
            return is_set(name, domain)
        if kind == "stage":
            at = self.stages.index(self.names[node].removeprefix("stage.reached."))
            yes = items(self.stages[at:])
            return Atom(name, yes, ~yes)
        return Atom(name, items({True}), items({False}))

    def _comparison(self, node: Node) -> Formula | None:
        if node.kind != "binary" or node.text not in (*_MIRRORED, "in"):
            return None
        left, right = bare(node.args[0]), node.args[1]
        operator = node.text
        if operator != "in" and left not in self.names:
            left, right, operator = bare(right), left, _MIRRORED[operator]
        others = _literals(right) if operator == "in" else [_literal(right)]
        return self._compared(left, operator, others)

    def _compared(self, node: Node, operator: str, others: list[object]) -> Formula | None:
        """That the value of the name *node* compares so with one of *others*."""
        found = self._values(node) if node in self.names else None
        if found is None or found[0] in ("known", "stage"):
            return None
        _, name, domain = found
        yes = _matching(operator, others, domain)
        if yes is None:
            return None
        self.domains[name] = domain
        return Atom(name, yes, (~yes).without(NOT_SET | UNREADABLE))


def _within(part: Node, node: Node) -> bool:
    return node.first <= part.first and part.last <= node.last


def _joined(node: Node, parts: tuple[Formula, ...]) -> Formula:
    match node.text:
        case "!":
            return Denied(parts[0])
        case "&&":
            return Joined("and", parts)
        case "||":
            return Joined("or", parts)
        case "==":
            return Joined("same", parts)
        case "!=":
            return Denied(Joined("same", parts))
        case _:
            return Joined("choice", parts)


def _are_truths(domain: Values) -> bool:
    has = domain.has
    return isinstance(has, Items) and not has.others and has.listed <= TRUTHS and bool(has.listed)


def _literals(node: Node) -> list[object]:
    node = bare(node)
    return [_literal(part) for part in node.args] if node.kind == "list" else [None]


def _literal(node: Node) -> object:
    """A literal's value, an instant's as a number; None for anything else."""
    sign = 1
    node = bare(node)
    while node.kind == "unary" and node.text == "-":
        sign, node = -sign, bare(node.args[0])
    if node.kind == "call" and node.text == "timestamp" and len(node.args) == 1:
        return _instant(bare(node.args[0]))
    if node.kind != "literal":
        return None
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return node.value * sign if is_number else node.value  # type: ignore[operator]


def _instant(node: Node) -> int | None:
    if node.kind != "literal" or not isinstance(node.value, str):
        return None
    if _FINER.search(node.value):
        return None
    try:
        at = datetime.fromisoformat(node.value)
    except ValueError:
        return None
    return None if at.utcoffset() is None else moment(at)


def _matching(operator: str, others: Iterable[object], domain: Values) -> Values | None:
    """The values of *domain*'s kind that compare so with one of *others*; None where that is not decided."""
    others = list(others)
    if any(other is None for other in others):
        return None
    if isinstance(domain.has, Items):
        if operator not in ("==", "!=", "in") or not all(isinstance(each, str | bool) for each in others):
            return None
        yes = items(others)
        return (~yes).without(NOT_SET | UNREADABLE) if operator == "!=" else yes
    if any(isinstance(other, str | bool) for other in others):
        return None
    whole = domain.has.whole
    if whole and not all(isinstance(other, int) for other in others):
        return None
    exact = others if whole else [float(other) for other in others]  # type: ignore[arg-type]
    return numbers(exact, whole) if operator in ("==", "in") else _beside(operator, exact[0], whole)


def _beside(operator: str, at: object, whole: bool) -> Values:
    lowest, highest = Bound(-INFINITE), Bound(INFINITE)
    match operator:
        case "<":
            return between(lowest, Bound(at, -1), whole)
        case "<=":
            return between(lowest, Bound(at), whole)
        case ">":
            return between(Bound(at, 1), highest, whole)
        case ">=":
            return between(Bound(at), highest, whole)
        case _:
            return (~number(at, whole)).without(NOT_SET | UNREADABLE)
