"""Leads of a story that wait for a team: when somebody may be able to take one, and how they are dealt then.

As by ticks without a break: each deals what waits after its steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from slaflow.lifecycle.dealing.choice import zone_of
from slaflow.lifecycle.people import Directory
from slaflow.trial.play import Play
from slaflow.workflow.model.parties import Team
from slaflow.workflow.model.workflow import Workflow


def deal(plays: Iterable[Play], at: datetime) -> None:
    """Deals what waits, team by team and longest waiting first, until nobody of the team can take one."""
    of_teams: dict[str, list[Play]] = {}
    for play in plays:
        if play.lead.waits_for is not None:
            of_teams.setdefault(play.lead.waits_for, []).append(play)
    for team in sorted(of_teams):
        for play in sorted(of_teams[team], key=lambda each: (each.lead.waits_since or at, each.number)):
            if not play.deal(at):
                break


def next_chance(
    workflow: Workflow, people: Directory, plays: Iterable[Play], at: datetime
) -> datetime | None:
    """The first instant after *at* at which time alone may enable somebody to take what waits."""
    teams = {play.lead.waits_for for play in plays if play.lead.waits_for is not None}
    chances = (each for name in teams for each in _chances(workflow, people, workflow.teams[name], at))
    return min((each for each in chances if each > at), default=None)


def _chances(workflow: Workflow, people: Directory, team: Team, at: datetime) -> Iterator[datetime]:
    """Somebody is back, the day changes, the calendar opens."""
    members = people.members(team.name, at)
    yield from (each.over_at for each in people.absences if people.spelt(each.email) in members)
    terms = (person for each in members if (person := people.person(each, at)) is not None)
    if team.per_day is not None or any(person.per_day is not None for person in terms):
        zone = zone_of(workflow, team)
        tomorrow = at.astimezone(zone).date() + timedelta(days=1)
        yield datetime.combine(tomorrow, time.min, zone).astimezone(UTC)
    if team.only_open and team.calendar is not None:
        calendar = workflow.calendars[team.calendar]
        opens = None if calendar.is_open(at) else calendar.next_open(at)
        if opens is not None:
            yield opens
