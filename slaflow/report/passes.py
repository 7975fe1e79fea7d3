"""Which rules of an agreement let a lead through, as far as the handoff's entry tells.

A guard lets a lead through with all its clauses. Of the fit only the sum is in the entry: the rules behind
it are named where no other rules come to the same sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple, Protocol

from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import FitRule
from slaflow.workflow.model.workflow import Workflow

NO_CONDITION = "(no condition)"
MOST_RULES = 12
"""Of more fit rules than this only the sum is told: their combinations are too many."""


class Rule(NamedTuple):
    """``what`` is ``guard``, ``fit`` or ``touchpoint``; a guard's ``trigger`` is the transition's."""

    what: str
    rule: str
    trigger: str


class Taken(Protocol):
    """The transition that a lead took."""

    trigger: str
    from_state: str
    to_state: str


def guard_rules(workflow: Workflow, taken: Taken) -> Iterator[Rule]:
    """Each clause of the transition's guard; of several that it may have been, joined with ``or``."""
    rows = [row for row in workflow.transitions if _may_be(row, taken)]
    if len(rows) == 1:
        for clause in rows[0].guard:
            yield Rule("guard", clause.that.text, taken.trigger)
    if len(rows) != 1 or not rows[0].guard:
        texts = dict.fromkeys(_text(row) for row in rows)
        yield Rule("guard", " or ".join(texts) or NO_CONDITION, taken.trigger)


def _may_be(row: Transition, taken: Taken) -> bool:
    lands = taken.from_state if row.to is None else row.to
    return (row.trigger, lands) == (taken.trigger, taken.to_state) and taken.from_state in row.from_states


def _text(row: Transition) -> str:
    return " and ".join(clause.that.text for clause in row.guard) or NO_CONDITION


def fit_rule(workflow: Workflow, fit: str | None) -> Iterator[Rule]:
    """The fit as one rule; none where the entry was erased or the agreement has no fit."""
    if fit is None or not workflow.scoring.fit:
        return
    names = _named(workflow.scoring.fit, Decimal(fit))
    yield Rule("fit", f"fit {fit}: {names}" if names else f"fit {fit}", "")


@lru_cache(maxsize=1024)
def _named(rules: tuple[FitRule, ...], fit: Decimal) -> str:
    """The rules that give this fit, if only those can."""
    worth = [rule for rule in rules if isinstance(rule.points, Decimal)]
    if len(worth) < len(rules) or len(rules) > MOST_RULES:
        return ""
    sums = (those for size in range(len(worth) + 1) for those in combinations(worth, size))
    found = [those for those in sums if sum((Decimal(str(r.points)) for r in those), Decimal()) == fit]
    if len(found) != 1:
        return ""
    return ", ".join(rule.because or rule.when.text for rule in found[0]) or "no rule"


def touchpoint_rule(workflows: Iterable[Workflow], kind: str) -> Iterator[Rule]:
    """An activity of the lead that counted for its score or its stage in some version."""
    kinds = [w.activities[kind] for w in workflows if kind in w.activities]
    if any(each.points is not None or each.stage is not None for each in kinds):
        yield Rule("touchpoint", kind, "")
