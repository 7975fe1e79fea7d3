"""The scope and the two questions that the tests of expressions share."""

from __future__ import annotations

import pytest

from slaflow.workflow.expressions.cel import ExpressionInvalid, Scope

SCOPE = Scope(
    {
        "lead.employees": "int",
        "lead.country": "string",
        "lead.source": "string",
        "lead.tier": "int",
        "lead.discount": "double",
        "lead.expected_value": "double",
        "lead.on_hold": "bool",
        "lead.callback_on": "timestamp",
        "lead.score": "double",
        "lead.stage": "string",
        "lead.return": "string",
        "lead.if": "int",
        "input.package": "string",
        "activity.while.count": "int",
        "answer.expected_return": "double",
        "answer.investment": "double",
        "attempts.total": "int",
        "contacted": "bool",
        "fit": "double",
        "engagement": "double",
        "now": "timestamp",
    },
    one_of={
        "lead.source": ("web", "event", "referral"),
        "lead.stage": ("discovery", "selection", "decision"),
        "lead.tier": (1, 2, 3),
        "lead.discount": ("0.5", "2.50"),
    },
    stages=("discovery", "selection", "decision", "in"),
    calendars=("office", "true"),
)


def value(text, result="any", **values):
    """What *text* gives where ``lead__employees=3`` stands for ``lead.employees``."""
    named = {name.replace("__", "."): given for name, given in values.items()}
    return SCOPE.compile(text, result).evaluate(named)


def problems(text, result="any", **options):
    with pytest.raises(ExpressionInvalid) as caught:
        SCOPE.compile(text, result, **options)
    return [(problem.offset, problem.message) for problem in caught.value.problems]
