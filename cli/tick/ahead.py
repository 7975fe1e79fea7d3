"""A clock set ahead of the present: what is written by it stays for ever, so that it must be meant."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from slaflow.errors import REFUSED

from ..output import tell

UNASKED = timedelta(hours=1)
"""Clocks of machines differ by less."""

ahead_option = click.option(
    "--ahead", is_flag=True, help="--at may lie more than an hour ahead of the clock."
)


def check_ahead(ctx: click.Context) -> None:
    """Asks before a command with ``--ahead`` writes by an ``--at`` that lies far ahead; takes the flag away.

    Raises a usage error where nobody can be asked. What is only tried, with ``--dry-run``, needs no asking.
    """
    meant = ctx.params.pop("ahead", True)
    at = ctx.params.get("at")
    if meant or at is None or ctx.params.get("dry_run"):
        return
    from slaflow.engine.context import wall_clock

    if at - wall_clock() > UNASKED:
        _ask(ctx, at, at - wall_clock())


def _ask(ctx: click.Context, at: datetime, by: timedelta) -> None:
    far = f"{by.days:,} days" if by.days > 1 else f"{by.total_seconds() / 3600:.0f} hours"
    shown = at.isoformat().replace("+00:00", "Z")
    words = f"--at {shown} lies {far} ahead of the clock, and what is written up to then stays"
    if not sys.stdin.isatty():
        raise click.UsageError(f"{words}; give --ahead if it is meant", ctx)
    if not click.confirm(f"{words}; go on?", err=True):
        tell("slaflow: nothing was done")
        raise click.exceptions.Exit(REFUSED)
