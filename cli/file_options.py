"""Options and arguments that name files: which of them a command reads, and which it writes.

What is declared as read is never written over by the same command, and where it writes is looked at before it
begins; what may not be written over at all is for the engine to say.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .session import Session


class InputFile(click.Path):
    """A file or folder that the command reads."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(path_type=Path, **rest)


class InputText(click.types.StringParamType):
    """Text that may also name a file to be read."""


class OutputFile(click.Path):
    """A file that the command writes; *is_checkpoint*: a signed head, which may replace an earlier one.

    A command that works *without_database* asks none what it knows of the file that stands there.
    """

    def __init__(self, *, is_checkpoint: bool = False, without_database: bool = False, **rest: Any) -> None:
        super().__init__(path_type=Path, **rest)
        self.is_checkpoint = is_checkpoint
        self.without_database = without_database


def check_outputs(ctx: click.Context) -> None:
    """Refuses an output that would take the place of something of one's own.

    Raises:
        FileProtected: nothing was done yet.
    """
    given = [(each.type, ctx.params.get(each.name or "")) for each in ctx.command.params]
    outputs = [(type, file) for type, file in given if isinstance(type, OutputFile) and file is not None]
    if not outputs:
        return
    from slaflow.engine.files.kinds import CHECKPOINT
    from slaflow.engine.files.own import Protected

    read = [value for type, value in given if isinstance(type, InputFile | InputText) and value is not None]
    inputs = [Path(each) for value in read for each in (value if isinstance(value, tuple) else (value,))]
    for type, file in outputs:
        if str(file) != "-":
            replaces = CHECKPOINT if type.is_checkpoint else ""
            app = None if type.without_database else ctx.ensure_object(Session).engine
            Protected(app, tuple(inputs), replaces).check(file)
