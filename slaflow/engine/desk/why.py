"""Why a lead is where it is: its score clause by clause, its stage, the latest touches, attempts so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import Naming, unquoted
from slaflow.clock.state import Clock
from slaflow.engine.desk.consequences import is_scored
from slaflow.language import _
from slaflow.lifecycle.approaches import counted
from slaflow.lifecycle.view import View, points
from slaflow.workflow.model.clocks import Target

TOUCHES = 2


@dataclass(frozen=True, slots=True)
class Points:
    """What earned points, in the agreement's words."""

    words: str
    points: float


@dataclass(frozen=True, slots=True)
class Score:
    """The score and what it is made of; ``touches`` are as they were earned, before any decay."""

    total: float
    fit: float
    engagement: float
    clauses: tuple[Points, ...]
    touches: tuple[Points, ...]
    decays: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """A kind of activity, when it was last there, and how often since the last reset."""

    words: str
    at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many count so far of those that a promise asks for, and over how many channels."""

    made: int
    wanted: int
    channels: int
    wanted_channels: int


@dataclass(frozen=True, slots=True)
class Why:
    score: Score | None
    stage: str | None
    touches: tuple[Touched, ...]
    attempts: Attempts | None


def why(view: View, naming: Naming, asked: Iterable[tuple[Target, Clock]]) -> Why:
    """Of *asked*, open promises with the most urgent first, the first that asks for attempts is told."""
    lead = view.lead
    stage = None if lead.stage is None else unquoted(naming.stage(lead.stage))
    attempts = next((found for target, clock in asked for found in _attempts(view, target, clock)), None)
    return Why(score_of(view, naming), stage, tuple(_touches(view, naming))[:TOUCHES], attempts)


def score_of(view: View, naming: Naming) -> Score | None:
    """None where the agreement says nothing of a score."""
    if not is_scored(view.workflow):
        return None
    fit = [
        Points(rule.because or condition(rule.when, naming), points(view, rule.points))
        for rule in view.workflow.scoring.fit if view.holds(rule.when)
    ]  # fmt: skip
    touches = [
        Points(_times(unquoted(naming.activity(kind)), tally.count), tally.points)
        for kind, tally in view.lead.tallies.items() if tally.points
    ]  # fmt: skip
    return Score(
        view.score("score"), view.score("fit"), view.score("engagement"), tuple(fit), tuple(touches),
        view.workflow.scoring.half_life is not None,
    )  # fmt: skip


def _times(words: str, times: int) -> str:
    return words if times < 2 else _("{touch}, {number} times").format(touch=words, number=times)


def _touches(view: View, naming: Naming) -> Iterator[Touched]:
    known = [(tally.last, kind, tally.count) for kind, tally in view.lead.tallies.items() if tally.last]
    for at, kind, times in sorted(known, reverse=True):
        assert at is not None
        yield Touched(unquoted(naming.activity(kind)), at, times)


def _attempts(view: View, target: Target, clock: Clock) -> Iterator[Attempts]:
    for pattern in target.meet:
        if pattern.kind == "attempts":
            made = [each for each in view.lead.attempts if each.at >= clock.started_at]
            total, channels = counted(made, view.workflow.attempt_spacing)
            yield Attempts(total, pattern.times, channels, pattern.channels)
