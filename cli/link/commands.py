"""``slaflow link``: CRMs whose records and our leads keep each other true."""

from __future__ import annotations

import click

from ..options import Group
from .pull import pull


@click.group("link", cls=Group)
def command() -> None:
    """CRMs that leads are linked to, as [receivers.NAME] and [hooks.NAME] of slaflow.toml say."""


command.add_command(pull)
