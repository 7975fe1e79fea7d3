"""The command ``slaflow``: its groups and global options, and what every error ends in."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

import click

from .faults import Interrupted, ReaderGone, end_of
from .options import Group
from .session import Session

# In the order of a day's work; each is imported when it is called, so that --version needs none.
COMMANDS = {
    "init": "setup.init",
    "demo": "setup.demo",
    "workflow": "setup.workflow",
    "user": "setup.user",
    "lead": "lead.commands",
    "import": "lead.imports",
    "queue": "lead.queue",
    "tick": "tick.commands",
    "report": "report.commands",
    "review": "report.review",
    "log": "log.commands",
    "key": "log.key",
    "outbox": "setup.outbox",
    "doctor": "setup.doctor",
    "db": "setup.database",
}


class Program(Group):
    """The whole program: commands by name, errors in one voice."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{COMMANDS[name]}", __package__).command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderGone from None
        except KeyboardInterrupt:
            raise Interrupted from None
        return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command line and exits with its code; see :func:`.faults.end_of`."""
        session = extra.setdefault("obj", Session())
        try:
            code = super().main(args, prog_name or "slaflow", complete_var, standalone_mode=False, **extra)
        except Exception as error:
            code = end_of(error, session)
        finally:
            session.close()
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    "slaflow",
    cls=Program,
    is_root=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(version("slaflow"), message="slaflow %(version)s")
def cli() -> None:
    """Enforces the agreement between marketing and sales.

    Lead states, guards, SLA clocks in business time, and a log nobody can rewrite.
    'slaflow init' makes everything there is to begin with.
    """


def main() -> None:
    """Entry point of the ``slaflow`` script."""
    # What the engine notes while it works is told by the commands in their own words.
    logging.getLogger("slaflow").addHandler(logging.NullHandler())
    cli()
