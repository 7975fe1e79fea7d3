"""What fit, engagement and score can come to, whatever happens to a lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from math import ceil, floor, isfinite
from operator import add, mul, sub

from slaflow.workflow.expressions.syntax import Node, parse
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.lead import Activity, FitRule
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.values import INFINITE, Bound, Numbers, Values, between

MAX_RULES = 40
"""Rules of ``fit`` of which is asked which exclude each other."""
SCORES = frozenset(("lead.fit", "lead.engagement", "lead.score"))
_EXACT = 1e9
"""Beyond that a double keeps less than the four decimals to which scores are rounded."""
Range = tuple[float, float]
ANYTHING: Range = (-INFINITE, INFINITE)
Domain = Callable[[str], Values | None]
Together = Callable[[tuple[Expression, ...]], bool]
"""Whether conditions may hold together."""
_CALCULATED: Mapping[str, Callable[[float, float], float]] = {"+": add, "-": sub, "*": mul}


def scores(workflow: Workflow, domain: Domain, together: Together) -> Mapping[str, Values]:
    """What ``lead.fit``, ``lead.engagement`` and ``lead.score`` can be."""
    fit = _rounded(_fit(workflow, domain, together))
    engagement = _rounded(_engagement(workflow, together))
    score = _rounded(_score(workflow, domain, fit, engagement))
    found = {"lead.fit": fit, "lead.engagement": engagement, "lead.score": score}
    return {name: between(Bound(low), Bound(high), False) for name, (low, high) in found.items()}


def _rounded(range_: Range) -> Range:
    """Outward to the four decimals that guards see."""
    low, high = range_
    return (
        floor(low * 1e4 + 1e-6) / 1e4 if abs(low) < _EXACT else -INFINITE,
        ceil(high * 1e4 - 1e-6) / 1e4 if abs(high) < _EXACT else INFINITE,
    )


def _fit(workflow: Workflow, domain: Domain, together: Together) -> Range:
    """Of rules that exclude each other one counts."""
    groups: list[list[FitRule]] = []
    for place, rule in enumerate(workflow.scoring.fit):
        if not together((rule.when,)):
            continue
        group = next((each for each in groups if _excludes(rule, each, together)), None)
        if group is not None and place < MAX_RULES:
            group.append(rule)
        else:
            groups.append([rule])
    ranges = [_either([_points(rule.points, domain) for rule in group]) for group in groups]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def _excludes(rule: FitRule, group: Iterable[FitRule], together: Together) -> bool:
    return all(
        bool(rule.when.names & other.when.names) and not together((rule.when, other.when)) for other in group
    )


def _either(ranges: Iterable[Range]) -> Range:
    """One of them, or nothing."""
    found = [(0.0, 0.0), *ranges]
    return min(low for low, _ in found), max(high for _, high in found)


def _points(worth: Expression | Decimal | None, domain: Domain) -> Range:
    if worth is None:
        return 0.0, 0.0
    return (float(worth), float(worth)) if isinstance(worth, Decimal) else _range(worth, domain)


def _engagement(workflow: Workflow, together: Together) -> Range:
    """All points since the last reset; while none are taken off, a cap bounds what a kind brings."""
    low = high = 0.0
    for kind in workflow.activities.values():
        least, most = _worth(kind, together)
        low = -INFINITE if least < 0 else low
        capped = kind.cap is not None and least >= 0
        high += float(kind.cap or 0) if capped and most > 0 else INFINITE if most > 0 else 0.0
    return low, high


def _worth(kind: Activity, together: Together) -> Range:
    """What one touchpoint of that kind brings."""
    asks = kind.when
    if asks is not None and not (asks.names & SCORES) and not together((asks,)):
        return 0.0, 0.0
    return _points(kind.points, lambda name: None)


def _score(workflow: Workflow, domain: Domain, fit: Range, engagement: Range) -> Range:
    expression = workflow.scoring.score
    if expression is None:
        return fit[0] + engagement[0], fit[1] + engagement[1]
    own = {"fit": fit, "engagement": engagement}

    def of(name: str) -> Values | None:
        return between(Bound(own[name][0]), Bound(own[name][1]), False) if name in own else domain(name)

    return _either([_range(expression, of)])


def _range(expression: Expression, domain: Domain) -> Range:
    """Between which numbers its value lies; what is unknown gives none, which is the caller's business."""
    found: dict[Node, Range] = {}
    tree = parse(expression.text)
    for node in tree.nodes:
        found[node] = _of(node, found, domain)
    return found[tree.root]


def _of(node: Node, found: Mapping[Node, Range], domain: Domain) -> Range:
    parts = [found[part] for part in node.args]
    match node.kind:
        case "literal" if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return float(node.value), float(node.value)
        case "name":
            return _hull(domain(node.text))
        case "group":
            return parts[0]
        case "unary" if node.text == "-":
            return -parts[0][1], -parts[0][0]
        case "choice":
            return min(parts[1][0], parts[2][0]), max(parts[1][1], parts[2][1])
        case "binary" if node.text in _CALCULATED:
            return _calculated(_CALCULATED[node.text], parts[0], parts[1])
        case _:
            return ANYTHING


def _calculated(calculate: Callable[[float, float], float], one: Range, other: Range) -> Range:
    """The outermost of what the ends give: what is added, taken off or multiplied grows one way."""
    ends = [calculate(a, b) for a in one for b in other]
    return (min(ends), max(ends)) if all(isfinite(end) or end in ANYTHING for end in ends) else ANYTHING


def _hull(values: Values | None) -> Range:
    if values is None or not isinstance(values.has, Numbers) or not values.has.intervals:
        return ANYTHING
    ends = values.has.intervals
    return float(ends[0][0].at), float(ends[-1][1].at)
