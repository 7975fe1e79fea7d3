"""``slaflow receiver``: systems that are told of the log, and CRMs that are written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ..options import Group
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, instant, listed


@click.group("receiver", cls=Group)
def command() -> None:
    """Systems that are told of entries of the log by webhook, and CRMs whose fields are written.

    They are those that [receivers.NAME] of slaflow.toml describe.
    """


@command.command("apply")
@pass_session
def apply(session: Session) -> None:
    """Has the receivers of slaflow.toml, and no others, be told of what is logged from now on.

    A CRM that is new among them is written every lead there is. Run it once after slaflow.toml has changed,
    on any machine: all that write the log look it up.
    """
    from slaflow.engine.setup import receivers
    from slaflow.settings.reach_file import read_reach

    answer = receivers.apply(session.engine, read_reach())
    answer["marked"] = _marked(session, answer)
    session.out.show(answer, lambda page: None if session.quiet else _applied(page, answer))


def _marked(session: Session, answer: dict[str, Any]) -> dict[str, int]:
    """How many leads each CRM that is new is to be written, which are noted here."""
    fresh = [name for name in _crms(answer) if name in answer["added"]]
    if not fresh:
        return {}
    from slaflow.link.mirroring.status import mark_all

    return {name: mark_all(session.engine, name)["leads"] for name in fresh}


def _crms(answer: dict[str, Any]) -> list[str]:
    return [each["name"] for each in answer["receivers"] if _is_crm(each)]


def _is_crm(each: dict[str, Any]) -> bool:
    return "mirror" in each["events"]


def _applied(page: Page, answer: dict[str, Any]) -> None:
    crms = _crms(answer)
    told = counted(len(answer["receivers"]) - len(crms), "receiver")
    page.line((told, "bold"), " told from now on")
    if crms:
        page.line((counted(len(crms), "CRM"), "bold"), " written to from now on")
    for word in ("added", "changed", "removed"):
        if answer[word]:
            page.line(f"{word}: {listed(answer[word])}", indent=2)
    for name, number in answer["marked"].items():
        page.line(f"{counted(number, 'lead')} to be written to {name}", indent=2)


@command.command("list")
@pass_session
def list_(session: Session) -> None:
    """Who is told of which entries, how it does, and what waits for it."""
    from slaflow.engine.setup import receivers

    rows = receivers.listed(session.engine)
    session.out.show(rows, lambda page: _page(page, rows, session), rows=rows)


@command.command("on")
@click.argument("name")
@pass_session
def on(session: Session, name: str) -> None:
    """Puts a receiver on again that wanted no more, or was closed or put off; what waited for it goes.

    Of a CRM the leads that were stopped go on, too. NAME may be a channel, too.
    """
    _put(session, name, on=True)


@command.command("off")
@click.argument("name")
@pass_session
def off(session: Session, name: str) -> None:
    """Sends a receiver nothing more until it is put on; what is for it is kept.

    NAME may be a channel, too.
    """
    _put(session, name, on=False)


def _put(session: Session, name: str, *, on: bool) -> None:
    from slaflow.engine.setup import receivers
    from slaflow.settings.reach_file import read_reach

    answer = receivers.put(session.engine, name, on=on, channels=read_reach().channels)
    words = f"{name} is {'on' if on else 'off'}; {answer['waiting']} wait for it"
    session.out.show(answer, lambda page: None if session.quiet else page.line(words))


def _page(page: Page, rows: Sequence[dict[str, Any]], session: Session) -> None:
    if not rows:
        page.line("no receivers; describe one under [receivers.NAME] and run 'slaflow receiver apply'")
        return
    zone = session.zone

    def row(each: dict[str, Any]) -> Sequence[Cell]:
        shut = "closed" if each["closed_until"] else "on"
        state = shut if each["is_on"] else "off"
        style = {"on": "green", "closed": "yellow", "off": "bold red"}[state]
        sent = instant(each["last_sent_at"], zone) if each["last_sent_at"] else None
        return (
            each["name"], each["kind"], (state, style), str(each["waiting"]), sent,
            "fields of leads" if _is_crm(each) else listed(each["events"]), _why(each),
        )  # fmt: skip

    def _why(each: dict[str, Any]) -> str | None:
        if each["because"] or not each.get("troubled"):
            return each["because"]  # type: ignore[no-any-return]
        return f"{counted(each['troubled'], 'lead')} in trouble; see 'slaflow link status {each['name']}'"

    header = (
        "receiver",
        Column("kind", 4),
        "",
        "waiting",
        Column("last sent", 2),
        Column("events", 1),
        "why",
    )
    page.table(header, [row(each) for each in rows])
