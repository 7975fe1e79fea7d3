"""How the teams of the agreements in force stand: for which leads wait, and who of them can take none now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.engine.owners.draws import figures_now
from slaflow.language import _, ngettext
from slaflow.lifecycle.dealing.choice import CLOSED
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.dealing import loads
from slaflow.store.dealing.loads import Waiting
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.parties import Team
from slaflow.workflow.model.workflow import Workflow

LONG = timedelta(hours=8)
"""Of the team's open time; without a calendar of any. A lead that waits longer was not seen to for a day."""
Findings = Iterator[tuple[bool, str]]


def findings(
    app: Context, conn: Connection, workflows: Iterable[Workflow], spelt: Callable[[datetime], str]
) -> Findings:
    """What there is to say of teams, a line each; nothing of one without a limit for which nothing waits.

    Only what waits too long, and a team of which nobody is there to be dealt to, is not as it should be: full
    and closed is what the agreement means by its limits.
    """
    now, people = app.present(), people_store.directory(conn)
    teams = {name: (each, team) for each in workflows for name, team in each.teams.items()}
    for each in loads.waiting(conn):
        yield _waits(each, teams.get(each.team), now, spelt)
    for workflow, team in teams.values():
        if is_limited(people, team, now):
            yield from _full(app, conn, workflow, people, team, now)


def is_limited(people: Directory, team: Team, at: datetime) -> bool:
    """Whether the agreement, or what is recorded of a member, bounds what *team* is dealt."""
    members = (people.person(email, at) for email in people.members(team.name, at))
    own = (each.capacity is not None or each.per_day is not None for each in members if each is not None)
    return team.is_bounded or any(own)


def _waits(
    each: Waiting, known: tuple[Workflow, Team] | None, now: datetime, spelt: Callable[[datetime], str]
) -> tuple[bool, str]:
    since = each.since.replace(microsecond=0)
    words = ngettext(
        "{n} lead waits for {team}, since {since}", "{n} leads wait for {team}, the first since {since}",
        each.leads,
    )  # fmt: skip
    said = words.format(n=each.leads, team=each.team, since=spelt(since))
    waited = now - each.since
    if known is not None and known[1].calendar is not None:
        waited = known[0].calendars[known[1].calendar].open_time(each.since, max(now, each.since))
    if waited <= LONG:
        return True, said
    words = _("{said}; raise a limit, add somebody to it, or give them to others with 'slaflow lead assign'")
    return False, words.format(said=said)


def _full(
    app: Context, conn: Connection, workflow: Workflow, people: Directory, team: Team, now: datetime
) -> Findings:
    figures = [each for each in figures_now(app, conn, workflow, people, team.name, now) if each.weight]
    if not figures:
        words = _("nobody of {team} is there who gets leads; see 'slaflow user list'")
        yield False, words.format(team=team.name)
    elif all(each.why == CLOSED for each in figures):
        yield True, _("{team} is closed now; what comes for it waits").format(team=team.name)
    elif all(each.why is not None for each in figures):
        words = ngettext(
            "{team} is full; what comes for it waits: {n} member can take none now",
            "{team} is full; what comes for it waits: {n} members can take none now", len(figures),
        )  # fmt: skip
        yield True, words.format(team=team.name, n=len(figures))
