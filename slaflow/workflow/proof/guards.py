"""Claim: each condition can hold, nothing is hidden by what stands before it, and cases leave no gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from slaflow.workflow.checks.journey import check_signalled
from slaflow.workflow.checks.receivers import check_rules
from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.checks.transitions import check_shadowed
from slaflow.workflow.expressions.value import Expression
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.proof.cases import gaps, hidden_cases
from slaflow.workflow.proof.conditions import Placed, conditions
from slaflow.workflow.proof.hidden import hidden_routes, hidden_rows, hidden_starts
from slaflow.workflow.proof.judged import Judged, judged, place
from slaflow.workflow.proof.truths import Condition, Truths
from slaflow.workflow.proof.words import words
from slaflow.workflow.yaml.tree import Path

CLAIM = "guards can pass"
MOST_QUOTED = 80
"""Characters of a clause that are quoted."""
MAX_PAIRS = 200
"""Pairs of clauses of one guard that are asked whether they exclude each other, to say which do."""


def judge(workflow: Workflow, truths: Truths) -> Judged:
    """The proof, with a warning for each condition that fails it."""
    placed = list(conditions(workflow))
    faults = [*_never(placed, truths)]
    # What can never be is hidden by anything, which says less.
    never = {each.path[:length] for each in faults for length in range(1, len(each.path) + 1)}
    for look in (hidden_rows, hidden_cases, hidden_starts, hidden_routes):
        faults += [each for each in look(workflow, truths) if each.path not in never]
    faults += gaps(workflow, truths)
    found = judged(CLAIM, faults, len(placed), _free(placed, truths), gave_up=truths.gave_up)
    told = _told(workflow) if faults else set()
    return replace(found, remarks=tuple(each for each in faults if each.path not in told))


def _told(workflow: Workflow) -> set[Path]:
    """What other checks say of the same in their own words."""
    checks = (check_shadowed, check_rules, check_signalled)
    return {remark.path for check in checks for remark in check(workflow)}


def _never(placed: list[Placed], truths: Truths) -> Iterator[Remark]:
    for each in placed:
        if truths.together([each.condition], []) is None:
            yield Remark(each.path, f"{each.never}: {_why(each.condition, truths)}", warning=True)


def _why(condition: Condition, truths: Truths) -> str:
    """The clause, or the first two, that no lead meets."""
    for each in condition.clauses:
        alone = Condition((each,), condition.given)
        if truths.together([alone], []) is None:
            return f"no lead is such that {_quoted(each)}{_reach(alone, truths)}"
    pairs = list(combinations(condition.clauses, 2))
    for one, other in pairs[:MAX_PAIRS]:
        if truths.together([Condition((one, other), condition.given)], []) is None:
            return f"{_quoted(one)} excludes {_quoted(other)}"
    return "its clauses exclude each other"


def _quoted(expression: Expression) -> str:
    text = expression.text
    return f'"{text if len(text) <= MOST_QUOTED else text[:MOST_QUOTED] + "..."}"'


def _reach(condition: Condition, truths: Truths) -> str:
    """What the one name that a clause asks for can be, where it asks for one."""
    domains = truths.domains_of([condition])
    if len(domains) != 1 or len(condition.clauses[0].names) != 1:
        return ""
    name, values = next(iter(domains.items()))
    return f"; {name} {words(values, name)}" if bool(values.has) else ""


def _free(placed: list[Placed], truths: Truths) -> Iterator[str]:
    for each in placed:
        for expression in each.condition.clauses:
            one = truths.read(expression, each.condition)
            for part in (expression.text,) if one is None else one.free:
                yield f"{place(each.path)}: {part}"
