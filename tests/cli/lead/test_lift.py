"""``slaflow lead lift``, and what is told late, as the people of an agreement type and read it."""

from __future__ import annotations

import pytest
from support.commands import Slaflow, everywhere

MARKETING = ("--as", "marketing")
WHY = ("--reason", "the phones were down", *MARKETING)
BROKEN = "2026-03-09T11:00:00+01:00"
"""Half an hour after the answer of Friday was due."""


def clock_of(slaflow: Slaflow, target: str = "respond", at: str = BROKEN) -> dict[str, object]:
    lead = slaflow("lead", "show", "1", "--at", at, "--format", "json").json
    return next(clock for clock in lead["clocks"] if clock["target"] == target)


@everywhere
def test_lifting_a_breach_prints_the_lead(handed_over: Slaflow) -> None:
    said = handed_over("lead", "lift", "kim@example.com", "respond", *WHY, "--at", BROKEN, "--format", "json")
    respond = next(clock for clock in said.json["clocks"] if clock["target"] == "respond")
    assert (said.code, respond["status"], respond["lifted"], respond["late_seconds"]) == (
        0,
        "breached",
        True,
        1800,
    )
    entry = handed_over("log", "list", "--kind", "breach_lifted", "--format", "json").json[0]
    assert (entry["class"], entry["actor"], entry["reason"]) == ("input", "marketing", WHY[1])
    assert handed_over("log", "verify", "--replay").code == 0


def test_people_read_that_it_was_lifted_and_is_still_owed(handed_over: Slaflow) -> None:
    said = handed_over("lead", "lift", "1", "respond", *WHY, "--at", BROKEN)
    assert said.out == "lead 1: respond breach lifted\n"
    assert "respond  breached, lifted  sales" in handed_over("lead", "show", "1", "--at", BROKEN).out
    queue = handed_over("queue", "--at", BROKEN).out
    assert "30 min overdue, lifted" in queue
    assert "1 promise owed, none overdue, 1 broken and lifted" in queue
    explained = handed_over("lead", "explain", "1", "respond", "--at", BROKEN).out
    assert "its breach is lifted; it is still owed" in explained
    assert "respond, due Mon 2026-03-09 10:30: the phones were down" in handed_over("log", "list").out
    handed_over("lead", "fire", "1", "accept", "--as", "sales", "--at", BROKEN)
    assert "30 min late, breach lifted" in handed_over("lead", "show", "1", "--at", BROKEN).out


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (("1", "respond"), 1, "lead 1: lifting respond refused: no clock of respond is broken"),
        (("1", "respond", "--clock", "4"), 1, "lifting respond refused: clock 4 of respond is not broken"),
        (("1", "respnd"), 1, 'unknown target "respnd"; did you mean "respond"?'),
        (("1",), 2, "name the TARGET whose breach is lifted, as in 'slaflow lead lift 42 respond'; see"),
        ((), 2, "name a LEAD and TARGET, or a stretch of time with --from and --to; see"),
        (("--from", "2026-03-09"), 2, "name a LEAD and TARGET, or a stretch of time with --from and --to"),
        (("1", "respond", "--to", "2026-03-09"), 2, "--to is for lifting in bulk; leave it out"),
        (("1", "respond", "--target", "respond"), 2, "--target is for lifting in bulk; leave it out"),
        (("--clock", "1", "--from", "2026-03-09"), 2, "--clock names the clock of one LEAD and TARGET; see"),
        (("--from", "2026-03-10", "--to", "2026-03-09"), 2, "--from (2026-03-09T23:00:00Z) lies after --to"),
        (("--from", "2026-03-09", "--to", "2026-03-10", "--target", "respnd"), 2, 'did you mean "respond"?'),
        (("9", "respond"), 1, 'unknown lead "9"'),
    ],
)  # fmt: skip
def test_what_cannot_be_lifted_is_one_clear_line(
    handed_over: Slaflow, words: tuple[str, ...], code: int, line: str
) -> None:
    said = handed_over("lead", "lift", *words, *WHY, "--at", "2026-03-06T15:00:00+01:00")
    assert (said.code, said.out) == (code, "")
    assert line in said.err
    assert said.err.count("\n") == 1


def test_nobody_lifts_without_a_name_or_a_reason(handed_over: Slaflow) -> None:
    nameless = handed_over("lead", "lift", "1", "respond", "--reason", "x", "--at", BROKEN)
    assert (nameless.code, "nobody is named who does this" in nameless.err) == (2, True)
    silent = handed_over("lead", "lift", "1", "respond", *MARKETING, "--at", BROKEN)
    assert (silent.code, "--reason" in silent.err) == (2, True)
    empty = handed_over("lead", "lift", "1", "respond", "--reason", " ", *MARKETING, "--at", BROKEN)
    assert (empty.code, "say why" in empty.err) == (2, True)


def test_a_refused_lift_is_json_too(handed_over: Slaflow) -> None:
    at = ("--at", "2026-03-06T15:00:00+01:00", "--format", "json")
    said = handed_over("lead", "lift", "1", "respond", *WHY, *at)
    assert said.json == {
        "refused": {"trigger": "lifting respond", "because": ["no clock of respond is broken"]}
    }


@everywhere
def test_in_bulk_it_says_how_many(handed_over: Slaflow) -> None:
    """The outage ended at 12:00, and no tick ran before."""
    span = ("--from", "2026-03-09", "--to", "2026-03-09T12:00:00+01:00", "--party", "sales")
    said = handed_over("lead", "lift", *span, *WHY, "--at", "2026-03-09T12:00:00+01:00", "--format", "json")
    assert (said.code, said.json) == (0, {
        "from": "2026-03-08T23:00:00Z", "to": "2026-03-09T11:00:00Z", "lifted": 1, "leads": 1, "refused": []
    })  # fmt: skip
    again = handed_over("lead", "lift", *span, *WHY, "--at", "2026-03-09T12:00:00+01:00")
    assert (again.code, again.out) == (0, "0 breaches lifted\n")


def test_in_bulk_what_cannot_be_lifted_is_named_and_the_command_fails(handed_over: Slaflow) -> None:
    reason = ("--reason", "for kim@example.com", *MARKETING)
    said = handed_over("lead", "lift", "--from", "2026-03-09", "--to", "2026-03-10", *reason, "--at", BROKEN)
    assert said.code == 1
    assert said.out.splitlines()[0] == "0 breaches lifted"
    assert said.out.splitlines()[1].startswith("  - lead 1, respond: the reason holds the lead's own email")


@everywhere
def test_a_trigger_told_late_lifts_the_breach(handed_over: Slaflow) -> None:
    told = ("--occurred-at", "2026-03-09T10:00:00+01:00", "--at", BROKEN)
    said = handed_over("lead", "fire", "1", "accept", "--as", "sales", *told)
    assert "respond met in time after all, breach lifted" in said.out
    clock = clock_of(handed_over)
    assert (clock["status"], clock["lifted"], clock["late_seconds"]) == ("met", True, None)
    assert clock["ended_at"] == "2026-03-09T09:00:00Z"
    shown = handed_over("lead", "show", "1", "--at", BROKEN).out
    assert "in time after all, breach lifted" in shown
    sla = handed_over("report", "sla", "--at", BROKEN, "--format", "json").json["targets"]["respond"]
    assert (sla["lifted"], sla["breached"], sla["met_rate"], sla["median_seconds"]) == (1, 0, 1.0, 12600)
    log = handed_over("log", "list", "--kind", "breach_lifted").out
    assert "fulfilled Mon 2026-03-09 10:00" in log
    assert handed_over("log", "verify", "--replay").code == 0


def test_the_log_says_how_late_a_call_was_told(handed_over: Slaflow) -> None:
    handed_over("tick", "--at", BROKEN)
    told = ("--occurred-at", "2026-03-09T10:00:00+01:00", "--at", BROKEN)
    handed_over("lead", "activity", "1", "call", "--as", "sales", *told)
    assert "told 1 h late" in handed_over("log", "list", "--kind", "activity").out
