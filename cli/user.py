"""``slaflow user``: the people of both parties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from slaflow.lifecycle.draft import instant_text

from .completion import name_option, names
from .options import MOMENT, Group, at_option
from .output import Page
from .session import Session, pass_session
from .table import Column
from .words import instant

if TYPE_CHECKING:
    from slaflow.lifecycle.people import Person

ROLES = ("member", "manager", "auditor", "admin")


@click.group("user", cls=Group, short_help="People: add, list, away, remove.")
def command() -> None:
    """The people of both parties. EMAIL is a person's e-mail address."""


@command.command("add")
@click.argument("email", shell_complete=names("person"))
@name_option("party", "--party", words="The side they are on.", required=True)
@click.option("--name", metavar="TEXT", help="What they are called.")
@name_option("team", "--team", words="The team they take leads in.")
@name_option("person", "--manager", words="Who hears when they are late.", metavar="EMAIL")
@click.option("--role", type=click.Choice(ROLES), default="member", show_default=True)
@at_option
@pass_session
def add(session: Session, /, email: str, party: str, at: datetime | None, **rest: Any) -> None:
    """Records a person, or changes one from now on."""
    person = session.engine.add_person(email, party, **rest, at=at)
    team = f", team {person.team}" if person.team else ""
    _done(session, person_json(person), f"{person.email}: {person.party}{team}, {person.role}")


@command.command("list")
@at_option
@pass_session
def list_(session: Session, at: datetime | None) -> None:
    """Everybody there is, in the order in which they were recorded."""
    people = [person_json(person) for person in session.engine.people(at)]
    session.out.show(people, lambda page: _page(page, people), rows=people)


@command.command("away")
@click.argument("email", shell_complete=names("person"))
@click.option("--from", "start", type=MOMENT, required=True, metavar="WHEN", help="A date or an instant.")
@click.option("--until", "end", type=MOMENT, required=True, metavar="WHEN",
              help="When they are back: a date or an instant.")  # fmt: skip
@at_option
@pass_session
def away(
    session: Session, email: str, start: datetime | date, end: datetime | date, at: datetime | None
) -> None:
    """Records that somebody is away; leads go to others meanwhile. A date is that day's start."""
    begins, ends = session.moment(start), session.moment(end)
    assert begins is not None
    assert ends is not None
    session.engine.send_away(email, begins, ends, at=at)
    told = {"email": email, "from": instant_text(begins), "until": instant_text(ends)}
    zone = session.zone
    span = f"{instant(told['from'], zone)} until {instant(told['until'], zone)} ({zone})"
    _done(session, told, f"{email} is away from {span}")


@command.command("remove")
@click.argument("email", shell_complete=names("person"))
@at_option
@pass_session
def remove(session: Session, email: str, at: datetime | None) -> None:
    """Ends a person's membership; their leads stay with them until somebody assigns them."""
    session.engine.remove_person(email, at=at)
    _done(session, {"email": email, "removed": True}, f"{email} removed; what they did stays in the log")


def person_json(person: Person) -> dict[str, Any]:
    """A person as scripts see them."""
    names = ("email", "name", "party", "team", "manager", "role")
    return {**{name: getattr(person, name) for name in names}, "since": instant_text(person.valid_from)}


def _done(session: Session, told: dict[str, Any], sentence: str) -> None:
    session.out.show(told, lambda page: None if session.quiet else page.line(sentence))


def _page(page: Page, people: Sequence[dict[str, Any]]) -> None:
    names = ("email", "name", "party", "team", "manager", "role")
    ranks = {"name": 3, "manager": 2, "role": 1}
    page.table(
        [Column(name, ranks.get(name, 0)) for name in names],
        [[person[name] for name in names] for person in people],
    )
    if not people:
        page.line("nobody yet; 'slaflow user add EMAIL --party NAME' records somebody")
