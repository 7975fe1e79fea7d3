"""CEL expressions: read and checked against declared names, before CEL gets them.

What is not known means no: rules.md, 25.1. Where CEL is odd this says what is meant, or evaluates around it
(:mod:`slaflow.workflow.expressions.compiled`):

- errors come back from an evaluation as values of type ERROR, which are true in Python;
- type errors are one RuntimeError with a text of ``ERROR: <input>:1:COLUMN: ...`` lines;
- operators cannot be overloaded, so ``3 * answer.investment`` wants a literal ``3.0``;
- ``duration('2d')``, a bad instant, pattern or time zone compile and fail when evaluated;
- a text handed over ends at its first NUL, a lone surrogate raises;
- only backticks let ``in``, ``true``, ``false`` and ``null`` stand as part of a name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from slaflow.hours.zones import is_zone, zone_problem
from slaflow.workflow.expressions.compiled import TYPES, CompiledExpression, Declared, VariableType
from slaflow.workflow.expressions.complaints import instant_advice, mismatch, type_name, unreadable
from slaflow.workflow.expressions.environment import is_error
from slaflow.workflow.expressions.literals import (
    Types,
    check_divisions,
    check_elements,
    check_results,
    check_values,
    double_advice,
    infer,
)
from slaflow.workflow.expressions.syntax import Node, Tree, bare, parse
from slaflow.workflow.expressions.tokens import (
    MAX_LENGTH,
    ExpressionInvalid,
    ExpressionProblem,
    quoted,
    refuse,
    split_conjunction,
)
from slaflow.workflow.expressions.words import CALENDAR_PARTS, Reading, read_names

__all__ = [
    "CompiledExpression",
    "ExpressionInvalid",
    "ExpressionProblem",
    "Result",
    "Scope",
    "VariableType",
    "split_conjunction",
]

Result = Literal["bool", "number", "any", "int", "double", "string", "timestamp"]

_ACCEPTED: Mapping[str, frozenset[str]] = {
    "bool": frozenset(("bool",)),
    "number": frozenset(("int", "double")),
    "any": frozenset(TYPES),
    "int": frozenset(("int", "null")),
    "double": frozenset(("double", "int", "null")),
    "string": frozenset(("string", "null")),
    "timestamp": frozenset(("timestamp", "null")),
}


@dataclass(frozen=True, eq=False)
class Scope:
    """The names that expressions of one place may read, with their types.

    ``one_of`` holds the values a variable can have, by its name; ``stages`` and
    ``calendars`` are what ``stage.reached('x')`` and ``open('x')`` may name. What CEL
    needs is built on first use and kept, so share a scope between expressions.
    """

    variables: Mapping[str, VariableType]
    one_of: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    stages: Sequence[str] = ()
    calendars: Sequence[str] = ()
    any_zone: bool = False
    """Also time zones that are others on other machines: a stored version keeps what was taken once."""
    timezone: str = "UTC"
    """In which an instant is meant that is written without an offset, which is refused."""
    _windowed: dict[frozenset[str], Declared] = field(default_factory=dict, init=False, repr=False)

    def compile(
        self, text: str, result: Result, *, nullable: bool = False, one_of: tuple[object, ...] = ()
    ) -> CompiledExpression:
        """The expression *text*, checked to give *result*.

        Args:
            result: ``number`` is int or double; ``double`` takes an int too and gives a
                float; all but ``bool`` and ``number`` take ``null``.
            nullable: take ``null`` whatever the result.
            one_of: the values it may give, where it gives a literal.

        Raises:
            ExpressionInvalid: with every problem found, in text order.
        """
        if len(text) > MAX_LENGTH:
            refuse(text, f"longer than {MAX_LENGTH:,} characters ({len(text):,})", MAX_LENGTH)
        draft = _Draft(self, parse(text))
        draft.check(one_of)
        accepted = _ACCEPTED[result] | ({"null"} if nullable else set())
        program = draft.finish(accepted, "a number" if result == "number" else result)
        return self._compiled(draft, program, result)

    def _compiled(self, draft: _Draft, program: Any, result: Result) -> CompiledExpression:
        variables = draft.reading.variables
        order = tuple(dict.fromkeys(variables[n] for n in sorted(variables, key=lambda n: n.offset)))
        gives: Any = type_name(program.return_type().name())
        return CompiledExpression(
            text=draft.tree.text,
            order=order,
            names=frozenset(order),
            result="double" if result == "double" and gives == "int" else gives,
            source=" ".join(words for words, _ in draft.pieces()),
            declared=draft.declared,
            compiled=program,
        )

    @cached_property
    def declared(self) -> Declared:
        """Every variable CEL knows, those behind ``stage.reached`` and ``open`` included."""
        truths: dict[str, VariableType] = {}
        truths.update((f"stage.reached.{stage}", "bool") for stage in self.stages)
        truths.update((f"open.{calendar}", "bool") for calendar in self.calendars)
        return Declared({**self.variables, **truths})

    def declared_with(self, windows: frozenset[str]) -> Declared:
        """The same with the *windows* that one expression asks for, shared by those that ask for the same."""
        if not windows:
            return self.declared
        if windows not in self._windowed:
            counts: dict[str, VariableType] = dict.fromkeys(sorted(windows), "int")
            self._windowed[windows] = Declared({**self.declared.types, **counts})
        return self._windowed[windows]


_NEEDS_BACKTICKS = frozenset(("in", "true", "false", "null"))
"""And what begins with a digit, as times do."""
_COMPLAINT = re.compile(r"^(?:[A-Z_]+: )?ERROR: <input>:-?\d+:(-?\d+): (.*?)(?: \[[A-Z_]+\])?$", re.MULTILINE)
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")


class _Draft:
    """One expression on its way through the checks, ours and CEL's."""

    def __init__(self, scope: Scope, tree: Tree) -> None:
        self.scope = scope
        self.tree = tree
        self.reading: Reading = read_names(tree, scope.variables, scope.stages, scope.calendars)
        self.declared = scope.declared_with(self.reading.windows)
        self.types: Types
        self.types, self.decimals = infer(tree, self.reading, self.declared.types)
        self.problems = list(self.reading.problems)

    def check(self, one_of: tuple[object, ...]) -> None:
        """Our own checks, which need no CEL, and what only fails when CEL runs."""
        for node, problem in check_elements(self.tree, self.types):
            self.reading.reported.add(node)
            self.problems.append(problem)
        self.problems += check_divisions(self.tree)
        self.problems += check_values(self.tree, self.reading, self.scope.one_of)
        if one_of:
            self.problems += check_results(self.tree.root, one_of, "this field")
        if not self.reading.blocked:
            self.problems += _check_constants(self.declared.environment, self.tree, self.scope.timezone)
            if not self.scope.any_zone:
                self.problems += _check_zones(self.tree)

    def finish(self, accepted: frozenset[str], wanted: str) -> Any:
        """The compiled program, if nothing is wrong."""
        program = None if self.reading.blocked else self.compile()
        if program is not None:
            gives = type_name(program.return_type().name())
            if gives not in accepted and not self.problems:
                wanted = "a plain value" if wanted == "any" else wanted
                self.tell(f"this gives {gives} where {wanted} is expected", self.tree.root.offset)
        if self.problems:
            ordered = sorted(dict.fromkeys(self.problems), key=lambda problem: problem.offset)
            raise ExpressionInvalid(self.tree.text, tuple(ordered))
        return program

    def tell(self, message: str, offset: int) -> None:
        self.problems.append(ExpressionProblem(message, offset))

    def compile(self) -> Any:
        pieces = list(self.pieces())
        source = " ".join(words for words, _ in pieces)
        try:
            return self.declared.environment.compile(source)
        except RuntimeError as error:
            columns = [0]
            for words, _ in pieces:
                columns.append(columns[-1] + len(words) + 1)
            for column, complaint in _COMPLAINT.findall(str(error)) or [("-1", str(error))]:
                piece = max(bisect_right(columns, int(column) - 1) - 1, 0)
                self.translate(complaint, pieces[min(piece, len(pieces) - 1)][1])
            return None

    def pieces(self) -> Iterator[tuple[str, int]]:
        """What CEL gets: canonical words on one line, each with its offset in the text."""
        names = self.reading.names
        whole = {node.first: node for node in names}
        decimals = {node.first for node in self.decimals}
        position = 0
        while (token := self.tree.tokens[position]).kind != "end":
            node = whole.get(position)
            if node is not None:
                yield _escaped(names[node]), token.offset
            elif token.kind == "string":
                yield quoted(str(token.value)), token.offset
            else:
                yield (f"{token.value}.0" if position in decimals else token.text), token.offset
            position = node.last if node is not None else position + 1

    def translate(self, complaint: str, offset: int) -> None:
        """Tell of one of CEL's complaints in our words, unless we told of it before."""
        acting = (node for node in self.tree.nodes if node.kind not in ("name", "literal"))
        node = next((node for node in acting if node.at == offset), None)
        overload = _OVERLOAD.search(complaint)
        if offset in {reported.at for reported in self.reading.reported}:
            return
        if overload and node is not None:
            types = [type_name(name) for name in _split_types(overload.group(2))]
            advice = double_advice(self.tree, node, self.types) or instant_advice(
                node, types, self.scope.timezone
            )
            self.tell(mismatch(node, types) + advice, offset)
        elif "undeclared reference" in complaint:
            if not self.reading.problems:
                self.tell(f"{node.text if node else complaint}() does not take these values", offset)
        elif "recursion" in complaint:
            self.tell("this nests too deeply or has too many operations in a row; split it up", 0)
        elif "invalid int literal" in complaint:
            self.tell("this number is too large", offset)
        else:
            self.tell(f"CEL cannot read this: {complaint}", offset)


def _escaped(name: str) -> str:
    first, *rest = name.split(".")
    return ".".join((first, *(_in_backticks(word) for word in rest)))


def _in_backticks(word: str) -> str:
    return f"`{word}`" if word in _NEEDS_BACKTICKS or word[:1].isdigit() else word


def _split_types(types: str) -> list[str]:
    return [part for part in types.split(", ") if part]


def _check_constants(environment: Any, tree: Tree, zone: str) -> Iterator[ExpressionProblem]:
    """Run what has a literal to read, since CEL reads it only then."""
    for node, literal in _with_text(tree):
        if (probe := _probe(node, quoted(str(literal.value)))) is None:
            continue
        value = environment.compile(probe).eval(data={})
        if is_error(value):
            words = unreadable(node.text, str(literal.value), value.value(), zone)
            yield ExpressionProblem(words, literal.offset)


def _check_zones(tree: Tree) -> Iterator[ExpressionProblem]:
    """Time zones that CEL would read here, and otherwise or not at all on another machine."""
    for node, literal in _with_text(tree):
        zone = str(literal.value)
        if node.text in CALENDAR_PARTS and len(node.args) == 2 and is_zone(zone):
            if problem := zone_problem(zone):
                yield ExpressionProblem(problem, literal.offset)


def _with_text(tree: Tree) -> Iterator[tuple[Node, Node]]:
    """Every call whose last argument is a literal text, with that literal."""
    for node in tree.nodes:
        literal = bare(node.args[-1]) if node.args else node
        if node.kind in ("call", "method") and (literal.kind, literal.text) == ("literal", "string"):
            yield node, literal


def _probe(node: Node, literal: str) -> str | None:
    if node.text == "matches" and len(node.args) == 2:
        return f"matches('', {literal})"
    if node.text in CALENDAR_PARTS and len(node.args) == 2:
        return f"timestamp('1970-01-01T00:00:00Z').{node.text}({literal})"
    if node.text in ("duration", "timestamp", "int", "double", "bool") and len(node.args) == 1:
        return f"{node.text}({literal})"
    return None
