"""``slaflow token``: what other systems show to be let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from ..completion import name_option
from ..options import MOMENT, Group, at_option
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import instant, listed

if TYPE_CHECKING:
    from slaflow.engine.access.tokens import Token

SCOPES = ("read", "ingest", "write", "log", "manage")


@click.group("token", cls=Group)
def command() -> None:
    """Tokens, by which other systems ask the API for a party or for a person."""


@command.command("add")
@click.argument("name")
@name_option("party", "--party", words="Whose it is: a party's own, with what its members may do.")
@name_option("person", "--for", words="Whose it is: a person's, with what they may do.", metavar="EMAIL")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True,
              help="What it is for; may be given several times.")  # fmt: skip
@click.option("--expires", type=MOMENT, metavar="WHEN",
              help="Until when it is good, a date or an instant; else for a year.")  # fmt: skip
@at_option
@pass_session
def add(
    session: Session, /, name: str, scopes: tuple[str, ...], expires: datetime | date | None,
    at: datetime | None, **whose: str | None,
) -> None:  # fmt: skip
    """Makes a token and shows it, this once; what the log calls it is token:NAME.

    read: queue, leads and why they are as they are; ingest: add leads and record what prospects did; write:
    all that members do with leads; log: the log; manage (only --for somebody): what their role may besides.
    """
    from slaflow.engine.access import tokens

    ends = session.moment(expires)
    made, secret = tokens.add(
        session.engine, name, scopes, party=whose["party"], person=whose["for"], expires_at=ends, at=at
    )
    answer = {**tokens.as_json(made), "token": secret}

    def page(page: Page) -> None:
        page.line((secret, "bold"))
        if not session.quiet:
            until = instant(answer["expires_at"], session.zone)
            page.line(f"{_whose(made)}, for {listed(made.scopes)}, good until {until}")
            page.line("it is not shown again: keep it where only the system that shows it reads it")

    session.out.show(answer, page)


@command.command("list")
@pass_session
def list_(session: Session) -> None:
    """Every token there ever was, none of them shown."""
    from slaflow.engine.access import tokens

    rows = [tokens.as_json(each) for each in tokens.listed(session.engine)]
    session.out.show(rows, lambda page: _page(page, rows, session), rows=rows)


@command.command("revoke")
@click.argument("name")
@at_option
@pass_session
def revoke(session: Session, name: str, at: datetime | None) -> None:
    """Ends a token from the next request on."""
    from slaflow.engine.access import tokens

    was_good = tokens.revoke(session.engine, name, at)
    words = f"{name} lets nobody in any more" if was_good else f"{name} let nobody in before"

    def page(page: Page) -> None:
        if not session.quiet:
            page.line(words)

    session.out.show({"name": name, "revoked": was_good}, page)


def _whose(token: Token) -> str:
    return f"a token of {token.now_email or token.person or token.party}"


def _page(page: Page, rows: Sequence[dict[str, Any]], session: Session) -> None:
    zone = session.zone
    page.table(
        [Column("name"), Column("of"), Column("for"), Column("begins", 3), Column("good until"),
         Column("used", 2)],
        [
            [
                row["name"], row["person"] or row["party"], " ".join(row["scopes"]), row["begins"],
                "revoked" if row["revoked_at"] else instant(row["expires_at"], zone),
                instant(row["used_at"], zone) if row["used_at"] else "never",
            ]
            for row in rows
        ],
    )  # fmt: skip
    if not rows:
        page.line("no token yet; 'slaflow token add NAME --party NAME --scope read' makes one")
