"""Checks of clocks: each can start, can be met, and what its steps fire can be fired."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from slaflow.errors import did_you_mean
from slaflow.workflow.checks.inputs import unfit
from slaflow.workflow.checks.moves import fires, living_states, on_circles, rows_fired, start_states
from slaflow.workflow.checks.remark import Remark, path_of
from slaflow.workflow.model.clocks import Pattern, Target
from slaflow.workflow.model.flow import Fire, Transition
from slaflow.workflow.model.lead import Activity
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.workflow import Workflow

MAX_ATTEMPTS = 200
"""Attempts that a lead keeps. Source: rules.md, 10.3."""


def check_starts(workflow: Workflow) -> Iterator[Remark]:
    """Every clock can start."""
    for clock in workflow.targets:
        if start_states(workflow, clock):
            continue
        if clock.lives_in is None:
            words = f"{clock.name} can never start: nothing starts in a final state without while"
        else:
            words = f"{clock.name} can never start: no start leaves the lead in a state of while"
        yield Remark((*path_of(clock), "start"), words)


def check_meets(workflow: Workflow) -> Iterator[Remark]:
    """Every promise can be kept, and not only by slaflow itself."""
    for clock in workflow.targets:
        if clock.is_timer or not start_states(workflow, clock):
            continue
        if not any(_can_meet(workflow, clock, pattern) for pattern in clock.meet):
            words = f"nothing can meet {clock.name}: {_obstacle(workflow, clock)}"
            yield Remark((*path_of(clock), "meet"), words)


def _can_meet(workflow: Workflow, clock: Target, pattern: Pattern) -> bool:
    match pattern.kind:
        case "trigger":
            return any(row.trigger in pattern.names for row in _rows_by_people(workflow, clock))
        case "enter":
            return any(
                row.to in pattern.names and row.from_states != (row.to,)
                for row in _rows_by_people(workflow, clock)
            )
        case "activity":
            return any(workflow.activities[name].by for name in pattern.names if name in workflow.activities)
        case "attempts":
            channels = {kind.attempt for kind in _by_hand(workflow) if kind.attempt is not None}
            return len(channels) >= pattern.channels
        case "assign":
            return True  # Anybody may be made the owner by hand.
        case "dispute" | "ruling":
            return True
        case _:
            return any(kind.contact for kind in _by_hand(workflow))


def _rows_by_people(workflow: Workflow, clock: Target) -> Iterator[Transition]:
    """Rows that can be taken while the clock is open, and keep a promise: what people fire, and autos."""
    states = living_states(workflow, clock)
    for row in workflow.transitions:
        if states & set(row.from_states) and (row.auto or set(row.by) - {SYSTEM}):
            yield row


def _by_hand(workflow: Workflow) -> Iterator[Activity]:
    """Activities that count as attempts and contacts."""
    return (kind for kind in workflow.activities.values() if not kind.automated and set(kind.by) - {SYSTEM})


def _obstacle(workflow: Workflow, clock: Target) -> str:
    pattern = clock.meet[0]
    states = ", ".join(sorted(living_states(workflow, clock))) or "no state"
    match pattern.kind:
        case "trigger" | "enter":
            what = " or ".join(sorted(pattern.names))
            return f"no party can {pattern.kind} {what} from {states}"
        case "attempts":
            return f"no activities by hand are attempts on {pattern.channels} channel(s)"
        case "contact":
            return "no activity by hand is a contact"
        case _:
            return "nobody may record such an activity"


def check_attempts(workflow: Workflow) -> Iterator[Remark]:
    """No target needs more attempts than are kept."""
    for clock in workflow.targets:
        for index, pattern in enumerate(clock.meet):
            if pattern.kind == "attempts" and pattern.times > MAX_ATTEMPTS:
                words = f"{pattern.times} attempts are more than the {MAX_ATTEMPTS} that are kept of a lead"
                yield Remark((*path_of(clock), "meet", index, "attempts"), words)


def check_fires(workflow: Workflow) -> Iterator[Remark]:
    """What a step fires, system may fire from there, with all inputs. Source: rules.md, 12.3."""
    for clock in workflow.targets:
        moved: set[str] = set()
        for step, index, fire in fires(clock):
            where = ("do", index) if clock.is_timer else ("steps", step.label, index)
            rows = rows_fired(workflow, clock, fire)
            if not rows and step.label not in moved:
                yield Remark((*path_of(clock), *where, "fire"), _why_not(workflow, clock, fire))
            elif rows:
                for part in _check_inputs(workflow, fire, rows):
                    yield part._replace(path=(*path_of(clock), *where, *part.path))
            moved.add(step.label)


def _why_not(workflow: Workflow, clock: Target, fire: Fire) -> str:
    rows = [row for row in workflow.transitions if row.trigger == fire.trigger]
    if not any(SYSTEM in row.by for row in rows):
        return f"system may not fire {fire.trigger}; add system to its by"
    sources = dict.fromkeys(chain.from_iterable(row.from_states for row in rows if SYSTEM in row.by))
    states = ", ".join(sorted(living_states(workflow, clock))) or "no state"
    return f"{fire.trigger} leads from {', '.join(sources)}, and {clock.name} is open in {states}"


def _check_inputs(workflow: Workflow, fire: Fire, rows: list[Transition]) -> Iterator[Remark]:
    known = {name: given for row in reversed(rows) for name, given in row.requires.items()}
    for name, expression in fire.inputs.items():
        if name not in known:
            words = f'{fire.trigger} takes no input "{name}"{did_you_mean(name, known)}'
            yield Remark(("with", name), words, key=True)
        elif problem := unfit(known[name], expression, workflow.timezone):
            yield Remark(("with", name), problem)
    lacking = [
        [n for n, given in row.requires.items() if given.required and n not in fire.inputs] for row in rows
    ]
    if all(lacking):
        words = f"{fire.trigger} requires {', '.join(lacking[0])}; give {lacking[0][0]} under with"
        yield Remark(("fire",), words)


def check_circles(workflow: Workflow) -> Iterator[Remark]:
    """States that only steps and timers connect in a circle. Source: rules.md, 13.7."""
    ways: dict[tuple[str, str], Target] = {}
    for clock in workflow.targets:
        for _, _, fire in fires(clock):
            for row in rows_fired(workflow, clock, fire):
                for source in living_states(workflow, clock) & set(row.from_states):
                    if row.to is not None and row.to != source:
                        ways.setdefault((source, row.to), clock)
    circling = on_circles(ways)
    reported: set[str] = set()
    for (source, target), clock in sorted(ways.items(), key=lambda way: way[1].index):
        if (source, target) in circling and clock.name not in reported:
            reported.add(clock.name)
            way = f"{clock.name}, from {source} to {target},"
            words = f"steps and timers alone lead in a circle: {way} is part of it"
            yield Remark(path_of(clock), words, warning=True, key=True)
