"""How a lead is named on the command line, where another system's numbers look like ours."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from cli.conftest import on, run_each
from support.commands import AGREEMENT, Slaflow

AT = ("--at", "2026-03-06T15:00:00+01:00")
MARKETING = ("--as", "marketing", *AT)


@pytest.fixture(scope="module")
def numbered_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A database to copy, with lead #1 that another system calls 2, and lead #2 that it calls 1."""
    folder = tmp_path_factory.mktemp("numbered")
    agreement, file = folder / "numbered.yaml", folder / "slaflow.db"
    agreement.write_text(AGREEMENT.replace("identity: [email]", "identity: [company]"), encoding="utf-8")
    shutil.copy(sqlite_template, file)
    add = ("lead", "add", "--as", "marketing", "--set")
    named = [(*add, f"company={name}") for name in ("2", "1")]
    run_each(on(f"sqlite:///{file}"), [("workflow", "activate", agreement), *named], AT[1])
    return file


@pytest.fixture
def numbered(slaflow: Slaflow, numbered_file: Path, tmp_path: Path) -> Slaflow:
    """A command line in a folder with that database."""
    shutil.copy(numbered_file, tmp_path / "slaflow.db")
    return slaflow


@pytest.mark.parametrize(
    "words",
    [
        ("lead", "show", "{}"),
        ("lead", "explain", "{}", "triage"),
        ("lead", "set", "{}", "--set", "on_hold=true", *MARKETING),
        ("lead", "fire", "{}", "promote", *MARKETING),
        ("lead", "activity", "{}", "demo", "--as", "lead", *AT),
        ("lead", "check", "{}", "value", "--set", "expected_value=1", *MARKETING),
        ("lead", "assign", "{}", "mia@example.com", *MARKETING),
        ("lead", "lift", "{}", "triage", "--reason", "an outage", *MARKETING),
        ("lead", "erase", "{}", "--reason", "request 17", *MARKETING),
        ("log", "list", "--lead", "{}"),
        ("log", "export", "--type", "jsonl", "--lead", "{}", "-o", "log.jsonl"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_command_refuses_a_number_that_fits_two_leads_and_names_both(
    numbered: Slaflow, words: tuple[str, ...]
) -> None:
    said = numbered(*(word.format("1") for word in words))
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        'slaflow: "1" is the number of lead #1 and the identity of lead #2; '
        "name it '#1' or '#2', with the quotes, or by --id\n"
    )
    sure = numbered(*(word.format("#1") for word in words))
    assert (sure.code, "is the number of" in sure.err) != (2, True)


@pytest.mark.parametrize("named", [("#1",), ("--id", "1"), ("--id=1",), ("--id", "#1")])
def test_our_number_may_be_given_as_an_argument_or_an_option(
    numbered: Slaflow, named: tuple[str, ...]
) -> None:
    assert numbered("lead", "show", *named, "--format", "json").json["key"] == "2"
    told = numbered("lead", "activity", *named, "demo", "--as", "lead", *AT)
    assert told.out.startswith("lead 1: new -> mql (demo recorded, handed to sales)")
    told = numbered("lead", "fire", *named, "accept", "--as", "sales", *AT)
    assert told.out.startswith("lead 1: mql -> accepted (accept)")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "2", "--id", "1"), "--id takes the place of LEAD; give one of them"),
        (("fire", "2", "promote", "--id", "1", *MARKETING), "--id takes the place of LEAD; give one of them"),
        (("show", "--id", "one"), "\"one\" is no lead's number; write 42 or '#42'"),
        (("show",), "missing argument 'LEAD'; name one as in kim@example.com, --id 42 or, in quotes, '#42'"),
        (("fire", "--id", "1", *MARKETING), "missing argument 'TRIGGER'"),
    ],
)
def test_a_lead_that_is_named_twice_or_not_at_all_is_wrong_usage(
    numbered: Slaflow, words: tuple[str, ...], said: str
) -> None:
    refused = numbered("lead", *words)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_advice_can_be_pasted_and_means_the_lead_it_names(numbered: Slaflow) -> None:
    said = numbered("lead", "add", "--set", "company=1", *MARKETING)
    assert said.err == "slaflow: 1 is lead 2 already; change it with 'slaflow lead set --id 2 --set ...'\n"
    advised = shlex.split(said.err.split("'")[1].removeprefix("slaflow ").replace("...", "on_hold=true"))
    assert numbered(*advised, *MARKETING).code == 0
    holds = [lead["fields"]["on_hold"] for lead in numbered("lead", "list", "--format", "json").json]
    assert holds == [False, True]


def test_tables_show_our_numbers_so_that_they_can_be_given_back(numbered: Slaflow) -> None:
    rows = [line.split() for line in numbered("lead", "list", *AT).out.splitlines()]
    assert [row[:2] for row in rows] == [["ID", "LEAD"], ["#1", "2"], ["#2", "1"]]
    owed = [line.split("  ") for line in numbered("queue", *AT).out.splitlines()[1:3]]
    assert [[cell for cell in line if cell][2:4] for line in owed] == [["#1", "2"], ["#2", "1"]]
    after = numbered("lead", "list", "--after", "#1", *AT, "--format", "json").json
    assert [lead["id"] for lead in after] == [2]
