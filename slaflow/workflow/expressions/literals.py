"""Literals where the agreement is stricter, or kinder, than CEL.

Kinder: a whole number beside a decimal is read as a decimal (CEL's operators take two of
a kind). Stricter: a literal outside a field's ``one_of``, a list of mixed types and a
division by zero are told when the file is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from slaflow.errors import did_you_mean
from slaflow.workflow.expressions.syntax import Node, Tree, bare, results
from slaflow.workflow.expressions.tokens import ExpressionProblem
from slaflow.workflow.expressions.words import FUNCTIONS, METHODS, Reading

Types = dict[Node, str | None]
"""The type of each node; None where only CEL knows."""

_LITERAL_TYPES = {
    "int": "int",
    "float": "double",
    "string": "string",
    "true": "bool",
    "false": "bool",
    "null": "null",
}
_COMPARING = frozenset(("==", "!=", "<", "<=", ">", ">=", "in"))
_CALCULATING = frozenset("+-*/")
_NUMBERS = {"int", "double"}


def infer(tree: Tree, reading: Reading, declared: Mapping[str, str]) -> tuple[Types, set[Node]]:
    """The types of *tree*'s parts, and the whole-number literals to be read as decimals."""
    types: Types = {}
    decimals: set[Node] = set()
    for node in tree.nodes:
        for pair in _sides(node):
            _align(*pair, types, decimals)
        types[node] = _type(node, types, reading, declared)
    return types, decimals


def _sides(node: Node) -> Iterator[tuple[Node, Node]]:
    """Pairs of parts that must be of one type."""
    if node.kind == "choice":
        yield node.args[1], node.args[2]
    elif node.kind == "binary" and node.text == "in" and node.args[1].kind == "list":
        yield from ((node.args[0], element) for element in node.args[1].args)
    elif node.kind == "binary" and node.text in _COMPARING | _CALCULATING:
        yield node.args[0], node.args[1]


def _align(left: Node, right: Node, types: Types, decimals: set[Node]) -> None:
    if {types[left], types[right]} != _NUMBERS:
        return
    whole = left if types[left] == "int" else right
    parts = list(_sources(whole))
    if all(part.kind == "literal" or part in decimals for part in parts):
        decimals.update(parts)
        types[whole] = "double"


def _sources(node: Node) -> Iterator[Node]:
    """The parts that give a whole number its type: through arithmetic too."""
    waiting = [node]
    while waiting:
        for part in results(waiting.pop()):
            if part.kind == "unary" or (part.kind == "binary" and part.text in _CALCULATING):
                waiting.extend(part.args)
            else:
                yield part


def _type(node: Node, types: Types, reading: Reading, declared: Mapping[str, str]) -> str | None:
    match node.kind:
        case "literal":
            return _LITERAL_TYPES[node.text]
        case "name":
            return declared.get(reading.variables.get(node, ""))
        case "group":
            return types[node.args[0]]
        case "call" | "method":
            functions = FUNCTIONS if node.kind == "call" else METHODS
            return "bool" if node in reading.variables else functions.get(node.text)
        case "unary":
            return "bool" if node.text == "!" else types[node.args[0]]
        case "choice":
            return _common(types[node.args[1]], types[node.args[2]])
        case "binary" if node.text in _COMPARING or node.text in ("&&", "||"):
            return "bool"
        case "binary":
            return _common(types[node.args[0]], types[node.args[1]])
        case _:
            return None


def _common(left: str | None, right: str | None) -> str | None:
    # Instants differ by durations, which is CEL's to say; only equal plain types are sure.
    return left if left == right and left not in ("timestamp", "duration") else None


def check_elements(tree: Tree, types: Types) -> Iterator[tuple[Node, ExpressionProblem]]:
    """Elements of another type than what is looked for, which CEL lets pass in mixed lists."""
    for node in tree.nodes:
        if node.kind != "binary" or node.text != "in":
            continue
        for left, element in _sides(node):
            wanted, found = types[left], types[element]
            if wanted and found and wanted != found:
                advice = _double_advice(tree, (left, element), types)
                message = f"cannot compare {wanted} with {found}{advice}"
                yield node, ExpressionProblem(message, element.offset)


def double_advice(tree: Tree, node: Node, types: Types) -> str:
    """``; write double(lead.employees)`` for an operation on an int and a double, else nothing."""
    return next(filter(None, (_double_advice(tree, sides, types) for sides in _sides(node))), "")


def _double_advice(tree: Tree, sides: tuple[Node, Node], types: Types) -> str:
    if {types[side] for side in sides} != _NUMBERS:
        return ""
    whole = next(side for side in sides if types[side] == "int")
    return f"; write double({tree.source(_whole_part(whole, types))})"


def _whole_part(node: Node, types: Types) -> Node:
    found = (part for part in _sources(node) if types[part] == "int" and part.kind != "literal")
    return next(found, node)


def check_divisions(tree: Tree) -> Iterator[ExpressionProblem]:
    """Divisions that fail whatever the lead."""
    for node in tree.nodes:
        if node.kind == "binary" and node.text in ("/", "%"):
            value = _value(bare(node.args[1]))
            if isinstance(value, Decimal) and value == 0:
                yield ExpressionProblem("this divides by zero", node.at)


def check_values(
    tree: Tree, reading: Reading, one_of: Mapping[str, tuple[object, ...]]
) -> Iterator[ExpressionProblem]:
    """Literals compared with a variable that can never have them."""
    for node in tree.nodes:
        if node.kind != "binary" or node.text not in ("==", "!=", "in"):
            continue
        for variable, other in (node.args, node.args[::-1]):
            name = reading.variables.get(bare(variable), "")
            if name in one_of:
                yield from check_results(other, one_of[name], name)


def check_results(node: Node, values: Iterable[object], name: str) -> Iterator[ExpressionProblem]:
    """Literals that *node* may give and that are none of *values*, those of *name*."""
    known = tuple(values)
    for part in results(node):
        value = _value(part)
        if value is not None and not any(_same(value, item) for item in known):
            yield ExpressionProblem(_not_one_of(value, known, name), part.offset)


def _not_one_of(value: object, known: tuple[object, ...], name: str) -> str:
    words = [str(item) for item in known]
    advice = did_you_mean(str(value), words) or f"; it is one of {', '.join(words)}"
    return f'"{value}" is not a value of {name}{advice}'


def _value(node: Node) -> object:
    """A literal's text, truth value or number (as a decimal); None for anything else."""
    sign = 1
    while node.kind == "unary" and node.text == "-":
        sign, node = -sign, bare(node.args[0])
    if node.kind != "literal":
        return None
    number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return Decimal(str(node.value)) * sign if number else node.value


def _same(value: object, declared: object) -> bool:
    """Is this literal that declared value; decimals are declared as plain text."""
    if not isinstance(value, Decimal) or isinstance(declared, bool):
        return type(value) is type(declared) and value == declared
    try:
        return Decimal(str(declared)) == value
    except InvalidOperation:
        return False
