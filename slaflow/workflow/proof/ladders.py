"""Numbers that conditions choose among: ``lead.size == 'large' ? 12 : 8``, and sums of such."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import add, mul, sub

from slaflow.workflow.expressions.syntax import Node, bare
from slaflow.workflow.proof.formula import Formula, Joined

MOST_CHOICES = 6
"""Each may double the numbers there are."""
MOST_PARTS = 60
Number = int | float
Ladder = Number | tuple[Formula, "Ladder", "Ladder"]
"""A number; or a condition with the ladder where it is true and that where it is false."""
_CALCULATED: Mapping[str, Callable[[Number, Number], Number]] = {"+": add, "-": sub, "*": mul}


def chosen_by(node: Node) -> tuple[Node, ...] | None:
    """The conditions that *node*'s number hangs on; None where it is no number of the file's own."""
    found: list[Node] = []
    waiting, seen = [node], 0
    while waiting:
        part = bare(waiting.pop())
        seen += 1
        if part.kind == "choice":
            found.append(part.args[0])
            waiting.extend(part.args[1:])
        elif (part.kind == "unary" and part.text == "-") or (
            part.kind == "binary" and part.text in _CALCULATED
        ):
            waiting.extend(part.args)
        elif not _is_number(part):
            return None
    return tuple(found) if len(found) <= MOST_CHOICES and seen <= MOST_PARTS else None


def _is_number(node: Node) -> bool:
    return node.kind == "literal" and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def ladder(node: Node, made: Mapping[Node, Formula]) -> Ladder:
    """The ladder of a part that has :func:`chosen_by`; *made* holds what these are as formulas."""
    part = bare(node)
    if part.kind == "choice":
        return made[part.args[0]], ladder(part.args[1], made), ladder(part.args[2], made)
    if part.kind == "unary":
        return calculated(mul, -1, ladder(part.args[0], made))
    if part.kind == "binary":
        sides = [ladder(side, made) for side in part.args]
        return calculated(_CALCULATED[part.text], *sides)
    assert isinstance(part.value, int | float)
    return part.value


def calculated(calculate: Callable[[Number, Number], Number], one: Ladder, other: Ladder) -> Ladder:
    """What two ladders come to together; unknown where a condition of either is."""
    if isinstance(one, tuple):
        asks, yes, no = one
        return asks, calculated(calculate, yes, other), calculated(calculate, no, other)
    if isinstance(other, tuple):
        asks, yes, no = other
        return asks, calculated(calculate, one, yes), calculated(calculate, one, no)
    return calculate(one, other)


def steps_of(steps: Ladder) -> Iterator[Number]:
    """Every number that it may be."""
    if isinstance(steps, tuple):
        yield from steps_of(steps[1])
        yield from steps_of(steps[2])
    else:
        yield steps


def judged(steps: Ladder, judge: Callable[[Number], Formula]) -> Formula:
    """What *judge* makes of its number, whichever that is."""
    if not isinstance(steps, tuple):
        return judge(steps)
    asks, yes, no = steps
    return Joined("choice", (asks, judged(yes, judge), judged(no, judge)))
