"""The example in bench/incident_log does what its page says, on rows made up here."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.small import NOW, entries, utc

from slaflow.engine.app import Engine
from slaflow.exchange.exports.run import export_log
from slaflow.exchange.imports.run import ImportReport, import_file
from slaflow.store.database import Database

BENCH = Path(__file__).parents[3] / "bench"
HEADER = (
    "number,incident_state,opened_at,sys_updated_by,sys_updated_at,priority,assignment_group,assigned_to,"
    "made_sla"
)
OPENED = "1/3/2016 09:00"  # a Tuesday
MODERATE = "3 - Moderate"


def row(number: str, state: str, at: str, made: bool = True, priority: str = MODERATE, who: str = "?") -> str:
    return f"{number},{state},{OPENED},Updated by 1,{at},{priority},Group 1,{who},{str(made).lower()}"


ROWS = (
    # Goes back in time, twice, and waits for the user over the second of March.
    row("INC1", "New", "1/3/2016 10:10"),
    row("INC1", "Awaiting User Info", "1/3/2016 09:52"),
    row("INC1", "Active", "3/3/2016 10:00", who="Resolver 7"),
    row("INC1", "Resolved", "3/3/2016 12:00"),
    row("INC1", "Closed", "8/3/2016 12:00"),
    # Two in one minute, first known as active, a state nobody knows; closed too late.
    row("INC2", "Active", "1/3/2016 08:00"),
    row("INC2", "-100", "1/3/2016 08:00"),
    row("INC2", "Resolved", "2/3/2016 09:00"),
    row("INC2", "Active", "3/3/2016 09:00"),
    row("INC2", "Resolved", "15/3/2016 09:00"),
    row("INC2", "Closed", "21/3/2016 09:00", made=False),
    row("INC2", "Closed", "21/3/2016 09:05", made=False),
    # Opened as low, closed as critical: broken for the desk alone.
    row("INC3", "New", "1/3/2016 09:00", priority="4 - Low"),
    row("INC3", "Closed", "2/3/2016 09:00", made=False, priority="1 - Critical"),
)


Run = Callable[..., list[Any]]


@pytest.fixture
def run(loaded_python: list[str], tmp_path: Path) -> Run:
    """Runs a script of bench/ in an empty folder; gives the lines it printed."""

    def run(script: str, *words: str) -> list[Any]:
        command = [*loaded_python, str(BENCH / script), *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def desk(database: Database) -> Engine:
    engine = Engine(database, now=lambda: NOW)
    engine.activate((BENCH / "incident_log" / "workflow.yaml").read_bytes())
    return engine


@pytest.fixture
def report(desk: Engine, run: Run, tmp_path: Path) -> ImportReport:
    (tmp_path / "log.csv").write_text("\n".join((HEADER, *ROWS)))
    (told,) = run("incident_log.py", "log.csv", "-o", "events.csv")
    assert (told["rows"], told["incidents"], told["moved"]) == (len(ROWS), 3, 1)
    found = import_file(desk, tmp_path / "events.csv", BENCH / "incident_log" / "map.yaml")
    desk.tick(utc("2017-03-01T00:00:00"))
    return found


def course(desk: Engine, number: str) -> list[tuple[str, str]]:
    """(what happened, when) of an incident, as its people told it."""
    lead = desk.show(number)["id"]
    told = [each for each in entries(desk) if each["lead"] == lead and each["class"] == "input"]
    return [
        (e["trigger"] or e["kind"], e["at"])
        for e in told
        if e["kind"] in ("created", "transition", "activity")
    ]


def test_every_event_goes_in(report: ImportReport) -> None:
    assert (report.leads_added, report.events, report.refused) == (3, len(ROWS), 0)


def test_the_order_of_the_file_is_kept_where_time_goes_back(desk: Engine, report: ImportReport) -> None:
    assert course(desk, "INC1") == [
        ("created", "2016-03-01T09:00:00Z"),
        ("note", "2016-03-01T10:10:00Z"),
        ("ask_user", "2016-03-01T10:10:00Z"),
        ("work", "2016-03-03T10:00:00Z"),
        ("resolve", "2016-03-03T12:00:00Z"),
        ("close", "2016-03-08T12:00:00Z"),
    ]
    assert desk.show("INC1")["fields"]["resolver"] == "Resolver 7"


def test_an_incident_begins_with_its_first_event_where_that_lies_before(
    desk: Engine, report: ImportReport
) -> None:
    assert course(desk, "INC2")[:3] == [
        ("created", "2016-03-01T08:00:00Z"),
        ("work", "2016-03-01T08:00:00Z"),
        ("activity", "2016-03-01T08:00:00Z"),
    ]


def test_verdicts_are_compared_by_priority(
    desk: Engine, report: ImportReport, run: Run, tmp_path: Path
) -> None:
    export_log(desk, "jsonl", tmp_path / "incidents.jsonl")
    told = run("made_sla.py", "incidents.jsonl")
    counts = ("incidents", "made_sla", "agree", "only_ours", "only_theirs", "repriced")
    found = {(line["target"], line["priority"]): tuple(line[name] for name in counts) for line in told}
    assert found == {
        ("resolve", "1 - Critical"): (1, 0, 0, 0, 1, 1),
        ("resolve", MODERATE): (2, 1, 1, 0, 1, 0),
        ("close", "1 - Critical"): (1, 0, 0, 0, 1, 1),
        ("close", MODERATE): (2, 1, 2, 0, 0, 0),
    }
