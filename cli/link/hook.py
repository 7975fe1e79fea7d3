"""``slaflow hook``: what other systems send, what became of it, and what it would come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..file_options import InputFile
from ..options import Group, limit_option
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, instant, lead_number

STATUSES = ("waiting", "applied", "unchanged", "echo", "failed")
STYLES = {"waiting": "yellow", "failed": "bold red", "applied": "green"}
KINDS = ("hubspot", "salesforce", "marketo", "mautic", "segment", "generic")
FILE = InputFile(dir_okay=False)


@click.group("hook", cls=Group)
def command() -> None:
    """What other systems send to /hooks/NAME, as [hooks.NAME] of slaflow.toml says."""


@command.command("test")
@click.argument("map", type=FILE)
@click.argument("sample", type=FILE)
@click.option("--kind", type=click.Choice(KINDS), help="Who sends it; left out, the hook with this map says.")
@click.option("--workflow", metavar="NAME", help="The agreement it is for, where several are in force.")
@pass_session
def test(session: Session, /, map: Path, sample: Path, kind: str | None, workflow: str | None) -> None:
    """Says what would be done with a delivery by a map, and why not; nothing is changed.

    SAMPLE holds the body of a delivery, as it is sent. Who sends it and their signature are not looked at.
    """
    from slaflow.link.sample import tried_out
    from slaflow.settings.reach_file import read_reach

    rows = tried_out(session.engine, read_reach(), map, sample, kind=kind, workflow=workflow)
    session.out.show(rows, lambda page: _tried(page, rows, session), rows=rows)
    if any(row["status"] == "failed" for row in rows):
        raise click.exceptions.Exit(1)


@command.command("list")
@click.option("--hook", metavar="NAME", help="Only what this hook was sent.")
@click.option("--status", type=click.Choice(STATUSES), help="Only what came to this.")
@limit_option()
@pass_session
def list_(session: Session, /, **filters: Any) -> None:
    """What came, latest first: of which record, what became of it and why. No value of it is told."""
    from slaflow.link.waiting import listed
    from slaflow.settings.reach_file import read_reach

    rows = listed(session.engine, read_reach().hooks, **filters)
    session.out.show(rows, lambda page: _listed(page, rows, session), rows=rows)


@command.command("retry")
@click.argument("id", type=click.IntRange(min=1), required=False)
@click.option("--hook", metavar="NAME", help="All that failed of this hook.")
@pass_session
def retry(session: Session, /, id: int | None, hook: str | None) -> None:
    """Has what failed be applied again, after its map was mended say: one, those of a hook, or all."""
    from slaflow.link import waiting
    from slaflow.settings.reach_file import read_reach

    if id is not None and hook is not None:
        raise click.UsageError("give an ID or --hook, not both")
    answer = {"retried": waiting.retry(session.engine, read_reach().hooks, hook=hook, id=id)}
    words = f"{counted(answer['retried'], 'thing')} to be applied again"
    session.out.show(answer, lambda page: None if session.quiet else page.line(words))


@command.command("drop")
@click.argument("id", type=click.IntRange(min=1), required=False)
@click.option("--hook", metavar="NAME", help="All that failed of this hook.")
@pass_session
def drop(session: Session, /, id: int | None, hook: str | None) -> None:
    """Leaves what failed as it is, for good, as when it was sent to try things out: one, or those of a hook.

    It is said to be unchanged from then on, with why it had failed.
    """
    from slaflow.link import waiting
    from slaflow.settings.reach_file import read_reach

    if (id is None) == (hook is None):
        raise click.UsageError("give an ID or --hook, one of them")
    answer = {"dropped": waiting.drop(session.engine, read_reach().hooks, hook=hook, id=id)}
    words = f"{counted(answer['dropped'], 'thing')} left as failed, and done with"
    session.out.show(answer, lambda page: None if session.quiet else page.line(words))


def _listed(page: Page, rows: Sequence[dict[str, Any]], session: Session) -> None:
    if not rows:
        page.line("nothing came")
        return

    def row(each: dict[str, Any]) -> Sequence[Cell]:
        status = (each["status"], STYLES.get(each["status"], "dim"))
        at = instant(each["at"], session.zone)
        return (
            str(each["id"]), each["hook"], each["record"], at, status, lead_number(each["lead"]),
            each["reason"],
        )  # fmt: skip

    header = ("id", "hook", Column("record", 2), Column("at", 3), "status", Column("lead", 4), "why")
    page.table(header, [row(each) for each in rows])


def _tried(page: Page, rows: Sequence[dict[str, Any]], session: Session) -> None:
    if not rows:
        page.line("that says nothing of anybody")
    for row in rows:
        style = STYLES.get(row["status"], "dim")
        page.line(f"{row['item']}  ", (row["status"], style), f"  {_whose(row)}, {_when(row, session)}")
        for name, value in row["fields"].items():
            page.line(f"{name} is emptied" if value is None else f"{name}: {value}", indent=4)
        for each in row["events"]:
            at = instant(each["at"], session.zone)
            page.line(f"{each['kind']} {each['name']} by {each['actor']}, {at}", indent=4)
        if row["reason"]:
            page.line(row["reason"], indent=4)


def _whose(row: dict[str, Any]) -> str:
    if row["lead"] is not None:
        return f"lead {row['lead']}"
    if row["is_new"]:
        return f"a new lead, {row['key']}"
    return "no lead" if row["record"] is None else f"no lead known by the record {row['record']}"


def _when(row: dict[str, Any], session: Session) -> str:
    return str(instant(row["at"], session.zone))
