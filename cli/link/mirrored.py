"""``slaflow link status``, ``retry`` and ``all``: how CRMs stand, what is tried again or written anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ..options import Command
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, instant


@click.command("status", cls=Command)
@click.argument("name", required=False)
@pass_session
def status(session: Session, name: str | None) -> None:
    """How each CRM does, or NAME: what waits to be written there, and which leads are in trouble, and why."""
    from slaflow.link.mirroring.status import status

    rows = status(session.engine, name)
    session.out.show(rows, lambda page: _page(page, rows, session), rows=rows)


@click.command("retry", cls=Command)
@click.argument("name")
@click.option("--lead", metavar="LEAD", help="Only this one, in trouble or not.")
@pass_session
def retry(session: Session, name: str, lead: str | None) -> None:
    """Has the leads that are in trouble at NAME be looked up and written again.

    So with those that stopped because a field was written too often within an hour.
    """
    from slaflow.link.mirroring.status import retry

    answer = retry(session.engine, name, lead)
    _marked(session, answer)


@click.command("all", cls=Command)
@click.argument("name")
@click.option("--anew", is_flag=True, help="Also what is thought to stand there already is written.")
@pass_session
def all_(session: Session, name: str, anew: bool) -> None:
    """Has every lead be compared with what NAME is to show; what differs is written.

    Run it after its map has changed; with --anew after somebody there changed what only slaflow writes, and
    slaflow did not hear of it.
    """
    from slaflow.link.mirroring.maps import both_ways
    from slaflow.link.mirroring.status import mark_all
    from slaflow.settings.reach_file import read_reach

    shared = both_ways(session.engine, read_reach(), name) if anew else None
    _marked(session, mark_all(session.engine, name, shared))


def _marked(session: Session, answer: dict[str, Any]) -> None:
    words = f"{counted(answer['leads'], 'lead')} to be written to {answer['receiver']}"
    session.out.show(answer, lambda page: None if session.quiet else page.line(words))


def _page(page: Page, rows: Sequence[dict[str, Any]], session: Session) -> None:
    if not rows:
        page.line("no CRMs; describe one under [receivers.NAME] and run 'slaflow receiver apply'")
    for each in rows:
        shut = "closed" if each["closed_until"] else "on"
        state = shut if each["is_on"] else "off"
        style = {"on": "green", "closed": "yellow", "off": "bold red"}[state]
        last = each["last_sent_at"]
        written = f"last written {instant(last, session.zone)}" if last else "nothing written yet"
        page.line(
            (each["name"], "bold"), f" ({each['kind']}) ", (state, style),
            f": {counted(each['leads'], 'lead')}, {each['waiting']} waiting; {written}",
        )  # fmt: skip
        if each["because"]:
            page.line(each["because"], indent=2)
        if each["trouble"]:
            page.table(
                ("lead", "", Column("next try", 1), "why"), [_row(one, session) for one in each["trouble"]]
            )


def _row(one: dict[str, Any], session: Session) -> Sequence[Cell]:
    style = {"ok": "yellow", "gone": "red", "stopped": "bold red"}[one["status"]]
    again = instant(one["next_try_at"], session.zone) if one["next_try_at"] else None
    word = "not as it should be" if one["status"] == "ok" else one["status"]
    return (f"#{one['lead']}", (word, style), again, one["reason"])
