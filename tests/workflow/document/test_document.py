"""The shape of the file: unknown keys, wrong values, what may be left out."""

from __future__ import annotations

from support.agreement import compiled, errors, small


def test_all_is_told_at_once_and_one_fault_hides_no_other() -> None:
    found = errors(
        small(
            ("stages:", "stagess:"),
            ("within: 5d", "witin: 5d"),
            ("to: won", "to: wonn"),
            ("answer.n > 3", "answer.m > 3"),
        )
    )
    for part in ("stagess", "witin", "wonn", "answer.m"):
        assert any(part in error for error in found), part


def test_what_is_broken_is_no_unknown_name_elsewhere() -> None:
    """The state and the field are there, only not in order; that is said once."""
    found = errors(
        small(
            ("mql: {held_by: sales}", "mql: {held_by: sales, hue: red}"),
            ("employees: int", "employees: integer"),
            ("answer.n > 3", "answer.n > 3 && lead.employees > 3"),
        )
    )
    assert len(found) == 2, found


def test_a_section_with_nothing_in_it_is_as_good_as_none() -> None:
    assert compiled(small(more="timers:\nteams:\nrouting:\ncommitments:\n")).routing is None


def test_names_may_be_words_of_yaml() -> None:
    """Only fields, inputs, activity kinds and checks are bound by CEL's own words."""
    rows = "  - {trigger: 'null', from: mql, to: true, by: sales}\n"
    rows += "  - {trigger: in, from: true, to: mql, by: sales}\n"
    text = small(
        ("  mql: {held_by: sales}\n", "  mql: {held_by: sales}\n  true: {held_by: sales}\n"),
        ("  - {trigger: win", f"{rows}  - {{trigger: win"),
    )
    workflow = compiled(text)
    assert workflow.transitions[2].to == "true"
    assert workflow.triggers[2:4] == ("null", "in")


def test_one_value_may_stand_for_a_list_and_a_list_for_one_name() -> None:
    workflow = compiled(
        small(("owed_by: sales", "owed_by: [sales]"), ("{trigger: [win, return]}", "[{trigger: win}]"))
    )
    assert workflow.target("answer").owed_by == "sales"


def test_title_and_about_may_stand_on_everything_named() -> None:
    note = "title: T, about: A"
    text = small(
        (
            "parties: [marketing, sales]",
            f"title: T\nabout: A\nparties: {{marketing: {{{note}}}, sales: {{{note}}}}}",
        ),
        ("email: email", f"email: {{type: email, {note}}}"),
        ("office: {", f"office: {{{note}, "),
        ("call: {", f"call: {{{note}, "),
        ("fits: {", f"fits: {{{note}, "),
        ("new: {", f"new: {{{note}, "),
        ("- {trigger: promote", f"- {{{note}, trigger: promote"),
        ("warm: {", f"warm: {{{note}, "),
        more=f"timers: {{t: {{{note}, start: {{enter: mql}}, after: 5d, do: {{notify: sales}}}}}}\n"
        f"teams: {{north: {{{note}, party: sales}}}}\n"
        f"commitments: {{c: {{{note}, owed_by: sales, every: month, count: {{enter: mql}}, at_least: 5}}}}\n",
    )
    workflow = compiled(text)
    assert workflow.title == workflow.states["new"].title == workflow.target("t").title == "T"
    assert workflow.target("warm").about == "A"
