"""``slaflow outbox``: the messages that the agreement has people told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from ..options import Group, limit_option
from ..output import Cell, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import instant, lead_number, listed
from .previewing import preview
from .resending import over_options, release, retry, way
from .sending import send

STATUSES = ("waiting", "stale", "sent", "failed")
STYLES = {"waiting": "yellow", "failed": "bold red", "sent": "green"}


@click.group("outbox", cls=Group)
def command() -> None:
    """Messages to people: waiting, sent, failed, or stale, too old to be sent when they were made."""


for each in (preview, send, retry, release):
    command.add_command(each)


@command.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these; with the next two, as it is there.")
@over_options("what goes")
@limit_option()
@click.option("--after", type=int, metavar="ID", help="Only messages after this id: the next page.")
@pass_session
def list_(session: Session, /, channel: str | None, receiver: str | None, **filters: Any) -> None:
    """Messages, oldest first, and over which channels each goes or went."""
    from slaflow.engine.outbox import listing
    from slaflow.settings.reach_file import read_reach

    name = way(channel, receiver)
    if name is None:
        messages = listing.listed(session.engine, **filters)
    else:
        messages = listing.listed_over(session.engine, read_reach(), name, **filters)
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
            str(message["id"]), status, message["recipient"], _over(message), message["kind"],
            lead_number(message["lead"]), about, instant(message["at"], zone), _error(message),
        )  # fmt: skip

    header = (
        "id",
        "status",
        "to",
        "over",
        Column("about", 4),
        Column("lead", 3),
        Column("target", 1),
        Column("at", 2),
        "error",
    )
    page.table(header, [row(message) for message in messages])


def _over(message: Mapping[str, Any]) -> str:
    """Its channels, with what is not said already: how each does where there are several."""
    return listed((_way(message, each) for each in message["deliveries"]), nothing="")


def _way(message: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    name = "" if told["channel"] == message["recipient"] else told["channel"]
    status = "held" if told["held_at"] and told["status"] == "waiting" else told["status"]
    tries = f"after {told['tries']} tries" if told["tries"] > 1 else ""
    is_news = status != message["status"] or len(message["deliveries"]) > 1
    digest = "in a digest" if told["digest"] else ""
    return " ".join(part for part in (name, status if is_news else "", tries, digest) if part)


def _error(message: Mapping[str, Any]) -> Cell:
    errors = [(each["channel"], each["last_error"]) for each in message["deliveries"] if each["last_error"]]
    if len(message["deliveries"]) > 1 and errors:
        return "; ".join(f"{channel}: {error}" for channel, error in errors)
    return str(errors[0][1]) if errors else message["last_error"]
