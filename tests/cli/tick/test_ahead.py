"""A clock set ahead, and instants that nobody can mean: asked for or refused before anything is written."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from support.commands import Slaflow

from slaflow.cli.main import cli

TOO_FAR = "9999-12-31T00:00:00Z"


def ahead(**by: float) -> str:
    return (datetime.now(UTC) + timedelta(**by)).isoformat()  # noqa: TID251  the command's clock is the wall's


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        elif command is not None:
            yield " ".join((*path, name)), command


def entries(run: Slaflow) -> int:
    return len(run("log", "list", "--format", "json").json)


def test_a_tick_far_ahead_wants_to_be_meant(handed_over: Slaflow) -> None:
    before = entries(handed_over)
    refused = handed_over("tick", "--at", ahead(days=400))
    assert (refused.code, refused.out) == (2, "")
    (line,) = refused.err.splitlines()[-1:]
    assert "lies 399 days ahead of the clock, and what is written up to then stays; give --ahead" in line
    assert entries(handed_over) == before
    assert handed_over("tick", "--at", ahead(days=400), "--ahead").code == 0
    assert entries(handed_over) > before


def test_within_an_hour_and_without_writing_nobody_is_asked(handed_over: Slaflow) -> None:
    before = entries(handed_over)
    assert handed_over("tick", "--at", ahead(days=400), "--dry-run").code == 0
    assert handed_over("queue", "--at", ahead(days=400)).code == 0
    assert handed_over("report", "sla", "--at", ahead(days=400)).code == 0
    assert handed_over("user", "list", "--at", ahead(days=400)).code == 0
    assert entries(handed_over) == before
    assert handed_over("tick", "--at", ahead(minutes=50)).code == 0


def test_every_command_that_writes_by_a_clock_takes_ahead() -> None:
    timed = {
        name: {option for param in command.params for option in param.opts}
        for name, command in commands(cli)
        if any("--at" in param.opts for param in command.params)
    }
    reading = {name for name, options in timed.items() if "--ahead" not in options}
    assert reading == {
        "lead show", "lead list", "lead explain", "queue", "review show", "user list",
        "workflow document", "outbox preview", "backtest",
        *(name for name in timed if name.startswith("report ")),
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ("lead", "add", "--set", "email=bo@example.com", "--as", "marketing"),
        ("lead", "fire", "kim@example.com", "accept", "--as", "anna@example.com"),
        ("lead", "set", "kim@example.com", "--set", "company=Acme", "--as", "sales"),
        ("user", "remove", "anna@example.com"),
        ("user", "back", "anna@example.com"),
        ("lead", "lift", "--from", "2026-03-01", "--to", "2026-04-01", "--reason", "x", "--as", "marketing"),
    ],
)
def test_whatever_writes_ahead_writes_nothing_unasked(handed_over: Slaflow, words: tuple[str, ...]) -> None:
    before = entries(handed_over)
    refused = handed_over(*words, "--at", ahead(days=3))
    assert refused.code == 2
    assert "give --ahead if it is meant" in refused.err
    assert entries(handed_over) == before


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"y\n", 0)])
def test_on_a_terminal_it_is_asked(
    handed_over: Slaflow, process: Callable[..., subprocess.Popen[bytes]], answer: bytes, code: int
) -> None:
    ours, theirs = pty.openpty()
    asked = process("tick", "--at", ahead(days=400), stdin=theirs)
    os.close(theirs)
    os.write(ours, answer)
    out, err = asked.communicate(timeout=60)
    os.close(ours)
    assert asked.returncode == code
    assert b"and what is written up to then stays; go on? [y/N]" in err
    assert (b"nothing was done" in err) is (code == 1)
    assert bool(out) is (code == 0)


@pytest.mark.parametrize(
    "words",
    [
        ("tick", "--ahead", "--at", TOO_FAR),
        ("tick", "--at", "1899-12-31T23:59:59Z"),
        ("queue", "--at", TOO_FAR),
        ("log", "list", "--from", "0001-01-01"),
        ("log", "list", "--to", "9999-12-31"),
        ("report", "sla", "--from", "0001-01-01", "--by", "month"),
        ("report", "funnel", "--to", TOO_FAR),
        ("user", "away", "anna@example.com", "--from", "2026-03-01", "--until", "9999-12-31"),
        ("lead", "lift", "--from", "0001-01-01", "--to", "9999-12-31", "--reason", "x", "--as", "marketing"),
        ("lead", "activity", "kim@example.com", "demo", "--as", "lead", "--occurred-at", "0001-01-01T00:00Z"),
        ("log", "archive", "--before", "9999-12-31"),
    ],
)
def test_an_instant_nobody_can_mean_is_refused_in_one_line(
    handed_over: Slaflow, words: tuple[str, ...]
) -> None:
    before = entries(handed_over)
    refused = handed_over(*words)
    assert refused.code == 2
    assert "between the years 1900 and 2199" in refused.err.splitlines()[-1]
    assert entries(handed_over) == before


def test_a_field_takes_no_date_so_far_away_that_no_clock_is_kept_for_it(
    slaflow: Slaflow, agreement: Path
) -> None:
    """Counting open time until 9998 would take minutes."""
    text = agreement.read_text(encoding="utf-8")
    agreement.write_text(
        text.replace(
            "    company: string\n", "    company: string\n    renew_on: date\n    seats: int\n"
        ).replace(
            "requires: {amount: decimal}", "requires: {amount: decimal, starts_at: datetime, seats: int}"
        ),
        encoding="utf-8",
    )
    slaflow("db", "upgrade")
    slaflow("workflow", "activate", agreement)
    add = ("lead", "add", "--as", "marketing", "--set", "email=kim@example.com")
    refused = slaflow(*add, "--set", "renew_on=4000-12-31")
    assert (refused.code, refused.err.strip()) == (
        1, 'slaflow: renew_on: "4000-12-31" lies beyond the years 1000 to 2199',
    )  # fmt: skip
    assert slaflow(*add, "--set", "renew_on=2199-12-31", "--set", "seats=120.0").code == 0
    found = slaflow("lead", "show", "1", "--format", "json").json["fields"]
    assert (found["renew_on"], found["seats"]) == ("2199-12-31", 120)
    before = entries(slaflow)
    refused = slaflow("lead", "fire", "1", "win", "--as", "sales", "--set", "starts_at=9999-01-01T00:00Z")
    assert (refused.code, refused.err.strip()) == (
        1, 'slaflow: starts_at: "9999-01-01T00:00Z" lies beyond the years 1900 to 2199',
    )  # fmt: skip
    assert entries(slaflow) == before
