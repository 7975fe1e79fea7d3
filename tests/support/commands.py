"""What a command said, and how tests type one; the agreement that they type them under."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

everywhere = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
"""On every kind of database; a test of the command line runs on SQLite alone unless it says so."""


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Slaflow(Protocol):
    """Types one command; ``env`` names variables."""

    def __call__(self, *words: object, env: dict[str, str] | None = None) -> Said: ...


AGREEMENT = """\
workflow: office-deal
title: An agreement for tests
timezone: Europe/Stockholm
parties:
  marketing: {desk: demand-desk@example.com}
  sales: {desk: sales-desk@example.com}
calendars:
  office: {hours: {mon-fri: [09:00-17:00]}}
lead:
  identity: [email]
  fields:
    email: email
    company: string
    on_hold: {type: bool, default: false}
activities:
  demo: {by: lead, points: 50}
  call: {by: sales, attempt: phone, fields: {outcome: string}}
checks:
  value:
    question: Is it worth it?
    fields: {expected_value: decimal}
    pass: "answer.expected_value >= 10000"
states:
  new: {held_by: marketing, initial: true}
  mql: {held_by: sales, title: Marketing-qualified lead}
  accepted: {held_by: sales}
  won: {final: true}
transitions:
  - {trigger: promote, from: new, to: mql, by: [marketing, system], auto: true, when: "lead.score >= 50"}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: win, from: accepted, to: won, by: sales, requires: {amount: decimal}, when: "check.value"}
targets:
  triage:
    title: A new lead is touched within five working days
    owed_by: marketing
    start: {enter: new}
    meet: {trigger: promote}
    within: 5d
    calendar: office
  respond:
    title: Accept within four hours
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: accept}
    within: 4h
    calendar: office
    pause: "lead.on_hold"
    steps:
      50%: [{notify: owner}]
  close:
    owed_by: sales
    start: {enter: accepted}
    meet: {trigger: win}
    within: 30d
    calendar: always
teams:
  nordics: {party: sales, assign: round_robin}
routing:
  - {to: nordics}
"""

SCENARIOS = """\
workflow: office-deal.yaml
scenarios:
  - name: a demo hands the lead over
    start: 2026-03-06T14:30:00+01:00
    lead: {email: kim@example.com}
    steps:
      - activity: demo
      - expect: {state: mql, clocks: {respond: running}}
"""
