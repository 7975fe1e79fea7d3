"""A lead as it stands at an instant, settled in memory: what every read shows (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slaflow.clock.state import Clock
from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.workflow import Workflow


def settled(
    workflow: Workflow, people: Directory, lead: Lead, clocks: Iterable[Clock], at: datetime
) -> Decision:
    """The lead once everything that fell before *at* is carried out, however many steps that takes.

    ``clocks`` of the result are all those given and started, those that ended first; nothing is saved.
    """
    ended, still_open = _parted(clocks)
    decision = decide(workflow, people, lead, still_open, None, at)
    entries, messages, steps = decision.entries, decision.messages, decision.steps
    while decision.more:
        # Each step looks at every clock it is given, so those that are over are kept from it.
        over, still_open = _parted(decision.clocks)
        ended += over
        decision = decide(workflow, people, decision.lead, still_open, None, at)
        entries += decision.entries
        messages += decision.messages
        steps += decision.steps
    decision.clocks = [*ended, *decision.clocks]
    decision.entries, decision.messages, decision.steps = entries, messages, steps
    return decision


def _parted(clocks: Iterable[Clock]) -> tuple[list[Clock], list[Clock]]:
    """The clocks that ended, and the open ones."""
    ended: list[Clock] = []
    still_open: list[Clock] = []
    for clock in clocks:
        (still_open if clock.is_open else ended).append(clock)
    return ended, still_open
