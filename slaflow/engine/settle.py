"""A lead as it stands at an instant, settled in memory: what every read shows (rules.md, 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.life import Life
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Standing:
    """A lead and its clocks as they stood at ``at``, settled to it or, from a row, still to be settled."""

    lead: Lead
    clocks: list[Clock]
    at: datetime


def settled(
    workflow: Workflow, people: Directory, lead: Lead, clocks: Iterable[Clock], at: datetime
) -> Decision:
    """The lead once everything that fell before *at* is carried out, however many steps that takes.

    ``clocks`` of the result are all those given and started, those that ended first; nothing is saved.
    """
    life = Life.of(lead, clocks)
    decision = life.decide(workflow, people, None, at)
    life.take(decision)
    entries, messages, steps = decision.entries, decision.messages, decision.steps
    while decision.more:
        decision = life.decide(workflow, people, None, at)
        life.take(decision)
        entries += decision.entries
        messages += decision.messages
        steps += decision.steps
    decision.clocks = life.clocks
    decision.entries, decision.messages, decision.steps = entries, messages, steps
    return decision
