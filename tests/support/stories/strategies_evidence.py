"""Hypothesis strategies: agreements on which pure evidence bears, and histories in which it is told late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from support.stories.course import Course
from support.stories.strategies_agreements import (
    ANNA,
    BERIT,
    CALENDARS,
    FIELDS,
    MONDAY,
    condition,
    days,
    spans,
)

from slaflow.lifecycle.events import Assigned, Changed, Fired, Happening, Recorded
from slaflow.lifecycle.lead import Actor
from slaflow.workflow.model.clocks import Case, Pattern, Pause, Step, Target
from slaflow.workflow.model.flow import Notify, State, Transition
from slaflow.workflow.model.lead import Activity, Scoring
from slaflow.workflow.model.parties import Party
from slaflow.workflow.model.workflow import Workflow

EVIDENCE = {
    "call": Activity("call", ("sales",), attempt="phone"),
    "mail": Activity("mail", ("sales",), attempt="email"),
    "meeting": Activity("meeting", ("sales",), attempt="meeting", contact=True),
    "reply": Activity("reply", ("lead",), Decimal(5), contact=True),
}
HELD = {"nurturing": "marketing", "mql": "sales", "accepted": "sales", "returned": "marketing"}
MOVES = (
    ("promote", ("nurturing", "returned"), "mql"),
    ("accept", ("mql",), "accepted"),
    ("return", ("mql", "accepted"), "returned"),
)  # fmt: skip
TELLS = Step("100%", "percent", percent=100, actions=(Notify(("sales",)),))
MINUTE = timedelta(minutes=1)
LONGEST = timedelta(hours=72)


def meets() -> st.SearchStrategy[Pattern]:
    names = st.frozensets(st.sampled_from(sorted(EVIDENCE)), min_size=1)
    activity = st.builds(Pattern, st.just("activity"), names, st.integers(1, 3))
    attempts = st.builds(
        Pattern, st.just("attempts"), st.just(frozenset()), st.integers(1, 4), st.integers(1, 2)
    )
    return activity | attempts | st.just(Pattern("contact"))


@st.composite
def targets(draw: st.DrawFn, index: int) -> Target:
    """A target that starts on entering a state, is met by evidence alone and moves nothing by its steps."""
    state = draw(st.sampled_from(["nurturing", "mql", "accepted"]))
    lives_in = draw(st.sampled_from([None, {"mql", "accepted"}])) if state == "mql" else None
    pauses = st.builds(
        Pause, st.just(condition("lead.on_hold")), st.none() | spans().filter(lambda s: s.duration < LONGEST)
    )
    return Target(
        index=index,
        name=f"clock{index}",
        owed_by=HELD[state],
        start=(Pattern("enter", frozenset((state,))),),
        cases=(Case(None, draw(spans() | days())),),
        calendar=draw(st.sampled_from(sorted(CALENDARS))),
        lives_in=frozenset(lives_in) if lives_in else None,
        meet=tuple(draw(st.lists(meets(), min_size=1, max_size=2))),
        pause=draw(st.none() | pauses),
        restart=draw(st.sampled_from([(), (Pattern("assign"),)])),
        steps=(TELLS, Step("+1h", "after", offset=timedelta(hours=1), actions=TELLS.actions)),
    )


@st.composite
def agreements(draw: st.DrawFn) -> Workflow:
    """No autos, no guards, no repeating targets: on the evidence hangs nothing but the verdicts."""
    parties = ("marketing", "sales")
    return Workflow(
        name="evidence", title=None, source="", digest="e" * 64, timezone="Europe/Stockholm",
        parties={name: Party(name) for name in parties}, fields=FIELDS, identity=(),
        activities=EVIDENCE, attempt_spacing=draw(st.sampled_from([timedelta(0), timedelta(hours=1)])),
        stages=(), scoring=Scoring(), checks={},
        states={name: State(name, held_by, name == "nurturing") for name, held_by in HELD.items()},
        initial="nurturing",
        transitions=tuple(
            Transition(i, trigger, starts, to, parties) for i, (trigger, starts, to) in enumerate(MOVES)
        ),
        targets=tuple(draw(targets(index)) for index in range(draw(st.integers(1, 3)))),
        teams={}, routing=None, calendars=CALENDARS, first_calendar="office",
    )  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """Something that happened, and how much later it was told: nothing but evidence ever is."""

    happening: Happening
    by: Actor
    occurred_at: datetime
    late: timedelta = timedelta(0)

    @property
    def arrived_at(self) -> datetime:
        return self.occurred_at + self.late


def _others() -> st.SearchStrategy[Happening]:
    moves = st.sampled_from([trigger for trigger, _, _ in MOVES]).map(Fired)
    holds = st.booleans().map(lambda on: Changed({"on_hold": on}))
    return moves | moves | holds | st.sampled_from([ANNA, BERIT]).map(Assigned)


@st.composite
def histories(draw: st.DrawFn) -> list[Arrival]:
    """Four days: on whole minutes what arrives in order, between them evidence told up to 72 hours late."""
    minutes = st.integers(1, 4 * 24 * 60)
    others = draw(st.dictionaries(minutes, _others(), min_size=2, max_size=8))
    sales = Actor("sales", "sales")
    told = [Arrival(each, sales, MONDAY + MINUTE * at) for at, each in others.items()]
    lateness = st.sampled_from([0, 3600, 86400, 72 * 3600]) | st.integers(0, 72 * 3600)
    kinds, waits = st.sampled_from(sorted(EVIDENCE)), lateness.map(lambda n: timedelta(seconds=n))
    for at, (kind, late) in draw(
        st.dictionaries(minutes, st.tuples(kinds, waits), min_size=1, max_size=8)
    ).items():
        party = EVIDENCE[kind].by[0]
        told.append(
            Arrival(Recorded(kind), Actor(party, party), MONDAY + MINUTE * at + timedelta(seconds=7), late)
        )
    return told


def told(workflow: Workflow, arrivals: Sequence[Arrival], *, in_order: bool) -> Course:
    """The course once everything has been told: as it happened, or each when it arrived; a week later."""
    course = Course(workflow).create(number=7)
    for each in sorted(arrivals, key=lambda a: a.occurred_at if in_order else a.arrived_at):
        course.put(
            each.happening, each.by, each.occurred_at if in_order else each.arrived_at, each.occurred_at
        )
    return course.tick(MONDAY + timedelta(days=14))
