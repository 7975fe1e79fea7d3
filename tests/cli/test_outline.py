"""The lines that help and completion tell without importing the commands they are about."""

from __future__ import annotations

import click
import pytest
from support.commands import Slaflow

from slaflow.cli.main import cli
from slaflow.cli.outline import LINES, Line


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_line_says_of_a_command_what_the_command_says_of_itself(line: Line) -> None:
    command = line.command()
    assert line.name == command.name
    for width in (20, 45, 66, 120):
        assert line.get_short_help_str(width) == command.get_short_help_str(width)
    assert (line.hidden, line.deprecated) == (command.hidden, command.deprecated)


def test_the_help_tells_every_command_in_the_order_of_a_days_work(slaflow: Slaflow) -> None:
    told = slaflow("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in told] == cli.list_commands(click.Context(cli))


def test_a_shell_completes_commands_and_their_lines(slaflow: Slaflow) -> None:
    asked = {"_SLAFLOW_COMPLETE": "fish_complete", "COMP_WORDS": "slaflow re", "COMP_CWORD": "re"}
    assert slaflow(env=asked).out == (
        "plain,report\tBoth parties' record: promises, handoffs, returns, and more.\n"
        "plain,review\tA period's record of both parties: show, sign.\n"
        "plain,receiver\tSystems that are told or written to: apply, list, ...\n"
    )
