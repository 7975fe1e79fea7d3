"""What commitments have come to in a story, by all of its leads."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from slaflow.lifecycle.commitments import counted
from slaflow.lifecycle.commitments.counted import Clock, History
from slaflow.lifecycle.commitments.figures import figure
from slaflow.lifecycle.commitments.results import plain
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.lifecycle.commitments.verdicts import overall, owed
from slaflow.trial.scenario import Expected
from slaflow.trial.stage import Stage
from slaflow.workflow.model.commitment import Commitment
from slaflow.workflow.model.periods import parse_period

SECOND = timedelta(seconds=1)


def stated(stage: Stage, expected: Expected) -> object:
    """The figure or the verdict that *expected* is about, as of now.

    Once the period has closed, the verdict and what was decided by then, with what came to light since;
    before, the figure so far and no verdict. A story's agreement has been in force since ever.
    """
    commitment, label, asked = _about(stage, expected)
    terms = Terms(stage.workflow, parse_period(label))
    start, end = terms.bounds
    closes = terms.closes_at(commitment)
    history = History(_seen(stage), start, end, min(stage.now, closes), _Allowances(stage))
    measured = history.measured(commitment)
    if asked == "verdict":
        return overall(commitment, owed(terms, commitment), measured) if stage.now > closes else None
    found = figure(commitment, measured.total)
    if found is None:
        return None
    return timedelta(seconds=int(Decimal(found))) if commitment.is_time else Decimal(found)


def written(stage: Stage, expected: Expected, value: object) -> str | None:
    """A figure as a review writes it; None for what is none."""
    commitment = _about(stage, expected)[0]
    if not isinstance(value, Decimal):
        return None
    return f"{plain(value * 100)}%" if commitment.is_share else plain(value)


def _about(stage: Stage, expected: Expected) -> tuple[Commitment, str, str]:
    name, label, asked = expected.name.rsplit(".", 2)
    return stage.workflow.commitments[name], label, asked


def _seen(stage: Stage) -> list[counted.Seen]:
    return [seen for play in stage.plays.values() for seen in counted.seen(play.number, play.entries)]


class _Allowances:
    """Whole seconds that clocks had in the end."""

    def __init__(self, stage: Stage) -> None:
        self._seconds: dict[Clock, int] = {
            (play.number, clock.target, clock.number): clock.allowance // SECOND
            for play in stage.plays.values()
            for clock in play.life.clocks
        }

    def __call__(self, clock: Clock) -> int:
        return self._seconds[clock]
