"""The day's work: queue, tick, log, outbox, report."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere

OVERDUE = "2026-03-09T11:00:00+01:00"


@everywhere
def test_the_queue_has_the_least_time_left_on_top_and_marks_what_is_overdue(handed_over: Slaflow) -> None:
    at = ("--at", "2026-03-06T15:00:00+01:00")
    handed_over("lead", "add", "--set", "email=lee@example.com", "--as", "marketing", *at)
    rows = handed_over("queue", "--at", OVERDUE, "--format", "json").json
    keys = {"lead", "target", "owed_by", "owner", "due_at", "seconds_left", "state"}
    assert all(set(row) >= keys for row in rows)
    assert [(row["lead"], row["target"], row["seconds_left"] < 0) for row in rows] == [
        (1, "respond", True),
        (2, "triage", False),
    ]
    first, second = handed_over("queue", "--at", OVERDUE).out.splitlines()[1:3]
    assert first.startswith("30 min overdue  Mon 2026-03-09 10:30")
    assert " left " in second
    assert (
        "2 promises owed, 1 overdue; times in Europe/Stockholm" in handed_over("queue", "--at", OVERDUE).out
    )


def test_the_queue_is_narrowed_to_a_person_a_team_or_a_party(handed_over: Slaflow) -> None:
    assert handed_over("queue", "--owner", "anna@example.com", "--format", "json").json
    assert handed_over("queue", "--team", "nordics", "--format", "json").json
    assert handed_over("queue", "--party", "marketing", "--format", "json").json == []
    assert handed_over("queue", "--party", "marketing").out == "nothing is owed\n"
    unknown = handed_over("queue", "--owner", "ana@example.com")
    assert (unknown.code, 'did you mean "anna@example.com"?' in unknown.err) == (2, True)


def test_a_paused_promise_stands_last_and_says_so(handed_over: Slaflow) -> None:
    handed_over(
        "lead", "set", "1", "--set", "on_hold=true", "--as", "sales", "--at", "2026-03-06T15:00:00+01:00"
    )
    assert handed_over("queue", "--at", OVERDUE).out.splitlines()[1].startswith("paused, 3 h 30 min left")


@everywhere
def test_a_tick_carries_out_what_fell_and_a_second_one_finds_nothing(handed_over: Slaflow) -> None:
    planned = handed_over("tick", "--at", OVERDUE, "--dry-run", "--format", "json").json
    done = handed_over("tick", "--at", OVERDUE, "--format", "json").json
    keys = (
        "at",
        "leads",
        "steps",
        "warned",
        "breached",
        "fired",
        "refused",
        "notified",
        "commitments",
        "seconds",
    )
    assert set(done) >= set(keys)
    assert (done["at"], done["warned"], done["breached"]) == ("2026-03-09T10:00:00Z", 1, 1)
    assert [planned[key] for key in keys[:-1]] == [done[key] for key in keys[:-1]]
    again = handed_over("tick", "--at", OVERDUE, "--format", "json").json
    assert (again["leads"], again["steps"]) == (0, 0)
    said = handed_over("tick", "--at", OVERDUE)
    assert (said.code, said.out) == (0, "0 steps on 0 leads up to Mon 2026-03-09 10:00 UTC\n")


def test_a_tick_that_had_to_leave_a_lead_out_says_which_and_ends_with_1(
    handed_over: Slaflow, tmp_path: Path
) -> None:
    """Its clock's calendar is gone, as a row mended by hand might have it."""
    with sqlite3.connect(tmp_path / "slaflow.db") as connection:
        connection.execute("UPDATE clock SET calendar = 'gone' WHERE target = 'respond'")
    connection.close()
    said = handed_over("tick", "--at", OVERDUE, "--format", "json")
    assert said.code == 1
    assert [failed["lead"] for failed in said.json["failed"]] == [1]
    assert said.err.startswith("slaflow: lead 1 was left out: ")
    doctor = handed_over("doctor", "--format", "json")
    failing = [check for check in doctor.json["checks"] if check["name"] == "leads"]
    assert (doctor.code, failing[0]["ok"]) == (1, False)


@everywhere
def test_the_log_is_listed_oldest_first_and_filtered(handed_over: Slaflow) -> None:
    everything = handed_over("log", "list", "--format", "json").json
    assert [entry["id"] for entry in everything] == sorted(entry["id"] for entry in everything)
    assert {entry["stream"] for entry in everything} == {"workflow:office-deal", "people", "lead:1"}
    filters = {
        ("--lead", "kim@example.com"): lambda entry: entry["lead"] == 1,
        ("--kind", "assigned"): lambda entry: entry["kind"] == "assigned",
        ("--actor", "lead"): lambda entry: entry["actor"] == "lead",
        ("--party", "sales"): lambda entry: entry["party"] == "sales",
        ("--target", "respond"): lambda entry: entry["target"] == "respond",
        ("--trigger", "promote"): lambda entry: entry["trigger"] == "promote",
        ("--from", "2026-03-06"): lambda entry: entry["at"] >= "2026-03-05T23:00:00Z",
        ("--to", "2026-03-06"): lambda entry: entry["at"] < "2026-03-05T23:00:00Z",
        ("--after", "3"): lambda entry: entry["id"] > 3,
    }
    for words, keeps in filters.items():
        wanted = [entry for entry in everything if keeps(entry)]
        assert wanted
        assert handed_over("log", "list", *words, "--format", "json").json == wanted, words
    assert handed_over("log", "list", "--limit", "2", "--format", "json").json == everything[:2]


def test_the_log_reads_like_a_story(handed_over: Slaflow) -> None:
    lines = handed_over("log", "list", "--lead", "1").out.splitlines()
    assert lines[0].split() == ["ID", "AT", "STREAM", "KIND", "BY", "WHAT"]
    assert any(line.endswith("promote: new -> mql, handoff") for line in lines)
    assert handed_over("log", "list", "--kind", "merged").out == "no entries\n"


@everywhere
def test_an_untouched_log_verifies(handed_over: Slaflow) -> None:
    said = handed_over("log", "verify", "--format", "json")
    entries = handed_over("log", "list", "--format", "json").json
    assert (said.code, said.json["ok"], said.json["bad"]) == (0, True, None)
    assert (said.json["entries"], said.json["streams"]) == (len(entries), 3)
    assert handed_over("log", "verify").out.startswith("the log is as it was written: ")


def test_a_changed_entry_is_named_and_the_exit_code_is_1(handed_over: Slaflow, tmp_path: Path) -> None:
    target = handed_over("log", "list", "--kind", "transition", "--format", "json").json[0]
    with sqlite3.connect(tmp_path / "slaflow.db") as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE entry SET actor = 'nobody' WHERE id = ?", (target["id"],))
    connection.close()
    said = handed_over("log", "verify", "--format", "json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert (said.json["bad"]["id"], said.json["bad"]["stream"]) == (target["id"], "lead:1")
    assert "the log was changed: stream lead:1" in said.err
    assert "1 stream not intact" in handed_over("log", "verify").out


def test_messages_wait_in_the_outbox(handed_over: Slaflow) -> None:
    handed_over("tick", "--at", "2026-03-06T16:31:00+01:00")
    (message,) = handed_over("outbox", "list", "--format", "json").json
    assert (message["recipient"], message["target"], message["status"]) == (
        "anna@example.com",
        "respond",
        "waiting",
    )
    assert handed_over("outbox", "list", "--status", "sent").out == "no messages\n"
    assert "anna@example.com" in handed_over("outbox", "list").out


@everywhere
def test_the_report_counts_what_was_promised_and_kept(handed_over: Slaflow) -> None:
    handed_over("lead", "fire", "1", "accept", "--as", "anna@example.com", "--at", OVERDUE)
    report = handed_over("report", "sla", "--at", OVERDUE, "--format", "json").json
    assert set(report) >= {"from", "to", "targets", "parties"}
    respond = report["targets"]["respond"]
    assert (respond["owed_by"], respond["started"], respond["met_late"], respond["met_rate"]) == (
        "sales",
        1,
        1,
        0.0,
    )
    assert report["parties"]["marketing"]["met_rate"] == 1.0
    page = handed_over("report", "sla", "--at", OVERDUE).out
    assert "sales kept 0.0%" in page
    assert "marketing kept 100.0%" in page


def test_a_date_of_a_report_is_that_days_start_where_the_agreement_is(handed_over: Slaflow) -> None:
    report = handed_over(
        "report", "sla", "--from", "2026-03-06", "--to", "2026-03-07", "--format", "json"
    ).json
    assert (report["from"], report["to"]) == ("2026-03-05T23:00:00Z", "2026-03-06T23:00:00Z")
    by_owner = handed_over("report", "sla", "--by", "owner")
    assert "owner: anna@example.com" in by_owner.out
    assert handed_over("report", "sla", "--from", "2026-03-07", "--to", "2026-03-06").code == 2


@pytest.mark.parametrize("words", [("queue",), ("report", "sla")])
def test_reading_writes_nothing(handed_over: Slaflow, words: tuple[str, ...]) -> None:
    before = handed_over("log", "list", "--format", "jsonl").out
    handed_over(*words, "--at", OVERDUE)
    handed_over("lead", "show", "1", "--at", OVERDUE)
    assert handed_over("log", "list", "--format", "jsonl").out == before
