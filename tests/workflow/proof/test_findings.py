"""What is warned of where a claim does not hold: once, where it stands; what is meant is left in peace."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from support.agreement import compiled, place, small, warnings

from slaflow.workflow.load import load_workflow
from slaflow.workflow.proof.claims import proofs

Edits = tuple[tuple[str, str], ...]
GUARDS, TARGETS, STEPS = "guards can pass", "targets can be met", "steps can be carried out"
WIN = "{trigger: win, from: mql, to: won, by: sales}"
RETURN = "{trigger: return, from: mql, to: new, by: sales}"
ANSWER = "within: 4h, calendar: office"
MEET = "meet: {trigger: [win, return]}"
VISIT = "visit: {by: lead, points: 10, stage: interest}"


@dataclass(frozen=True)
class Case:
    """*shows* makes the small agreement one with the finding, *silent* one without; both after *both*."""

    claim: str
    shows: Edits
    blamed: str
    finding: str
    silent: Edits = ()
    both: Edits = ()


def win(*rows: str) -> Edits:
    return ((WIN, "\n  - ".join(f"{WIN[:-1]}{', ' if row else ''}{row}}}" for row in rows)),)


def within(cases: str, start: str = "") -> Edits:
    asks = ((f"start: {{enter: mql}}, {MEET}", f"start: {{enter: mql{start}}}, {MEET}"),) if start else ()
    return ((ANSWER, f"within: [{cases}], calendar: office"), *asks)


CASES = {
    "a clause that is never so": Case(
        GUARDS,
        win("when: lead.employees > 5 && attempts.total > 200"),
        "lead.employees > 5 &&",
        'transitions[2].when: win can never pass: no lead is such that "attempts.total > 200";'
        " attempts.total is at least 0 and at most 200",
        win("when: lead.employees > 5 && attempts.total > 20"),
    ),
    "two clauses that exclude each other": Case(
        GUARDS,
        win("when: [\"lead.country == 'SE'\", \"lead.country in ['NO', 'DK']\"]"),
        "[\"lead.country == 'SE'",
        "transitions[2].when: win can never pass: \"lead.country == 'SE'\" excludes",
        win("when: [\"lead.country == 'SE'\", \"lead.country in ['SE', 'DK']\"]"),
    ),
    "a score that nothing can come to": Case(
        GUARDS,
        win("when: lead.score > 30"),
        "lead.score > 30",
        'transitions[2].when: win can never pass: no lead is such that "lead.score > 30"; lead.score is'
        " at least 0 and at most 30",
        win("when: lead.score >= 30"),
        both=((VISIT, f"{VISIT[:-1]}, cap: 30}}"),),
    ),
    "rules of fit of which one counts": Case(
        GUARDS,
        win("when: lead.fit > 20"),
        "lead.fit > 20",
        "transitions[2].when: win can never pass",
        win("when: lead.fit >= 20"),
        both=(
            (
                "stages:",
                "scoring: {fit: [{when: lead.employees < 50, points: 10},"
                " {when: lead.employees >= 50, points: 20}]}\nstages:",
            ),
        ),
    ),
    "a check that nobody can pass": Case(
        GUARDS,
        (("pass: answer.n > 3", "pass: answer.n > 3 && answer.n < 4"),),
        "answer.n > 3",
        'checks.fits.pass: fits can never be passed: "answer.n > 3" excludes "answer.n < 4"',
        (("pass: answer.n > 3", "pass: answer.n > 3 && answer.n < 5"),),
    ),
    "a start that never is": Case(
        GUARDS,
        (
            (
                "start: {enter: mql}",
                'start: [{enter: mql}, {activity: call, when: "lead.on_hold && !known.on_hold"}]',
            ),
        ),
        '"lead.on_hold && !known',
        "targets.answer.start[1].when: this never holds: no lead is such that",
        (("start: {enter: mql}", "start: [{enter: mql}, {activity: call, when: lead.on_hold}]"),),
    ),
    "a case that no lead comes to": Case(
        GUARDS,
        within("{when: lead.employees > 5, is: 1h}, {when: cycles < 0, is: 2h}, {is: 4h}"),
        "cycles < 0",
        'targets.answer.within[1].when: this never holds: no lead is such that "cycles < 0"',
        within("{when: lead.employees > 5, is: 1h}, {when: cycles > 0, is: 2h}, {is: 4h}"),
    ),
    "a row behind another that nobody could take": Case(
        GUARDS,
        win("when: contacted", "when: contacted && attempts.total > 200"),
        "contacted && attempts",
        "transitions[3].when: win can never pass",
        win("when: contacted && lead.on_hold", "when: contacted"),
    ),
    "a row that an earlier one hides": Case(
        GUARDS,
        win("when: lead.employees > 5", "when: lead.employees > 9"),
        "{trigger: win, from: mql, to: won, by: sales, when: lead.employees > 9}",
        "transitions[3]: win is never taken: whenever it may be, transitions[2] comes before it",
        win("when: lead.employees > 9", "when: lead.employees > 5"),
    ),
    "a row that two earlier ones hide together": Case(
        GUARDS,
        win(
            "when: lead.employees > 5",
            "when: lead.employees <= 5",
            "when: known.employees && lead.employees > 0",
        ),
        "{trigger: win, from: mql, to: won, by: sales, when: known.employees",
        "transitions[4]: win is never taken: whenever it may be, 2 rows come before it",
        win("when: lead.employees > 5", "when: lead.employees < 5", "when: lead.employees > 0"),
    ),
    "a case that never counts": Case(
        GUARDS,
        within("{when: lead.employees > 5, is: 1h}, {when: lead.employees > 9, is: 2h}, {is: 4h}"),
        "{when: lead.employees > 9",
        "targets.answer.within[1]: this case of answer never counts: one before it holds whenever it would",
        within("{when: lead.employees > 9, is: 1h}, {when: lead.employees > 5, is: 2h}, {is: 4h}"),
    ),
    "a case behind one that ends when a field says": Case(
        GUARDS,
        within("{when: lead.on_hold, is: 1h}, {when: lead.on_hold, is: {until: lead.callback_on}}, {is: 4h}"),
        "{when: lead.on_hold, is: {until",
        "targets.answer.within[1]: this case of answer never counts: one before it holds whenever it would",
        within("{when: lead.on_hold, is: {until: lead.callback_on}}, {when: lead.on_hold, is: 1h}, {is: 4h}"),
    ),
    "a gap between cases": Case(
        GUARDS,
        within(
            "{when: lead.employees > 9, is: 1h}, {when: lead.employees < 9, is: 2h}",
            ", when: known.employees",
        ),
        "[{when: lead.employees > 9",
        "targets.answer.within: a lead for which no case holds (lead.employees is 9) has no answer: end with",
        within(
            "{when: lead.employees > 9, is: 1h}, {when: lead.employees <= 9, is: 2h}",
            ", when: known.employees",
        ),
    ),
    "a start that another is already": Case(
        GUARDS,
        (("start: {enter: mql}", "start: [{enter: mql}, {enter: mql, when: lead.on_hold}]"),),
        "{enter: mql, when",
        "targets.answer.start[1]: every start that this would be is one by what stands before it in answer",
        (("start: {enter: mql}", "start: [{enter: mql, when: lead.on_hold}, {enter: mql}]"),),
    ),
    "a rule of routing that others hide": Case(
        GUARDS,
        ((", when: lead.employees > 9}", ", when: lead.employees > 5}"),),
        "{to: south, when: lead.employees > 5}",
        "routing[3]: rules before it take every lead that this would, unless nobody of north, east is there",
        ((", when: lead.employees > 9}", "}"),),
        both=(
            (
                "targets:\n",
                "teams: {north: {party: sales}, east: {party: sales}, south: {party: sales}}\n"
                "routing: [{to: previous}, {to: north, when: lead.employees > 7},"
                " {to: east, when: lead.employees <= 7}, {to: south, when: lead.employees > 9}]\ntargets:\n",
            ),
        ),
    ),
    "attempts that do not fit": Case(
        TARGETS,
        ((MEET, "meet: [{attempts: 6}, {trigger: win}, {trigger: return}]"),),
        "{attempts: 6}",
        "targets.answer.meet[0]: 6 attempts 1h apart take 5h, and answer may leave 4h",
        ((MEET, "meet: [{attempts: 5}, {trigger: win}, {trigger: return}]"),),
        both=(("stages:", "attempts: {spacing: 1h}\nstages:"),),
    ),
    "a step after the end": Case(
        STEPS,
        ((ANSWER, f"{ANSWER}, steps: {{+1h: {{fire: back}}, +2h: {{notify: sales}}}}"),),
        "+2h",
        "targets.answer.steps.+2h: +2h is never come to: what +1h fires ends answer for certain",
        ((ANSWER, f"{ANSWER}, steps: {{+1h: {{notify: sales}}, +2h: {{fire: back}}}}"),),
        both=((RETURN, f"{RETURN}\n  - {{trigger: back, from: mql, to: new, by: system}}"),),
    ),
    "a step after one that may be refused": Case(
        STEPS,
        ((ANSWER, f"{ANSWER}, steps: {{+1h: {{fire: back}}, +2h: {{notify: sales}}}}"),),
        "+2h",
        "targets.answer.steps.+2h: +2h is never come to",
        (
            ("when: known.country || !known.country", "when: known.country"),
            (ANSWER, f"{ANSWER}, steps: {{+1h: {{fire: back}}, +2h: {{notify: sales}}}}"),
        ),
        both=(
            (
                RETURN,
                f"{RETURN}\n  - {{trigger: back, from: mql, to: new, by: system,"
                " when: known.country || !known.country}",
            ),
        ),
    ),
}


def edited(case: Case, edits: Edits) -> str:
    return small(*case.both, *edits)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_where_a_claim_does_not_hold_the_line_is_told(case: Case) -> None:
    text = edited(case, case.shows)
    found = warnings(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"{place(text, case.blamed)} {case.finding}"), found
    assert load_workflow(text, holidays={}).warnings == ()
    held = {each.claim: each for each in proofs(compiled(text))}
    assert [claim for claim, proof in held.items() if proof.holds is not True] == [case.claim]
    against = held[case.claim].counterexample
    assert against is not None
    assert against.path == (found[0].split(" ", 1)[1],)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_meant_is_left_in_peace(case: Case) -> None:
    text = edited(case, case.silent)
    assert warnings(text) == []
    assert all(proof.holds for proof in proofs(compiled(text)))


PEACEFUL = {
    "a step after one that an auto may have outrun": (
        ("{enter: mql}, " + MEET, "{trigger: promote}, " + MEET),
        (ANSWER, f"{ANSWER}, steps: {{+1h: {{fire: back}}, +2h: {{notify: sales}}}}"),
        (
            RETURN,
            f"{RETURN}\n  - {{trigger: back, from: mql, to: new, by: system}}"
            "\n  - {trigger: win, from: mql, to: talks, auto: true, when: contacted}"
            "\n  - {trigger: return, from: talks, to: new, by: sales}",
        ),
        ("won: {final: true}", "talks: {held_by: sales}\n  won: {final: true}"),
    ),
    "steps of which the calendar says which falls first": (
        (RETURN, f"{RETURN}\n  - {{trigger: back, from: mql, to: new, by: system}}"),
        ("[09:00-17:00]", "[09:00-10:00]"),
        (ANSWER, f"{ANSWER}, steps: {{+4h: {{fire: back}}, +2d: {{notify: sales}}}}"),
    ),
    "a condition that is always overridden": win("when: false, override: {by: {sales: manager}}"),
    "rows of which each asks for another input": win(
        "when: input.why == 'a', requires: {why: {type: string, one_of: [a]}}",
        "when: input.why == 'b', requires: {why: {type: string, one_of: [b]}}",
    ),
    "a row for the manager, then one for all": (
        (WIN, f"{WIN[:-6]}{{sales: manager}}, when: contacted}}\n  - {WIN[:-1]}, when: contacted}}"),
    ),
    "a number of which nobody knows the size": win("when: lead.employees > 0", "when: known.employees"),
}


@pytest.mark.parametrize("edits", PEACEFUL.values(), ids=PEACEFUL)
def test_nothing_is_told_of_what_may_be_so(edits: Edits) -> None:
    found = [each for each in warnings(small(*edits)) if "nobody owes anything" not in each]
    assert found == []
