"""``slaflow outbox``: the messages that the agreement has people told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ..options import Group, limit_option
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import instant, lead_number
from .sending import send

STATUSES = ("waiting", "stale", "sent", "failed")
STYLES = {"waiting": "yellow", "failed": "bold red", "sent": "green"}


@click.group("outbox", cls=Group)
def command() -> None:
    """Messages to people: waiting, sent, failed, or stale, too old to be sent when they were made."""


command.add_command(send)


@command.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@limit_option()
@click.option("--after", type=int, metavar="ID", help="Only messages after this id: the next page.")
@pass_session
def list_(session: Session, /, **filters: Any) -> None:
    """Messages, oldest first."""
    from slaflow.engine.setup import outbox

    messages = outbox.listed(session.engine, **filters)
    session.out.show(messages, lambda page: _page(page, messages, session), rows=messages)


def _page(page: Page, messages: Sequence[dict[str, Any]], session: Session) -> None:
    if not messages:
        page.line("no messages")
        return
    zone = session.zone

    def row(message: dict[str, Any]) -> Sequence[Cell]:
        status = (message["status"], STYLES.get(message["status"], "dim"))
        about = f"{message['target']} {message['step'] or ''}".strip() if message["target"] else None
        return (
            str(message["id"]), status, message["recipient"], message["kind"],
            lead_number(message["lead"]), about, instant(message["at"], zone), message["last_error"],
        )  # fmt: skip

    header = (
        "id",
        "status",
        "to",
        Column("about", 4),
        Column("lead", 3),
        Column("target", 1),
        Column("at", 2),
        "error",
    )
    page.table(header, [row(message) for message in messages])
