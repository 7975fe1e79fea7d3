"""What is decided of guards: a table of them, and that what is decided to be so is so for leads at random."""

from __future__ import annotations

import pytest
from support.agreement import compiled, small

from slaflow.workflow.compile.scopes import guard_scope
from slaflow.workflow.expressions.value import Clause
from slaflow.workflow.proof.truths import Truths

AGREEMENT = compiled(
    small(
        (
            "employees: int",
            "employees: int, size: {type: int, min: 1, max: 500}, source: {type: string, one_of: [web,"
            " event]}, share: {type: decimal, min: 0, max: 1}, since: {type: date,"
            " min: 2020-01-01}, tier: {type: int, one_of: [1, 2, 3]}",
        ),
        ("stages: [unaware, interest]", "stages: [unaware, interest, bought]"),
    )
)
SCOPE = guard_scope(AGREEMENT)


def guard(*texts):
    return tuple(Clause(SCOPE.compile(text, "bool")) for text in texts)


NEVER = [
    ["false"],
    ["lead.employees > 5", "lead.employees < 6"],
    ["lead.employees > 5 && lead.employees < 3"],
    ["lead.country == 'SE'", "lead.country != 'SE'"],
    ["lead.country in ['SE', 'NO']", "!(lead.country in ['SE', 'NO', 'DK'])"],
    ["lead.country == 'SE'", "!known.country"],
    ["lead.on_hold", "!lead.on_hold"],
    ["lead.on_hold", "lead.on_hold == false"],
    ["lead.on_hold != known.on_hold", "lead.on_hold"],
    ["lead.source != 'web'", "lead.source != 'event'"],
    ["lead.size > 500"],
    ["lead.size < 1 || lead.size >= 501"],
    ["lead.share > 1"],
    ["lead.share < -0.5"],
    ["lead.tier > 3"],
    ["lead.tier > 1", "lead.tier < 3", "lead.tier != 2"],
    ["lead.since < timestamp('2019-12-31T00:00:00Z')"],
    ["attempts.total < 0"],
    ["attempts.total > 200"],
    ["attempts.channels >= 2"],
    ["cycles < 0"],
    ["assignments == -1"],
    ["activity.call.count < 0"],
    ["check.fits", "!checked.fits"],
    ["stage.reached('bought')"],
    ["stage.reached('interest')", "lead.stage == 'unaware'"],
    ["!stage.reached('unaware')"],
    ["!open('always')"],
    ["known.owner", "!(known.owner || contacted)"],
    ["contacted ? lead.employees > 3 : false", "lead.employees < 2"],
    [
        "lead.callback_on > timestamp('2026-01-02T00:00:00Z')",
        "lead.callback_on < timestamp('2026-01-01T00:00:00Z')",
    ],
    ["lead.email.endsWith('.edu')", "!lead.email.endsWith('.edu')"],
    ["1 > 2"],
    ["attempts.total >= (contacted ? 3 : 5)", "attempts.total < 3"],
    ["(contacted ? 1 : 0) + (known.country ? 1 : 0) > 2"],
    ["(contacted ? 2 : 1) * -3 > -3"],
]
MAY = [
    [],
    ["lead.employees > 5", "lead.employees < 7"],
    ["lead.worth > 0.5", "lead.worth < 0.6"],
    ["lead.source != 'web'"],
    ["!known.source"],
    ["lead.size == 500"],
    ["lead.country == lead.email"],
    ["lead.country.startsWith('S')", "lead.country == 'NO'"],
    ["now - entered > duration('48h')"],
    ["lead.employees * 2 > 3", "lead.employees < 0"],
    ["attempts.within('24h') == 200"],
    ["stage.reached('interest')"],
    ["(contacted ? 1 : 0) + (known.country ? 1 : 0) == 2"],
    ["lead.worth >= (contacted ? 3 : 5)", "lead.worth < 5"],
]
MUST = [
    [],
    ["true"],
    ["known.country || !known.country"],
    ["known.source ? lead.source in ['web', 'event'] : true"],
    ["!known.size || lead.size > 0"],
    ["attempts.total >= 0", "cycles >= 0"],
    ["!checked.fits || check.fits || !check.fits"],
    ["stage.reached('unaware')"],
    ["open('always')"],
    ["1 < 2"],
    ["(contacted ? 1 : 0) + (known.country ? 1 : 0) <= 2"],
    ["cycles >= (known.country ? 0 : -1)"],
]
NOT_ALL = [
    ["contacted"],
    ["lead.country == 'SE' || lead.country != 'SE'"],
    ["lead.source in ['web', 'event']"],
    ["!known.employees || lead.employees > 3 || lead.employees <= 3"],
    ["check.fits || !check.fits"],
    ["(lead.on_hold ? 1 : 0) >= 0"],
    ["lead.email.endsWith('.edu') || !lead.email.endsWith('.edu')"],
]


@pytest.mark.parametrize("texts", NEVER, ids=" and ".join)
def test_what_no_lead_can_pass_is_told(texts):
    truths = Truths(AGREEMENT)
    assert not truths.may_pass(guard(*texts))
    assert not truths.must_pass(guard(*texts))


@pytest.mark.parametrize("texts", MAY, ids=" and ".join)
def test_what_some_lead_may_pass_is_taken_for_possible(texts):
    assert Truths(AGREEMENT).may_pass(guard(*texts))


@pytest.mark.parametrize("texts", MUST, ids=" and ".join)
def test_what_every_lead_passes_is_told(texts):
    truths = Truths(AGREEMENT)
    assert truths.must_pass(guard(*texts))
    assert truths.may_pass(guard(*texts))


@pytest.mark.parametrize("texts", NOT_ALL, ids=" and ".join)
def test_what_is_not_known_means_no(texts):
    assert not Truths(AGREEMENT).must_pass(guard(*texts))


KNOWN = [
    (["lead.on_hold"], {"lead.on_hold": False}, False, False),
    (["lead.on_hold"], {"lead.on_hold": True}, True, True),
    (["lead.on_hold"], {"lead.on_hold": None}, False, False),
    (["!lead.on_hold"], {"known.on_hold": False}, False, False),
    (["known.country"], {"lead.country": "SE"}, True, True),
    (["known.country"], {"known.country": True}, True, True),
    (["lead.stage == 'interest'"], {"lead.stage": "interest"}, True, True),
    (["lead.country in ['SE', 'NO']"], {"lead.country": frozenset({"SE", "DK"})}, True, False),
    (["lead.country in ['SE', 'DK']"], {"lead.country": frozenset({"SE", "DK"})}, True, True),
    (["lead.worth > 1.5"], {"lead.worth": "2.50"}, True, True),
    (["attempts.total >= 2"], {"attempts.total": 0}, False, False),
    (["contacted"], {"lead.country": "SE"}, True, False),
]


@pytest.mark.parametrize(("texts", "known", "may", "must"), KNOWN)
def test_what_is_known_of_a_lead_is_heeded(texts, known, may, must):
    truths = Truths(AGREEMENT)
    assert (truths.may_pass(guard(*texts), known), truths.must_pass(guard(*texts), known)) == (may, must)
