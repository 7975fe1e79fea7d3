"""The command ``slaflow``: its groups and global options, and what every error ends in."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from .completion import Items
from .faults import Interrupted, ReaderGone, end_of
from .options import Group
from .outline import BY_NAME, OUTLINE
from .session import Session

COLLECTED_AT_ONCE = 50_000
"""Objects made and not let go of before the cycle collector looks at them."""


class Program(Group):
    """The whole program: commands by name, errors in one voice."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(BY_NAME)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return BY_NAME[name].command() if name in BY_NAME else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        OUTLINE.format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> Items:
        commands = [
            CompletionItem(name, help=line.get_short_help_str())
            for name, line in BY_NAME.items()
            if name.startswith(incomplete)
        ]
        # Past click's group, which would import each of them to ask for its line.
        return commands + super(click.Group, self).shell_complete(ctx, incomplete)

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
@click.version_option(package_name="slaflow", message="slaflow %(version)s")
def cli() -> None:
    """Enforces the agreement between marketing and sales.

    Lead states, guards, SLA clocks in business time, and a log nobody can rewrite.
    'slaflow init' makes everything there is to begin with.
    """


def main() -> None:
    """Entry point of the ``slaflow`` script."""
    # What the engine notes while it works is told by the commands in their own words.
    logging.getLogger("slaflow").addHandler(logging.NullHandler())
    # Most commands end before there is anything to collect; looking for it while modules are loaded
    # would take a tenth of their time.
    gc.set_threshold(COLLECTED_AT_ONCE, 20, 20)
    try:
        cli()
    finally:
        # What is left goes with the process. Python would look through all of it for cycles first, several
        # times, for a sixth of the time that a command takes.
        gc.freeze()
