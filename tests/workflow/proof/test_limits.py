"""Agreements made to blow a search up: it ends, and says that it was given up."""

from __future__ import annotations

import random
from time import process_time

import pytest
from support.agreement import compiled, small

from slaflow.workflow.proof.claims import proofs
from slaflow.workflow.proof.truths import Truths

FIELDS = 60
MOST_SECONDS = 1


def hard(rows: int) -> str:
    """As many conditions of three as make it hard to say whether all can hold."""
    chance = random.Random(1)
    names = [f"lead.b{n}" for n in range(FIELDS)]

    def condition() -> str:
        parts = [f"{chance.choice(('', '!'))}{name}" for name in chance.sample(names, 3)]
        return f'"({" || ".join(parts)})"'

    conditions = [condition() for _ in range(int(4.3 * FIELDS))]
    row = f"{{trigger: win, from: mql, to: won, by: sales, when: [{', '.join(conditions)}]}}"
    return small(
        ("{email: email,", f"{{email: email, {', '.join(f'b{n}: bool' for n in range(FIELDS))},"),
        ("{trigger: win, from: mql, to: won, by: sales}", "\n  - ".join([row] * rows)),
    )


def nested() -> str:
    """One condition as deep, and one as long, as there may be."""
    deep = "lead.on_hold"
    for _ in range(9):
        deep = f"(contacted == ({deep} ? known.country : !known.country))"
    wide = " || ".join(f"lead.employees == {n}" for n in range(80))
    row = f'{{trigger: win, from: mql, to: won, by: sales, when: ["{deep}", "{wide}", "!({deep})"]}}'
    return small(("{trigger: win, from: mql, to: won, by: sales}", row))


@pytest.mark.parametrize(
    ("text", "holds"),
    [(hard(1), None), (hard(4), None), (nested(), False)],
    ids=["a hard row", "hard rows", "a deep one that is decided all the same"],
)
def test_the_search_ends_within_a_second(text, holds):
    workflow = compiled(text)
    began = process_time()
    found = list(proofs(workflow))
    assert process_time() - began < MOST_SECONDS
    assert found[0].holds is holds


def test_what_was_given_up_is_taken_for_possible():
    workflow = compiled(hard(1))
    truths = Truths(workflow)
    guards = [row.guard for row in workflow.transitions if row.trigger == "win"]
    assert all(truths.may_pass(guard) and not truths.must_pass(guard) for guard in guards)
    assert truths.gave_up
