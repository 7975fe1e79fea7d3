"""rules.md, 28: a transition makes its owner whoever fires it, an input or a field names."""

from __future__ import annotations

import pytest
from support.stories.course import ANNA, BERIT, CARL, MARK, Course, a_person, agreement, away, people

from slaflow.lifecycle.lead import Actor
from slaflow.workflow.load import load_workflow

LEAD = """
lead:
  fields:
    email: email
    employees: int
    on_hold: {type: bool, default: false}
    account_owner: email
"""
ROWS = """
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales, assign: actor}
  - {trigger: pass, from: accepted, by: sales, requires: {to: email}, assign: {input: to}}
  - {trigger: route, from: accepted, by: sales, assign: {field: account_owner}}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
TARGETS = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    steps: {100%: {assign: {field: account_owner}}}
"""
ANNA_HERSELF = Actor(ANNA, "sales")


def course() -> Course:
    sales = (a_person(ANNA), a_person(BERIT, order=2), a_person(CARL, order=3))
    there = people(
        *sales, a_person(MARK, "marketing", 4), away=[away(CARL, "2026-03-02T00:00", "2026-03-09T00:00")]
    )
    told = Course(agreement(lead=LEAD, transitions=ROWS, targets=TARGETS), there)
    told.create().fire("promote", "2026-03-02T10:00")
    return told


def accepted() -> Course:
    told = course()
    assert told.fire("accept", "2026-03-02T11:00", ANNA_HERSELF) is None
    return told


def test_who_takes_it_owns_it() -> None:
    told = accepted()
    assert told.present.owner == ANNA
    assigned = told.last("assigned")
    assert (assigned.data["method"], assigned.caused_by) == ("actor", told.last("transition").seq)


def test_a_party_is_nobody_who_could_own_it() -> None:
    told = course()
    refusal = told.fire("accept", "2026-03-02T11:00")
    assert refusal is not None
    assert refusal.because == (
        "who fires it becomes the owner, and is no person who is known; fire it as one of sales",
    )
    assert (told.present.state, told.last("refused").trigger) == ("mql", "accept")


@pytest.mark.parametrize(
    ("to", "because"),
    [
        (MARK, "input.to becomes the owner, and is not of sales, which holds the lead then"),
        (CARL, "input.to becomes the owner, and is away"),
        (
            "x@example.com",
            "input.to becomes the owner, and is no person who is known; name one of sales",
        ),
        ("berit", "to: what was given is not an e-mail address"),
    ],
)
def test_only_a_present_person_of_the_party_is_made_the_owner(to: str, because: str) -> None:
    told = accepted()
    refusal = told.fire("pass", "2026-03-02T12:00", ANNA_HERSELF, to=to)
    assert refusal is not None
    assert refusal.because == (because,)
    assert told.present.owner == ANNA


def test_an_input_names_the_next_owner_however_spelt() -> None:
    told = accepted()
    assert told.fire("pass", "2026-03-02T12:00", ANNA_HERSELF, to=BERIT.upper()) is None
    assert told.present.owner == BERIT


def test_a_field_names_the_owner() -> None:
    told = accepted()
    refusal = told.fire("route", "2026-03-02T12:00", ANNA_HERSELF)
    assert refusal is not None
    assert refusal.because == ("lead.account_owner becomes the owner, and is not set",)
    told.set("2026-03-02T12:00", account_owner=BERIT)
    assert told.fire("route", "2026-03-02T13:00", ANNA_HERSELF) is None
    assert told.present.owner == BERIT


def test_a_step_that_finds_nobody_there_says_so_and_leaves_the_owner() -> None:
    told = course()
    told.tick("2026-03-02T15:00")
    assert told.last("refused").data == {"because": ["lead.account_owner becomes the owner, and is not set"]}
    other = course()
    other.set("2026-03-02T12:00", account_owner=BERIT)
    other.tick("2026-03-02T15:00")
    assert other.present.owner == BERIT
    assert other.last("assigned").data["method"] == "field"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("assign: {input: to}", "assign: {input: too}", 'unknown input "too"'),
        ("requires: {to: email}", "requires: {to: int}", "input.to is int; an input that names the owner"),
        ("{field: account_owner}}\n  - {trigger: win", "{field: employees}}\n  - {trigger: win",
         "lead.employees is int; a field that names the owner is an email"),
        ("by: sales, assign: actor", "auto: true, when: lead.on_hold, assign: actor", "nobody fires an auto"),
        ("steps: {100%: {assign: {field: account_owner}}}", "steps: {100%: {assign: actor}}",
         "nobody fires a step"),
        ("steps: {100%: {assign: {field: account_owner}}}", "steps: {100%: {assign: {input: to}}}",
         "a step has no inputs"),
    ],
)  # fmt: skip
def test_what_names_nobody_is_told_when_the_file_is_checked(old: str, new: str, line: str) -> None:
    whole = agreement(lead=LEAD, transitions=ROWS, targets=TARGETS).source
    assert whole.count(old) == 1
    (error, *more) = load_workflow(whole.replace(old, new)).errors
    assert line in str(error)
    assert not more


GREETED = "on_assign: [{notify: [owner, marketing]}, {set: {on_hold: 'false', account_owner: lead.owner}}]"


def test_who_becomes_the_owner_by_anothers_doing_hears() -> None:
    told = Course(agreement(lead=LEAD, transitions=ROWS, targets=TARGETS, on_assign=GREETED), course().people)
    told.create().fire("promote", "2026-03-02T10:00")
    told.set("2026-03-02T10:30", on_hold=True)
    told.fire("accept", "2026-03-02T11:00", ANNA_HERSELF)
    assert told.told("assigned") == [("demand-desk@example.com", None)]
    changed = told.last("changed")
    assert changed.data == {"fields": {"on_hold": False, "account_owner": ANNA}}
    assert changed.caused_by == told.last("assigned").seq
    told.fire("pass", "2026-03-02T12:00", ANNA_HERSELF, to=BERIT)
    assert told.told("assigned")[1:] == [(BERIT, None), ("demand-desk@example.com", None)]
    told.assign(BERIT.upper(), "2026-03-02T13:00", ANNA_HERSELF)
    told.assign(None, "2026-03-02T14:00", ANNA_HERSELF)
    assert len(told.told("assigned")) == 3


def test_what_is_done_for_a_new_owner_moves_nothing() -> None:
    text = agreement().source + "\non_assign: [{fire: accept}]\n"
    (error, *more) = load_workflow(text).errors
    assert "on_assign takes notify and set, not fire" in str(error)
    assert not more
