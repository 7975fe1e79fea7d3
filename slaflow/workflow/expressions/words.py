"""What an expression may name: declared variables, functions, stages and calendars.

``stage.reached('x')``, ``open('office')`` and ``attempts.within('168h')`` read as functions but are
variables, one per stage, calendar and time, so that a decision computes only those an expression asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from slaflow.errors import UnknownName, did_you_mean
from slaflow.workflow.document.durations import DurationInvalid, elapsed
from slaflow.workflow.expressions.syntax import Node, Tree
from slaflow.workflow.expressions.tokens import ExpressionProblem

FUNCTIONS: Mapping[str, str] = {
    "bool": "bool",
    "double": "double",
    "duration": "duration",
    "int": "int",
    "matches": "bool",
    "size": "int",
    "string": "string",
    "timestamp": "timestamp",
}
"""Functions without a target, and the type of their result."""

MOST_LONGER = 3
"""Names that are proposed for what begins like them."""

CALENDAR_PARTS = frozenset(
    "getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes"
    " getMonth getSeconds".split()
)
METHODS: Mapping[str, str] = {
    **dict.fromkeys(("contains", "endsWith", "matches", "startsWith"), "bool"),
    **dict.fromkeys(sorted(CALENDAR_PARTS), "int"),
    "size": "int",
}
"""Functions of a target, and the type of their result."""

_NO_LISTS = "is not available: there are no lists to go through"
_REFUSED = {
    "has": "has() is not available; write known.<field>",
    **{name: f"{name}() {_NO_LISTS}" for name in "all exists exists_one existsOne map filter".split()},
    **{name: f"{name}() is not available: every name has its type" for name in ("dyn", "type")},
    "bytes": "bytes are not available; compare text",
    "uint": "unsigned numbers are not available; write int()",
}


WINDOW = "attempts.within."


@dataclass(slots=True)
class Reading:
    """What each name of a tree stands for, and what is wrong with the others.

    ``variables`` holds name, ``stage.reached``, ``open`` and ``attempts.within`` nodes with their variable,
    in text order; ``reported`` the nodes a problem was told about.
    """

    variables: dict[Node, str] = field(default_factory=dict)
    unknown: dict[Node, str] = field(default_factory=dict)
    problems: list[ExpressionProblem] = field(default_factory=list)
    reported: set[Node] = field(default_factory=set)
    blocked: bool = False
    """Something was refused that CEL must not see."""

    @property
    def windows(self) -> frozenset[str]:
        """The variables that no scope declares, since any time may be asked for."""
        return frozenset(name for name in self.variables.values() if name.startswith(WINDOW))

    @property
    def names(self) -> dict[Node, str]:
        """Known or not, each name as CEL is to see it."""
        return self.variables | self.unknown

    def tell(self, node: Node, message: str, *, block: bool = False) -> None:
        self.problems.append(ExpressionProblem(message, node.offset))
        self.reported.add(node)
        self.blocked = self.blocked or block


def read_names(
    tree: Tree, declared: Iterable[str], stages: Sequence[str], calendars: Sequence[str]
) -> Reading:
    """Resolve every name of *tree*; declared names match as a whole, dots included."""
    reading = Reading()
    known = frozenset(declared)
    targets: set[Node] = set()
    for node in tree.nodes:
        if node.kind == "method" and _is_of(node, "stage", "reached"):
            targets.add(node.args[0])
            _pick(reading, node, node.args[1:], "stage", "stage.reached", stages)
        elif node.kind == "method" and _is_of(node, "attempts", "within") and "attempts.total" in known:
            targets.add(node.args[0])
            _read_window(reading, node, node.args[1:])
        elif node.kind == "call" and node.text == "open":
            _pick(reading, node, node.args, "calendar", "open", calendars)
        elif node.kind in ("call", "method"):
            targets.update(_read_function(reading, tree, node))
    for node in tree.nodes:
        if node.kind == "name" and node not in targets:
            _read_variable(reading, node, known)
    _refuse_lists(reading, tree)
    return reading


def _is_of(node: Node, target: str, method: str) -> bool:
    return node.text == method and node.args[0].kind == "name" and node.args[0].text == target


def _read_window(reading: Reading, node: Node, args: tuple[Node, ...]) -> None:
    """``attempts.within('168h')`` stands for the variable ``attempts.within.168h``."""
    if len(args) != 1 or args[0].text != "string" or args[0].kind != "literal":
        reading.tell(node, "attempts.within() takes one duration in quotes, as in attempts.within('168h')")
        return
    text = str(args[0].value)
    try:
        if not elapsed(text):
            raise DurationInvalid(f"\"{text}\" is no time at all; write attempts.within('168h')")
    except DurationInvalid as error:
        reading.tell(args[0], str(error))
        reading.reported.add(node)
    else:
        reading.variables[node] = f"{WINDOW}{text}"


def _pick(
    reading: Reading, node: Node, args: tuple[Node, ...], what: str, prefix: str, known: Sequence[str]
) -> None:
    """``open('office')`` stands for the variable ``open.office``."""
    if len(args) != 1 or args[0].text != "string" or args[0].kind != "literal":
        reading.tell(node, f"{prefix}() takes the name of one {what} in quotes")
        return
    name = str(args[0].value)
    if name in known:
        reading.variables[node] = f"{prefix}.{name}"
    else:
        reading.tell(args[0], str(UnknownName(what, name, known)))
        reading.reported.add(node)


def _read_function(reading: Reading, tree: Tree, node: Node) -> tuple[Node, ...]:
    """Tell of an unknown function; returns targets that are no variables then."""
    known = {*FUNCTIONS, "open"} if node.kind == "call" else {*METHODS}
    if node.text in known:
        return ()
    if node.text in _REFUSED:
        message = _REFUSED[node.text]
    elif node.kind == "method" and node.text in FUNCTIONS:
        message = f"write {node.text}({tree.source(node.args[0])})"
    elif node.kind == "call" and node.text in METHODS:
        message = f"{node.text}() follows a value and a dot"
    else:
        message = f'unknown function "{node.text}"{did_you_mean(node.text, known)}'
    reading.tell(node, message, block=True)
    return node.args if node.text in _REFUSED else node.args[:1] if node.kind == "method" else ()


def _read_variable(reading: Reading, node: Node, known: frozenset[str]) -> None:
    if node.text in known:
        reading.variables[node] = node.text
    else:
        reading.unknown[node] = node.text
        prefix, _, last = node.text.rpartition(".")
        called = prefix in ("stage.reached", "open")
        message = f"write {prefix}('{last}')" if called else _unknown(node.text, known)
        reading.tell(node, message)


def _unknown(name: str, known: frozenset[str]) -> str:
    """``unknown name "x"`` and the nearest; of what only goes on after a dot, how it can."""
    longer = sorted(each for each in known if each.startswith(f"{name}."))
    if 0 < len(longer) <= MOST_LONGER:
        return f'unknown name "{name}"; write {" or ".join(longer)}'
    return str(UnknownName("name", name, known))


def _refuse_lists(reading: Reading, tree: Tree) -> None:
    after_in = {node.args[1] for node in tree.nodes if node.kind == "binary" and node.text == "in"}
    for node in tree.nodes:
        if node.kind == "list" and node not in after_in:
            reading.tell(node, "a list may stand only after in", block=True)
