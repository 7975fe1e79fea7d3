"""``slaflow lead``: one lead's life, on every kind of database."""

from __future__ import annotations

import pytest
from support.commands import Slaflow, everywhere

MONDAY = "2026-03-09T09:30:00+01:00"
LEAD_KEYS = {
    "id", "key", "state", "owner", "workflow", "digest", "created_at", "entered_at", "score", "fit",
    "engagement", "stage", "fields", "checks", "attempts", "cycles", "clocks", "available",
}  # fmt: skip
CLOCK_KEYS = {
    "target", "status", "owed_by", "owner", "started_at", "due_at", "breached_at", "ended_at",
    "late_seconds", "lifted", "calendar",
}  # fmt: skip


@everywhere
def test_a_lead_is_shown_to_scripts_in_the_contracts_shape(handed_over: Slaflow) -> None:
    lead = handed_over("lead", "show", "1", "--at", MONDAY, "--format", "json").json
    assert set(lead) >= LEAD_KEYS
    assert all(set(clock) >= CLOCK_KEYS for clock in lead["clocks"])
    assert lead["state"] == "mql"
    assert lead["created_at"] == "2026-03-06T13:30:00Z"
    assert {row["trigger"]: row["allowed"] for row in lead["available"]} == {"accept": True}


def test_a_lead_is_found_by_its_identity_whatever_the_case(handed_over: Slaflow) -> None:
    assert handed_over("lead", "show", "Kim@Example.com", "--format", "json").json["id"] == 1


def test_a_rep_sees_what_runs_and_what_can_be_done(handed_over: Slaflow) -> None:
    page = handed_over("lead", "show", "kim@example.com", "--at", MONDAY).out
    assert "mql (Marketing-qualified lead) since Fri 2026-03-06 14:30, held by sales" in page
    assert "anna@example.com" in page
    assert "1 h left (office)" in page
    assert "Mon 2026-03-09 10:30" in page
    assert "Accept within four hours" in page
    assert "Can be done now\n  accept  -> accepted  by sales" in page


def test_what_cannot_be_done_is_shown_clause_by_clause(handed_over: Slaflow) -> None:
    handed_over("lead", "fire", "1", "accept", "--as", "anna@example.com", "--at", MONDAY)
    page = handed_over("lead", "show", "1", "--at", MONDAY).out
    assert "Not now\n  win -> won, by sales\n    - check.value" in page


def test_an_overdue_promise_is_marked(handed_over: Slaflow) -> None:
    page = handed_over("lead", "show", "1", "--at", "2026-03-09T11:00:00+01:00").out
    assert "breached" in page
    assert "30 min overdue (office)" in page


@everywhere
def test_firing_tells_in_a_sentence_what_came_of_it(handed_over: Slaflow) -> None:
    said = handed_over("lead", "fire", "1", "accept", "--as", "anna@example.com", "--at", MONDAY)
    assert said.code == 0
    told = "lead 1: mql -> accepted (accept); respond met with 1 h left; close due Wed 2026-04-08 10:30\n"
    assert said.out == told


def test_firing_quietly_prints_nothing(handed_over: Slaflow) -> None:
    said = handed_over("--quiet", "lead", "fire", "1", "accept", "--as", "anna@example.com", "--at", MONDAY)
    assert (said.code, said.out, said.err) == (0, "", "")


@everywhere
def test_a_refusal_is_exit_1_with_its_clauses_for_scripts_and_in_words(handed_over: Slaflow) -> None:
    handed_over("lead", "fire", "1", "accept", "--as", "anna@example.com", "--at", MONDAY)
    said = handed_over("lead", "fire", "1", "win", "--as", "sales", "--at", MONDAY, "--format", "json")
    assert said.code == 1
    assert said.json["refused"]["trigger"] == "win"
    assert len(said.json["refused"]["because"]) == 2
    assert said.err.startswith("slaflow: lead 1: win refused: ")
    assert said.err.count("\n") == 1


def test_a_refusal_for_people_leaves_stdout_empty(handed_over: Slaflow) -> None:
    said = handed_over("lead", "fire", "1", "win", "--as", "sales", "--at", MONDAY)
    assert (said.code, said.out) == (1, "")


@everywhere
def test_a_guard_that_reads_a_check_passes_once_it_is_answered(handed_over: Slaflow) -> None:
    who = ("--as", "anna@example.com", "--at", MONDAY)
    handed_over("lead", "fire", "1", "accept", *who)
    answered = handed_over("lead", "check", "1", "value", "--set", "expected_value=20000", *who)
    assert answered.out == "lead 1: value answered; value passed\n"
    won = handed_over("lead", "fire", "1", "win", "--set", "amount=19500.50", *who, "--format", "json")
    assert won.json["state"] == "won"


def test_a_touchpoint_takes_its_kinds_fields_and_may_be_automated(handed_over: Slaflow) -> None:
    who = ("--as", "anna@example.com", "--at", MONDAY)
    handed_over("lead", "activity", "1", "call", "--set", "outcome=voicemail", *who)
    lead = handed_over("lead", "activity", "1", "call", "--automated", *who, "--format", "json").json
    assert lead["attempts"] == {"total": 1, "channels": 1}
    calls = handed_over("log", "list", "--kind", "activity", "--lead", "1", "--format", "json").json
    assert calls[1]["data"]["fields"] == {"outcome": "voicemail"}
    assert calls[2]["data"]["automated"] is True


def test_what_happened_earlier_stands_with_the_instant_at_which_it_did(handed_over: Slaflow) -> None:
    who = ("--as", "anna@example.com", "--at", "2026-03-09T16:00:00+01:00")
    early = ("--occurred-at", "2026-03-09T09:45:00+01:00")
    handed_over("lead", "activity", "1", "call", *early, *who)
    call = handed_over("log", "list", "--kind", "activity", "--format", "json").json[-1]
    assert call["occurred_at"] == "2026-03-09T08:45:00Z"
    assert call["arrived_at"] == "2026-03-09T15:00:00Z"


@everywhere
def test_fields_are_set_and_emptied(handed_over: Slaflow) -> None:
    who = ("--as", "marketing", "--at", MONDAY)
    named = handed_over("lead", "set", "1", "--set", "company=a=b", *who, "--format", "json").json
    assert named["fields"]["company"] == "a=b"
    emptied = handed_over("lead", "set", "1", "--set", "company=", *who, "--format", "json").json
    assert emptied["fields"]["company"] is None


def test_a_pause_is_told(handed_over: Slaflow) -> None:
    said = handed_over("lead", "set", "1", "--set", "on_hold=true", "--as", "sales", "--at", MONDAY)
    assert said.out == "lead 1: on_hold set; respond paused with 1 h left\n"


def test_a_lead_is_given_to_a_person(handed_over: Slaflow) -> None:
    lead = handed_over(
        "lead",
        "assign",
        "1",
        "mia@example.com",
        "--as",
        "mia@example.com",
        "--at",
        MONDAY,
        "--format",
        "json",
    ).json
    assert lead["owner"] == "mia@example.com"


@everywhere
def test_leads_are_listed_page_by_page(handed_over: Slaflow) -> None:
    for name in ("lee", "nora"):
        at = ("--at", "2026-03-06T15:00:00+01:00")
        handed_over("lead", "add", "--set", f"email={name}@example.com", "--as", "marketing", *at)
    listed = ("lead", "list", "--at", MONDAY, "--format", "jsonl")
    first = handed_over(*listed, "--limit", "2").out.splitlines()
    rest = handed_over(*listed, "--after", "2").out.splitlines()
    assert (len(first), len(rest)) == (2, 1)
    assert '"available"' not in first[0]
    assert handed_over(*listed, "--state", "mql").json["key"] == "kim@example.com"
    assert handed_over(*listed, "--where", "lead.score < 50.0").out.count("\n") == 2


def test_no_leads_are_said_to_people_and_are_an_empty_list_to_scripts(office: Slaflow) -> None:
    assert office("lead", "list").out == "no leads\n"
    assert office("lead", "list", "--format", "json").json == []


@everywhere
def test_why_a_clock_is_due_then_is_told_span_by_span(handed_over: Slaflow) -> None:
    told = handed_over("lead", "explain", "1", "respond", "--at", MONDAY, "--format", "json").json
    assert (told["target"], told["due_at"]) == ("respond", "2026-03-09T09:30:00Z")
    assert sum(span["seconds"] for span in told["spans"]) == 4 * 3600
    assert all(set(span) == {"from", "to", "seconds", "what"} for span in told["spans"])
    page = handed_over("lead", "explain", "1", "respond", "--at", MONDAY).out
    assert "due Mon 2026-03-09 10:30" in page
    assert "1 h left" in page


def test_why_a_trigger_is_refused_is_told_clause_by_clause(handed_over: Slaflow) -> None:
    handed_over("lead", "fire", "1", "accept", "--as", "sales", "--at", MONDAY)
    page = handed_over("lead", "explain", "1", "win", "--at", MONDAY).out
    assert page.startswith("win cannot be fired now, from accepted\n")
    assert "    - check.value" in page
    assert "does not lead from" in handed_over("lead", "explain", "1", "promote", "--at", MONDAY).out


def test_everything_open_is_explained_without_a_name(handed_over: Slaflow) -> None:
    page = handed_over("lead", "explain", "1", "--at", MONDAY).out
    assert page.startswith("respond: sales owes 4h")
    assert "Can be done now" in page


@pytest.mark.parametrize(
    "words",
    [
        ("add", "--set", "email=lee@example.com"),
        ("fire", "1", "accept"),
        ("activity", "1", "call"),
        ("check", "1", "value", "--set", "expected_value=1"),
        ("set", "1", "--set", "company=Acme"),
        ("assign", "1", "anna@example.com"),
    ],
)
def test_a_command_that_writes_wants_to_know_who_acts(slaflow: Slaflow, words: tuple[str, ...]) -> None:
    said = slaflow("lead", *words)
    assert said.code == 2
    assert "--as WHO" in said.err
    assert "SLAFLOW_ACTOR" in said.err


def test_the_environment_may_name_who_acts_and_the_command_line_outranks_it(handed_over: Slaflow) -> None:
    as_sales = {"SLAFLOW_ACTOR": "sales"}
    fired = handed_over("lead", "fire", "1", "accept", "--at", MONDAY, env=as_sales)
    assert fired.code == 0
    refused = handed_over("lead", "fire", "1", "win", "--at", MONDAY, "--as", "marketing", env=as_sales)
    assert "not for marketing" in refused.err


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("show", "kin@example.com"), "kim@example.com"),
        (("fire", "1", "acept", "--as", "sales"), "accept"),
        (("activity", "1", "cal", "--as", "sales"), "call"),
        (("check", "1", "valeu", "--as", "sales"), "value"),
        (("set", "1", "--set", "compani=Acme", "--as", "sales"), "company"),
        (("fire", "1", "accept", "--as", "ana@example.com"), "anna@example.com"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    handed_over: Slaflow, words: tuple[str, ...], nearest: str
) -> None:
    said = handed_over("lead", *words)
    assert said.code == 1
    assert f'did you mean "{nearest}"?' in said.err


@everywhere
def test_the_same_identity_twice_is_refused_naming_the_lead_it_is(handed_over: Slaflow) -> None:
    said = handed_over("lead", "add", "--set", "email=KIM@example.com", "--as", "marketing")
    assert said.code == 1
    assert "kim@example.com is lead 1 already" in said.err
