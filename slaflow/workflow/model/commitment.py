"""Compiled commitments: what a party owes per period, as the engine measures it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from slaflow.workflow.expressions.value import Expression

Kind = Literal["enter", "trigger", "activity", "step", "assign", "override"]
Take = Literal["median", "mean", "p90"]
Every = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Happening:
    """What of a lead's history counts: it enters a state, a trigger is fired, an activity recorded.

    ``noted`` is the key under which the log notes, beside the event, that ``when`` held, how much the
    event adds, or for which value it counts; None where the event alone says all.
    """

    kind: Kind
    names: frozenset[str]
    """Of states, triggers or activities; of targets whose ``step`` falls; none where an owner is assigned."""
    noted: str | None = None
    when: Expression | None = None
    adds: str | None = None
    """The field whose value at the event is added up."""
    step: str | None = None
    """The label of the step that falls."""
    distinct: str | None = None
    """The field whose value at the event is noted, so that each value counts once."""


@dataclass(frozen=True, slots=True)
class Count:
    """Leads to which it happened in the period, each once; or, *each*, how often it happened; or, where it
    is ``distinct``, to leads of how many values."""

    of: Happening
    each: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A field's values, each as it stood when it first happened to the lead in the period."""

    of: Happening


@dataclass(frozen=True, slots=True)
class Share:
    """Of the leads decided among these happenings, those decided so. *cohort* says which leads are asked.

    Or, *each*, of all events ``among`` these in the period those that are ``of``.

    Where ``among`` is ``distinct``, each of its values counts once, as the first of its leads was decided.
    """

    of: Happening
    among: Happening
    cohort: Happening | None = None
    each: bool = False

    @property
    def by_first(self) -> bool:
        """Whether ``of`` is one of the outcomes in ``among``: then the first outcome decides."""
        alike = self.of.kind == self.among.kind and self.of.step == self.among.step
        return alike and self.of.names <= self.among.names


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the clocks of these targets with a verdict in the period, those met in time or lifted."""

    targets: frozenset[str]
    noted: str | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """Of the clocks of a target fulfilled in the period, the seconds of open time up to there."""

    target: str
    take: Take


@dataclass(frozen=True, slots=True)
class Signed:
    """Every owing party signs the period's review within this time after its end."""

    within: timedelta


Measure = Count | Sum | Share | Kept | Timed | Signed


@dataclass(frozen=True, slots=True)
class Missed:
    """Who is told when ``in_a_row`` periods that ended one after the other were missed."""

    to: tuple[str, ...]
    in_a_row: int = 1


@dataclass(frozen=True, slots=True)
class PaceStep:
    """Who is told if, once that share of the period's open days is over, the promise is out of pace."""

    label: str
    percent: int
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise per period. Of a share the bounds are parts of one hundred, of a time seconds.

    Without any bound it is measured and stated, and nothing is owed.
    """

    index: int
    name: str
    owed_by: tuple[str, ...]
    every: Every
    measure: Measure
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    matures: timedelta = timedelta(hours=72)
    """How long after its end the period closes."""
    min_sample: int = 1
    per_owner: bool = False
    missed: Missed | None = None
    pace: tuple[PaceStep, ...] = ()
    title: str | None = None
    about: str | None = None

    @property
    def is_share(self) -> bool:
        return isinstance(self.measure, Share | Kept)

    @property
    def is_time(self) -> bool:
        return isinstance(self.measure, Timed)

    @property
    def has_sample(self) -> bool:
        """Whether it takes some number of leads or clocks to be judged."""
        return self.is_share or self.is_time


@dataclass(frozen=True, slots=True)
class Notes:
    """What the log notes for commitments, beside the events and the verdicts it is about."""

    happenings: tuple[Happening, ...] = ()
    verdicts: Mapping[str, tuple[Kept, ...]] = field(default_factory=dict)
    """By target."""

    def __bool__(self) -> bool:
        return bool(self.happenings or self.verdicts)


def distinct_of(measure: Measure) -> str | None:
    """The field each value of which counts once; None where leads, events or clocks do."""
    if isinstance(measure, Count):
        return measure.of.distinct
    return measure.among.distinct if isinstance(measure, Share) else None


def happenings_of(measure: Measure) -> tuple[Happening, ...]:
    """Every happening a measure looks for."""
    if isinstance(measure, Count | Sum):
        return (measure.of,)
    if isinstance(measure, Share):
        return tuple(each for each in (measure.of, measure.among, measure.cohort) if each is not None)
    return ()


def notes_of(commitments: Mapping[str, Commitment]) -> Notes:
    """What has to be noted at events and verdicts so that *commitments* can be measured from the log."""
    measures = [each.measure for each in commitments.values()]
    happenings = [h for measure in measures for h in happenings_of(measure) if h.noted is not None]
    verdicts: dict[str, tuple[Kept, ...]] = {}
    for measure in measures:
        if isinstance(measure, Kept) and measure.noted is not None:
            for target in sorted(measure.targets):
                verdicts[target] = (*verdicts.get(target, ()), measure)
    return Notes(tuple(happenings), verdicts)
