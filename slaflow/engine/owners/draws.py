"""Who of a team could have had a lead, by what is on record of its draw, or as it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.loads import StoredLoads
from slaflow.engine.owners.answer import Candidate
from slaflow.lifecycle.dealing import choice
from slaflow.lifecycle.dealing.choice import Figure
from slaflow.lifecycle.dealing.needed import Draw, Need
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.workflow.model.workflow import Workflow


def on_record(data: Mapping[str, Any], people: Directory, at: datetime) -> tuple[Candidate, ...]:
    """Members of the team of a pick, by its figures; by turns alone where it has none."""
    winner, told = data.get("to"), data.get("figures")
    if told:
        figures = [Figure(**each) for each in told]
        method = data.get("method", "round_robin")
        draw = Draw(figures, method, data.get("after"), data.get("round", 1), winner, people.place)
        found = [_of_figure(each, draw) for each in figures]
    else:
        found = _by_turns(list(data.get("candidates", ())), winner)
    return (*found, *_others(data.get("team"), {each.email for each in found}, people, at))


def now(
    app: Context,
    conn: Connection,
    workflow: Workflow,
    people: Directory,
    team: str,
    at: datetime,
    leaves: str | None,
) -> tuple[Candidate, ...]:
    """Members of *team*, as they are to be dealt what *leaves* had at *at*; open leads count as saved."""
    figures = figures_now(app, conn, workflow, people, team, at, leaves)
    draw = Draw(figures, workflow.teams[team].assign, None, 1, None, people.place)
    found = [_of_figure(each, draw) for each in figures]
    return (*found, *_others(team, {each.email for each in found}, people, at))


def figures_now(
    app: Context,
    conn: Connection,
    workflow: Workflow,
    people: Directory,
    team: str,
    at: datetime,
    leaves: str | None = None,
) -> tuple[Figure, ...]:
    """What is known of each member who is there at *at*; open leads count as they are saved."""
    table = choice.table(workflow, people, team, at, leaves)
    reading = StoredLoads(app, conn, people, {}, None, looks=True).reading(table.asked)
    return table.figures(reading) if reading is not None else ()


def _of_figure(figure: Figure, draw: Draw) -> Candidate:
    if figure.email == draw.winner:
        return Candidate(figure.email, True, figure)
    return Candidate(figure.email, False, figure, draw.needed(figure.email))


def _by_turns(able: Sequence[str], winner: str | None) -> list[Candidate]:
    """Each comes one after the other, in the order in which they were recorded."""
    if winner not in able:
        return [Candidate(each) for each in able]
    first = able.index(winner)
    return [
        Candidate(each, True) if each == winner
        else Candidate(each, needed=(Need("turn", (place - first) % len(able)),))
        for place, each in enumerate(able)
    ]  # fmt: skip


def _others(team: str | None, known: set[str], people: Directory, at: datetime) -> list[Candidate]:
    """Members whom the pick does not name: away, or with a weight of 0."""
    found = []
    for email in people.members(team, at) if team is not None else ():
        person = people.person(email, at)
        if email in known or person is None:
            continue
        if people.is_away(email, at):
            until = people.away_until(email, at)
            found.append(Candidate(email, needed=(Need("there"),), away_until=until))
        elif not person.weight:
            found.append(
                Candidate(email, figure=Figure(email, 0, why=choice.NO_WEIGHT), needed=(Need("weight"),))
            )
    return found
