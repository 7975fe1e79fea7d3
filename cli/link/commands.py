"""``slaflow link``: CRMs whose records and our leads keep each other true."""

from __future__ import annotations

import click

from ..options import Group
from .mirrored import all_, retry, status
from .pull import pull
from .running import run


@click.group("link", cls=Group)
def command() -> None:
    """CRMs that leads are linked to, as [receivers.NAME] and [hooks.NAME] of slaflow.toml say."""


for each in (status, run, pull, retry, all_):
    command.add_command(each)
