"""``--at`` an instant that has passed, and ``log verify --replay``, as they are typed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from support.commands import Slaflow, everywhere

BEFORE = "2026-03-06T15:00:00+01:00"
MONDAY = "2026-03-09T15:00:00+01:00"


@everywhere
def test_a_lead_the_list_and_the_queue_are_shown_as_they_stood(handed_over: Slaflow) -> None:
    before = [
        handed_over(*words, "--at", BEFORE, "--format", "json").json
        for words in (("lead", "show", 1), ("lead", "list"), ("queue",))
    ]
    assert handed_over("tick", "--at", MONDAY).code == 0
    assert handed_over("lead", "fire", 1, "accept", "--as", "anna@example.com", "--at", MONDAY).code == 0
    assert handed_over("lead", "show", 1, "--format", "json").json["state"] == "accepted"
    after = [
        handed_over(*words, "--at", BEFORE, "--format", "json").json
        for words in (("lead", "show", 1), ("lead", "list"), ("queue",))
    ]
    assert after == before
    assert handed_over("lead", "list", "--state", "accepted", "--at", BEFORE, "--format", "json").json == []


def test_before_its_creation_one_line_says_so(handed_over: Slaflow) -> None:
    said = handed_over("lead", "show", "kim@example.com", "--at", "2026-03-01T00:00Z")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "slaflow: lead 1 was not there yet at 2026-03-01T00:00:00Z; "
        "ask for an instant from 2026-03-06T13:30:00Z on\n"
    )


def test_people_are_told_what_a_command_changed_however_its_clock_is_set(handed_over: Slaflow) -> None:
    """Not what has changed since that instant."""
    assert handed_over("tick", "--at", MONDAY).code == 0
    said = handed_over("lead", "set", 1, "--set", "company=Acme", "--as", "sales", "--at", BEFORE)
    assert (said.code, said.out) == (0, "lead 1: company set\n")


@everywhere
def test_a_log_is_decided_again(handed_over: Slaflow, database_url: str) -> None:
    assert handed_over("tick", "--at", MONDAY).code == 0
    said = handed_over("log", "verify", "--replay")
    assert (said.code, said.out.splitlines()[1]) == (0, "deciding it again gives the same: 1 lead")
    told = handed_over("log", "verify", "--replay", "--format", "json").json
    assert (told["ok"], told["bad"], told["replayed"]) == (True, None, 1)
    assert (told["not_checkable"], told["not_checkable_streams"]) == (0, [])
    _change(database_url, "UPDATE lead SET state = 'won'")
    said = handed_over("log", "verify", "--replay")
    assert said.code == 1
    assert said.out.splitlines()[1] == "deciding it again gives something else: 1 stream, of 1 lead"
    assert said.err == (
        "slaflow: a record was changed: stream lead:1: the lead's row: its state is not what the log "
        "comes to (expected mql, found won)\n"
    )
    assert handed_over("log", "verify").code == 0
    bad = handed_over("log", "verify", "--replay", "--format", "json").json["bad"]
    assert (bad["stream"], bad["expected"], bad["found"]) == ("lead:1", "mql", "won")


def test_a_log_whose_hashes_do_not_hold_is_not_decided_again(handed_over: Slaflow, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'slaflow.db'}"
    _change(url, "DROP TRIGGER entry_no_update", "UPDATE entry SET actor = 'eve' WHERE seq = 1")
    said = handed_over("log", "verify", "--replay", "--format", "json")
    assert said.code == 1
    assert "replayed" not in said.json


def test_what_cannot_be_found_out_is_no_change(handed_over: Slaflow, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'slaflow.db'}"
    name = "workflow:office-deal"
    _change(
        url, "DROP TRIGGER entry_no_delete", f"DELETE FROM entry WHERE stream = '{name}'",
        f"DELETE FROM stream WHERE name = '{name}'", "DELETE FROM workflow_version",
    )  # fmt: skip
    said = handed_over("log", "verify", "--replay")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("slaflow: the log could not be verified: the text of version ")


def _change(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
