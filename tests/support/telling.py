"""Tells a dated story against an agreement, and gives the play for what an ``expect`` cannot ask."""

from __future__ import annotations

from textwrap import dedent

from slaflow.lifecycle.decision import Draft, instant_text
from slaflow.trial.document import read_cast, read_scenarios
from slaflow.trial.play import Play
from slaflow.trial.reader import Reader
from slaflow.trial.run import tell
from slaflow.trial.scenario import ALONE
from slaflow.trial.stage import Stage
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import read_yaml

FRAME = """
workflow: story
timezone: Europe/Stockholm
parties: {marketing: {desk: demand-desk@example.com}, sales: {desk: sales-desk@example.com}}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead:
  identity: [email]
  fields:
    email: email
    country: string
    on_hold: {type: bool, default: false}
    callback_on: date
    note: string
activities:
  visit: {by: lead, points: 60}
  reply: {by: lead, contact: true}
  call: {by: sales, attempt: phone}
  email: {by: sales, attempt: email}
  meeting: {by: sales, attempt: meeting, contact: true}
  sequence: {by: sales, attempt: email, automated: true}
attempts: {spacing: 1h}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
  returned: {held_by: marketing}
  won: {final: true}
transitions:
  - {trigger: promote, from: [nurturing, returned], to: mql, by: [marketing, system]}
  - {trigger: accept, from: mql, to: accepted, by: [sales, system]}
  - {trigger: return, from: [mql, accepted], to: returned, by: [sales, system]}
  - {trigger: win, from: accepted, to: won, by: sales}
"""
"""What the stories share; each adds the promises it is about."""

PEOPLE = """
people:
  - {email: mia@example.com, party: sales, role: manager}
  - {email: anna@example.com, party: sales, team: nordics, manager: mia@example.com}
  - {email: bo@example.com, party: sales, team: nordics, manager: mia@example.com}
  - {email: cia@example.com, party: sales, team: nordics, manager: mia@example.com}
"""

TEAMS = """
teams:
  nordics: {party: sales, assign: round_robin}
routing:
  - {to: nordics}
"""


def agreement(*parts: str, frame: str = FRAME) -> Workflow:
    """The shared frame with *parts* added.

    Raises:
        AssertionError: with every finding, for the story's agreement must be a sound one.
    """
    text = "\n".join(dedent(part) for part in (frame, *parts))
    checked = load_workflow(text, "story.yaml")
    assert checked.workflow is not None, checked.errors
    return checked.workflow


def told(workflow: Workflow, start: str, steps: str, *, people: str = "", lead: str = "{}") -> Play:
    """The play once every step went as the story says."""
    text = dedent(people) + f"\nscenarios:\n- name: story\n  start: {start}\n  lead: {lead}\n  steps:\n"
    text += "\n".join(f"  {line}" for line in dedent(steps).splitlines())
    source = read_yaml(text)
    assert not source.findings, source.findings
    reader = Reader(source, workflow)
    cast = read_cast(reader, source.data.get("people"))
    (scenario,) = read_scenarios(reader, source.data["scenarios"])
    assert not (*reader.findings, *scenario.findings), scenario.findings or reader.findings
    stage = Stage(workflow, cast, scenario)
    failures = tuple(tell(stage, scenario))
    assert not failures, failures
    return stage.play(ALONE)


def kinds(play: Play, *, since: str = "") -> list[str]:
    """The log from the instant *since* on, in short: ``breached respond``, ``transition accept``."""
    return [_short(entry) for entry in play.entries if instant_text(entry.at) >= since]


def _short(entry: Draft) -> str:
    about = entry.trigger or entry.target or ""
    return f"{entry.kind} {about}".strip()
