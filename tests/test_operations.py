"""What docs/operations tells operators to paste: units, containers and rules that fit the program."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
import pytest
import yaml
from support.source import ROOT

from slaflow.cli.main import cli
from slaflow.engine.context import wall_clock
from slaflow.engine.tick.metrics import Metrics
from slaflow.store.sending.queues import Queue

FOLDER = ROOT / "docs" / "operations"
SERVICE = FOLDER / "run-as-a-service.md"
MONITOR = FOLDER / "monitor.md"


def blocks(name: str, language: str) -> list[str]:
    """The blocks of a page in that language."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def units() -> Iterator[configparser.ConfigParser]:
    for block in blocks(SERVICE.name, "ini"):
        if block.startswith("["):
            unit = configparser.ConfigParser(interpolation=None)
            unit.optionxform = str  # type: ignore[assignment, method-assign]
            unit.read_string(block)
            yield unit


def parsed(words: list[str]) -> str:
    """The command's name, once every word of it is one that the program takes. Nothing is carried out."""
    command: click.Command = cli
    context = click.Context(cli, info_name="slaflow")
    while isinstance(command, click.Group):
        context = command.make_context(context.info_name, words, parent=context.parent)
        name, found, words = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        assert name is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
    command.make_context(context.info_name, words, parent=context.parent)
    return context.command_path


def test_units_start_commands_that_there_are() -> None:
    started = [unit["Service"]["ExecStart"] for unit in units() if unit.has_option("Service", "ExecStart")]
    what = [unit["Service"]["Environment"] for unit in units() if unit.has_option("Service", "Environment")]
    ran = [shlex.split(each)[0].partition("=")[2] for each in what]
    typed = [line.replace("%i", "1").replace("$WHAT", each) for line in started for each in ran]
    paths = {parsed(shlex.split(line)[1:]) for line in typed}
    assert paths == {"slaflow tick", "slaflow log verify", "slaflow doctor"}


def test_what_a_sender_is_started_with_there_is() -> None:
    page = SERVICE.read_text(encoding="utf-8")
    started = re.findall(r"ExecStart=/\S*/slaflow ((?:tick --watch --send|outbox send)[^`\n]*)", page)
    paths = {parsed(shlex.split(line.replace("%i", "1"))) for line in started}
    assert paths == {"slaflow tick", "slaflow outbox send"}


def test_a_unit_of_a_worker_gives_it_time_for_the_batch_in_hand() -> None:
    (worker,) = (unit for unit in units() if "--watch" in unit.get("Service", "ExecStart", fallback=""))
    assert worker["Service"]["KillSignal"] == "SIGTERM"
    assert worker["Service"]["Restart"] == "on-failure"


@pytest.fixture(scope="module")
def containers() -> dict[str, Any]:
    (text,) = blocks(SERVICE.name, "yaml")
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def test_containers_run_commands_that_there_are(containers: dict[str, Any]) -> None:
    assert parsed([*containers["upgrade"]["command"]]) == "slaflow db upgrade"
    assert parsed([*containers["tick"]["command"]]) == "slaflow tick"
    assert containers["tick"]["environment"] == containers["upgrade"]["environment"]


def test_workers_wait_for_the_tables(containers: dict[str, Any]) -> None:
    assert containers["tick"]["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}
    assert set(containers["upgrade"]["depends_on"]) == {"postgres"}


def test_rules_ask_for_figures_that_workers_tell() -> None:
    metrics = Metrics(wall_clock, timedelta(seconds=30))
    metrics.batch(0.1)
    metrics.waits({"mail": Queue()}, {})
    told = set(re.findall(r"^(slaflow_\w+)", metrics.text().decode(), re.MULTILINE))
    told |= {"slaflow_outbox_messages"}
    _, rules = (yaml.safe_load(text) for text in blocks(MONITOR.name, "yaml"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    asked = {name for rule in alerts for name in re.findall(r"slaflow_\w+", rule["expr"])}
    assert asked - told == set()
    page = MONITOR.read_text(encoding="utf-8")
    assert [rule["alert"] for rule in alerts if f"| `{rule['alert']}` |" not in page] == []
