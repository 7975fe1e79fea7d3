"""``slaflow user``: the people of both parties."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from slaflow.engine.setup.person_json import person_json
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import instant_text

from ..completion import name_argument, name_option
from ..options import MOMENT, Group, at_option, clock_option
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import counted, instant, listed
from .handover import hand_over
from .notify import notify
from .person_words import CALLED, USUAL, recorded_words, told
from .team_file import import_

if TYPE_CHECKING:
    from slaflow.engine.leads.charge import Charge
    from slaflow.lifecycle.people import Person

ROLES = ("member", "manager", "auditor", "admin")


class PasswordsOff(SlaflowError):
    """Where another site alone says who people are, nobody chooses a password."""

    code = "passwords_off"

    def __init__(self, name: str) -> None:
        super().__init__(f"nobody has a password here ([web.oidc] only); people sign in with {name}")


@click.group("user", cls=Group)
def command() -> None:
    """The people of both parties. EMAIL is a person's e-mail address."""


command.add_command(notify)
command.add_command(hand_over)
command.add_command(import_)


@command.command("add")
@name_argument("person", "email")
@name_option("party", "--party", words="The side they are on; of somebody new it must be given.")
@click.option("--name", metavar="TEXT", help='What they are called; "" for no name.')
@name_option("team", "--team", words='The team they take leads in; "" for none.')
@name_option("person", "--manager", words='Who hears when they are late; "" for nobody.', metavar="EMAIL")
@click.option("--role", type=click.Choice(ROLES), help="What they may do; of somebody new member.")
@name_option(
    "calendar", "--calendar", words="Their own, where 'calendar: owner' counts; \"\" for their team's."
)
@click.option("--weight", metavar="N", help='Their share of what the team gets, 0 (none) to 100; "" for 1.')
@click.option("--capacity", metavar="N", help='Open leads at most; "" for as many as their team says.')
@click.option("--per-day", metavar="N", help='New leads a day at most; "" for as many as their team says.')
@at_option
@pass_session
def add(session: Session, /, email: str, at: datetime | None, **given: str | None) -> None:
    """Records a person, or changes what is given of one who is known, from now on."""
    answer = {name: value for name, value in given.items() if value is not None}
    recorded = session.engine.record_person(email, answer, at=at)
    changes = recorded.changes
    shown = {
        **person_json(recorded.person),
        "changed": {name: {"from": old, "to": new} for name, (old, new) in changes.items()},
    }
    stay = session.engine.charge_of(recorded.person.email, at=at) if "party" in changes else None
    if stay is not None:
        shown |= {"leads": stay.leads, "states": stay.as_json()["states"]}

    def page(page: Page) -> None:
        if not session.quiet:
            page.line(recorded_words(recorded))
            if stay is not None and recorded.before is not None:
                _leads_stay(page, recorded.before, stay)

    session.out.show(shown, page)


@command.command("list")
@clock_option
@pass_session
def list_(session: Session, at: datetime | None) -> None:
    """Everybody there is, in the order in which they were recorded."""
    people = [person_json(person) for person in session.engine.people(at)]
    session.out.show(people, lambda page: _page(page, people), rows=people)


@command.command("away", acts=True)
@name_argument("person", "email")
@click.option("--from", "start", type=MOMENT, required=True, metavar="WHEN", help="A date or an instant.")
@click.option("--until", "end", type=MOMENT, required=True, metavar="WHEN",
              help="When they are back: a date or an instant.")  # fmt: skip
@name_option("person", "--stand-in", words="Who hears meanwhile what they would.", metavar="EMAIL")
@at_option
@pass_session
def away(
    session: Session, email: str, start: datetime | date, end: datetime | date, at: datetime | None,
    stand_in: str | None,
) -> None:  # fmt: skip
    """Records that somebody is away; leads go to others meanwhile. A date is that day's start.

    Without --as it is an operator's to say, whoever SLAFLOW_ACTOR is.
    """
    begins, ends = session.moment(start), session.moment(end)
    assert begins is not None
    assert ends is not None
    person = session.engine.send_away(email, begins, ends, at=at, by=session.actor, stand_in=stand_in)
    charge = session.engine.charge_of(person.email, at=at)
    answer: dict[str, Any] = {
        "email": person.email,
        "from": instant_text(begins),
        "until": instant_text(ends),
    }
    answer["stand_in"] = stand_in
    zone = session.zone
    span = f"{instant(answer['from'], zone)} until {instant(answer['until'], zone)} ({zone})"

    def page(page: Page) -> None:
        if not session.quiet:
            page.line(f"{person.email} is away from {span}")
            if stand_in is not None:
                page.line(f"{stand_in} hears meanwhile what they would")
            if charge.leads:
                page.line(f"{_open_leads(charge)} {_stay(charge)} theirs; new ones go to others meanwhile")
                _how_to_give(page, person.email)

    session.out.show({**answer, **charge.as_json()}, page)


@command.command("back", acts=True)
@name_argument("person", "email")
@at_option
@pass_session
def back(session: Session, email: str, at: datetime | None) -> None:
    """Ends somebody's absence from now on: the one that holds, else the next that was told.

    Without --as it is an operator's to say, whoever SLAFLOW_ACTOR is.
    """
    from slaflow.engine.setup import absences

    done = absences.come_back(session.engine, email, at, session.actor)
    ended, still = done.absence, None if done.away_until is None else instant_text(done.away_until)
    begins, ends = instant_text(ended.starts_at), instant_text(ended.ends_at)
    zone = session.zone
    span = f"{instant(begins, zone)} until {instant(ends, zone)} ({zone})"

    def page(page: Page) -> None:
        if not session.quiet:
            said = "is not away; called off is the absence" if done.is_ahead else "is back; away was to be"
            page.line(f"{ended.email} {said} from {span}")
            if still is not None:
                page.line(f"another absence holds until {instant(still, zone)}; 'user back' again ends it")

    session.out.show({"email": ended.email, "from": begins, "until": ends, "away_until": still}, page)


@command.command("invite", acts=True)
@name_argument("person", "email")
@pass_session
def invite(session: Session, email: str) -> None:
    """Prints a link by which a recorded person chooses a password, once, within 72 hours.

    Who has one gets another by it; earlier links of theirs are good no more. Without --as it is an operator's
    to do, whoever SLAFLOW_ACTOR is.
    """
    from slaflow.engine.access import invitations
    from slaflow.settings.reach_file import read_reach

    reach = read_reach()
    if reach.web.oidc is not None and reach.web.oidc.only:
        raise PasswordsOff(reach.web.oidc.name)
    url = reach.public_url
    made = invitations.invite(session.engine, email, session.actor)
    path = f"/invite/{made.secret}"
    link = path if url is None else f"{url.rstrip('/')}{path}"
    answer = {"email": made.person.email, "link": link, "until": instant_text(made.ends_at)}

    def page(page: Page) -> None:
        if not session.quiet:
            until = f"{instant(answer['until'], session.zone)} ({session.zone})"
            page.line(f"{made.person.email} chooses a password here until {until}, once:")
            if url is None:
                page.line("slaflow.toml has no public_url; put the address of 'slaflow serve' before it")
        page.line(link)

    session.out.show(answer, page)


@command.command("remove")
@name_argument("person", "email")
@at_option
@pass_session
def remove(session: Session, email: str, at: datetime | None) -> None:
    """Ends a person's membership; their leads stay with them until a step or somebody assigns them."""
    person = session.engine.remove_person(email, at=at)
    charge = session.engine.charge_of(person.email, at=at)
    answer = {"email": person.email, "removed": True, "team": person.team, **charge.as_json()}

    def page(page: Page) -> None:
        if not session.quiet:
            page.line(f"{person.email} removed; what they did stays in the log")
            _leads_stay(page, person, charge)
            _left_without(page, person.email, charge)

    session.out.show(answer, page)


def _leads_stay(page: Page, before: Person, charge: Charge) -> None:
    """What becomes of the leads of who left, or left the party; *before* is how they stood until then."""
    if not charge.leads:
        page.line("no open lead is theirs")
        return
    it = "it" if charge.leads == 1 else "them"
    page.line(f"{_open_leads(charge)} {_stay(charge)} theirs until a step or somebody assigns {it}")
    on = f"; 'assign: next' passes {it} on in {before.team}" if before.team else ""
    page.line(f"meanwhile the desk hears{on}")
    _how_to_give(page, before.email)


def _how_to_give(page: Page, email: str) -> None:
    page.line(f"  slaflow lead list --owner {shlex.quote(email)}")
    page.line("  slaflow lead assign LEAD EMAIL --as WHO")
    page.line(f"  slaflow user hand-over {shlex.quote(email)} --to EMAIL|TEAM")


def _left_without(page: Page, email: str, charge: Charge) -> None:
    if charge.manages:
        many = counted(len(charge.manages), "person has", "people have")
        page.line(f"{many} no manager now: {listed(charge.manages)}")
        page.line("  slaflow user add EMAIL --manager EMAIL")


def _open_leads(charge: Charge) -> str:
    """``3 open leads (2 in mql, 1 in accepted)``, ``1 open lead in mql``."""
    states: Counter[str] = Counter()
    for (_, state), number in charge.states.items():
        states[state] += number
    if len(states) == 1:
        return f"{counted(charge.leads, 'open lead')} in {next(iter(states))}"
    where = listed(f"{number} in {state}" for state, number in states.items())
    return f"{counted(charge.leads, 'open lead')} ({where})"


def _stay(charge: Charge) -> str:
    return "stays" if charge.leads == 1 else "stay"


def _page(page: Page, people: Sequence[dict[str, Any]]) -> None:
    names = ["email", "name", "party", "team", "manager", "role"]
    had = {name for person in people for name, _ in told(person)}
    names += [name for name in USUAL if name in had]
    ranks = {"name": 3, "manager": 2, "role": 1}
    page.table(
        [Column(CALLED.get(name, name), ranks.get(name, 0)) for name in names],
        [["" if person[name] is None else str(person[name]) for name in names] for person in people],
    )
    if not people:
        page.line("nobody yet; 'slaflow user add EMAIL --party NAME' records somebody")
