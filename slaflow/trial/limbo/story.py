"""A story in the making: told step by step, as ``workflow test`` would, and taken up again from any point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slaflow.errors import SlaflowError
from slaflow.lifecycle.owners.promises import is_waiting
from slaflow.lifecycle.people import Person
from slaflow.trial.document import ALWAYS
from slaflow.trial.play import Play
from slaflow.trial.reader import Reader
from slaflow.trial.run import tell
from slaflow.trial.scenario import ALONE, NO_OTHERS, Cast, Others, PassTime, Scenario, Step
from slaflow.trial.stage import Stage
from slaflow.trial.steps import StepReader
from slaflow.workflow.limbo.configuration import Configuration, Terms
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import read_yaml

Row = Mapping[str, Any]
"""One step as a scenario file has it."""
_NO_FILE = read_yaml("steps: []")


@dataclass(frozen=True)
class Story:
    """A lead that came in at ``start`` with ``fields``, and what happened to it so far."""

    stage: Stage
    start: datetime
    fields: Mapping[str, object]
    rows: tuple[Row, ...] = ()
    states: tuple[str, ...] = ()
    """The state before each row."""

    @property
    def play(self) -> Play:
        return self.stage.play(ALONE)

    @property
    def now(self) -> datetime:
        return self.stage.now

    def text(self, instant: datetime) -> str:
        """*instant* as a scenario file has it, in the agreement's zone."""
        return instant.astimezone(ZoneInfo(self.stage.workflow.timezone)).isoformat()

    def told(self, rows: Iterable[Row]) -> Story | tuple[str, ...]:
        """The story with *rows* added; where one cannot be told, why."""
        stage, done, states = self.stage.fork(), list(self.rows), list(self.states)
        for row in rows:
            before = stage.play(ALONE).lead.state
            if because := _carry_out(stage, row):
                return because
            done.append(row)
            states.append(before)
        return replace(self, stage=stage, rows=tuple(done), states=tuple(states))

    def configuration(self, terms: Terms) -> Configuration:
        """Where the search has this lead."""
        lead, clocks, waits = self.play.lead, [0] * len(terms.targets), 0
        for clock in self.play.life.open:
            target = terms.workflow.target(clock.target)
            value = 1
            for place in terms.acting[target.index]:
                if target.steps[place].label in clock.carried_out:
                    value |= 2 << place
            clocks[target.index] = value
        for target in terms.targets:
            waits |= is_waiting(lead, target.name) << target.index
        owned = terms.tracks_owner and lead.owner is not None
        return Configuration(lead.state, tuple(clocks), owned, waits)


def begun(
    workflow: Workflow, cast: Cast, start: datetime, fields: Mapping[str, Any], others: Others = NO_OTHERS
) -> Story | None:
    """The story of a lead that comes in; None where it cannot."""
    reader = Reader(_NO_FILE, workflow)
    values = reader.values((), fields, workflow.fields, "field")
    given = {name: value for name, value in values.items() if value is not None}
    scenario = Scenario("", 1, start, {ALONE: given}, (), others=others)
    try:
        return None if reader.findings else Story(Stage(workflow, cast, scenario), start, fields)
    except SlaflowError:
        return None


def _carry_out(stage: Stage, row: Row) -> tuple[str, ...]:
    """Tells one more step of the story; gives what went otherwise than told."""
    emails = tuple(person.email for person in stage.cast.people)
    reader = Reader(_NO_FILE, stage.workflow, emails)
    deed = StepReader(reader, stage.now, (ALONE,)).step(("steps",), dict(row))
    if deed is None or reader.findings:
        return tuple(finding.message for finding in reader.findings) or ("no such step",)
    step = Step(1, 1, deed, None if isinstance(deed, PassTime) else ALONE)
    scenario = Scenario("", 1, stage.now, {}, (step,))
    return tuple(failure.found for failure in tell(stage, scenario))


def people(workflow: Workflow) -> tuple[Person, ...]:
    """Two of each party, in its first team, so that leads can be given and passed on."""
    found: list[Person] = []
    for party in workflow.parties:
        team = next((name for name, team in workflow.teams.items() if team.party == party), None)
        for place in ("one", "two"):
            email = f"{place}@{party.replace('_', '-')}.example"
            found.append(Person(email=email, party=party, order=len(found), valid_from=ALWAYS, team=team))
    return tuple(found)


def full(workflow: Workflow, cast: Cast) -> Others:
    """Everybody has as many other leads as they take; nothing where the agreement sets no limit."""
    teams = {person.email: workflow.teams[person.team] for person in cast.people if person.team is not None}
    return Others(
        {email: team.capacity for email, team in teams.items() if team.capacity is not None},
        {email: team.per_day for email, team in teams.items() if team.per_day is not None},
    )
