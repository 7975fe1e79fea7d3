"""What one event may do to the clocks of a configuration, in the order of rules.md, 7.

An over-approximation throughout: what the rules may do is among what is given, and may be more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Literal, NamedTuple

from slaflow.workflow.limbo.configuration import CLOSED, OPEN, Configuration, Terms, is_broken
from slaflow.workflow.model.clocks import Pattern, Target

Level = Literal[0, 1, 2]
"""Whether a pattern sees an event: no, perhaps, certainly."""
ANY_FIELD = "*"
"""Among the fields of an effect: any may have been set, or none."""


class Event(NamedTuple):
    """What happens, as patterns see it."""

    entered: str | None = None
    trigger: str | None = None
    activity: str | None = None
    attempt: bool = False
    contact: bool = False
    fields: frozenset[str] = frozenset()
    """Those that may have changed."""
    assigned: bool = False
    disputed: str | None = None
    ruled: str | None = None
    late: bool = False
    """Told late: it is evidence, and a late activity is nothing else."""
    refused: bool = False
    """Told late and refused: evidence only."""

    @property
    def is_past(self) -> bool:
        return self.refused or (self.late and self.activity is not None)


class Course(NamedTuple):
    """A configuration on its way to rest: what the chain of events asks to be started so far."""

    now: Configuration
    may: int = 0
    """Targets whose ``start`` may have seen something, as bits."""
    must: int = 0
    """Those whose ``start`` certainly has."""
    here: int = 0
    """Those asked for by the entry into the present state alone."""
    here_must: int = 0
    again: int = 0
    """Repeating ones that were kept, or that may have been."""
    again_must: int = 0
    assigned: bool = False
    """Whether the owner was changed on the way."""
    fired: frozenset[int] = frozenset()
    by_step: bool = False


def level(pattern: Pattern, event: Event, owned: bool) -> Level:
    """Whether *pattern* sees *event*."""
    match pattern.kind:
        case "attempts":
            seen, sure = event.attempt, False
        case "contact":
            seen, sure = event.contact, True
        case "assign":
            seen, sure = event.assigned and owned, True
        case "dispute":
            seen, sure = event.disputed in pattern.names, True
        case "ruling":
            seen, sure = event.ruled in pattern.names, True
        case "set":
            seen, sure = bool(event.fields & (pattern.names | {ANY_FIELD})), False
        case "enter":
            seen, sure = event.entered in pattern.names, True
        case "trigger":
            seen, sure = event.trigger in pattern.names, True
        case "activity":
            seen, sure = event.activity in pattern.names, pattern.times == 1
    if not seen:
        return 0
    return 2 if sure and pattern.when is None else 1


def levels(patterns: Iterable[Pattern], event: Event, owned: bool) -> Level:
    """How surely one of *patterns* sees *event*."""
    return max((level(pattern, event, owned) for pattern in patterns), default=0)


def happen(terms: Terms, course: Course, event: Event) -> Iterator[Course]:
    """Every course that *event* may lead to."""
    now = course.now
    if event.entered is not None:
        course = _entered(terms, course, event.entered)
    places = [i for i, value in enumerate(now.clocks) if value]
    choices = [_fates(terms, course, event, i) for i in places]
    if not event.is_past:
        course = _asked(terms, course, event)
    repeating = kept_before(terms, event)
    for fates in product(*choices):
        clocks = list(course.now.clocks)
        waits, again, sure = course.now.waits, course.again | repeating, course.again_must
        for place, (value, fate) in zip(places, fates, strict=True):
            clocks[place] = value
            if fate == "passed":
                waits |= 1 << place
            elif fate == "met" and terms.again >> place & 1:
                again |= 1 << place
                sure |= 1 << place
        if event.entered is not None:
            again, sure = again & ~terms.local | repeating, sure & ~terms.local
        now = course.now._replace(clocks=tuple(clocks), waits=waits)
        yield course._replace(now=now, again=again, again_must=sure)


Fate = tuple[int, str]


def _fates(terms: Terms, course: Course, event: Event, place: int) -> list[Fate]:
    """What may become of the open clock at *place*: its value afterwards, and how it ended."""
    target, value, now = terms.targets[place], course.now.clocks[place], course.now
    found: list[Fate] = []
    key = place, event, now.owned, now.state
    sure = terms.met.get(key)
    if sure is None:
        sure = terms.met[key] = 0 if target.is_timer else _met(terms, target, event, now)
    if sure:
        found.append((CLOSED, "ended" if course.by_step else "met"))
    if sure == 2:
        return found
    if event.refused:
        return [*found, (value, "")] + ([(CLOSED, "ended")] if is_settled(terms, target, event) else [])
    if event.late and is_settled(terms, target, event):
        found.append((CLOSED, "ended"))
    if event.entered is not None and (target.lives_in is None or event.entered not in target.lives_in):
        return [*found, (CLOSED, "ended")]
    if event.assigned and target.per_owner:
        found.append((CLOSED, "passed"))
        if not now.owned:
            return found
    if (
        event.fields
        and event.fields & (terms.until_fields(target) | {ANY_FIELD})
        and terms.until_fields(target)
    ):
        found.append((CLOSED, "ended"))
    fallen = value >> 1
    if fallen and not event.is_past and not is_broken(target, fallen):
        if any(level(p, event, True) for p in target.restart):
            found.append((OPEN, ""))
    return [*found, (value, "")]


def _met(terms: Terms, target: Target, event: Event, now: Configuration) -> Level:
    if event.refused:
        seen = any(p.kind == "trigger" and event.trigger in p.names for p in target.meet)
        return 1 if seen and _could_leave(terms, target, event, now.state) else 0
    found = levels(target.meet, event, now.owned)
    if event.late and (event.activity is not None or not found):
        again = levels(target.meet, event._replace(entered=None, fields=frozenset()), now.owned)
        return 1 if again else found
    return found


def _could_leave(terms: Terms, target: Target, event: Event, state: str) -> bool:
    """Whether the trigger could have left a state in which a clock of *target* lives (rules.md, 15)."""
    lives = target.lives_in or frozenset((state,))
    rows = (row for row in terms.workflow.transitions if row.trigger == event.trigger)
    return any(not lives.isdisjoint(row.from_states) for row in rows)


def is_settled(terms: Terms, target: Target, event: Event) -> bool:
    """Whether the evidence may lift a disputed breach on which *target* asks for a ruling."""
    named = terms.ruled_on[target.index]
    if not named:
        return False
    return any(
        other.name in named and levels(other.meet, event, True)
        for other in terms.targets
        if not other.is_timer
    )


def kept_before(terms: Terms, event: Event) -> int:
    """Repeating targets that ended before and that late evidence may show to have been kept."""
    if not (event.late or event.refused):
        return 0
    found = 0
    for target in terms.targets:
        if terms.again >> target.index & 1 and levels(target.meet, event, True):
            found |= 1 << target.index
    return found


def _entered(terms: Terms, course: Course, state: str) -> Course:
    waits = course.now.waits
    for target in terms.targets if waits else ():
        if target.lives_in is None or state not in target.lives_in:
            waits &= ~(1 << target.index)
    now = course.now._replace(state=state, waits=waits)
    return course._replace(now=now, here=0, here_must=0)


def _asked(terms: Terms, course: Course, event: Event) -> Course:
    """Notes what the event asks to be started once the lead rests."""
    may, must, here, here_must = starting(terms, event)
    may, must = may | course.may, must | course.must
    here, here_must = here | course.here, here_must | course.here_must
    assigned = course.assigned or event.assigned
    return course._replace(may=may, must=must, here=here, here_must=here_must, assigned=assigned)


def starting(terms: Terms, event: Event) -> tuple[int, int, int, int]:
    """The targets whose ``start`` may see *event*, those whose surely does; the same of mere entries."""
    if event in terms.starts:
        return terms.starts[event]
    may = must = here = here_must = 0
    for target in terms.targets:
        bit = 1 << target.index
        for pattern in target.start:
            # Whether somebody owns the lead is judged once it rests.
            seen = level(pattern, event, True)
            if seen and pattern.kind == "enter" and target.lives_in is None:
                here |= bit
                here_must |= bit if seen == 2 else 0
            elif seen:
                may |= bit
                must |= bit if seen == 2 else 0
    terms.starts[event] = may, must, here, here_must
    return may, must, here, here_must


def rest(terms: Terms, course: Course) -> Iterator[Configuration]:
    """Starts clocks, now that no auto fires any more: every configuration that comes of it."""
    now = course.now
    taken_up = now.waits if course.assigned and now.owned else 0
    may = course.may | course.here | course.again | taken_up
    if not may:
        yield now
        return
    must = course.must | course.here_must | course.again_must | taken_up
    if not now.owned:
        must &= ~terms.by_assignment
    options: list[tuple[tuple[int, int], ...]] = []
    for target in terms.targets:
        value, bit = now.clocks[target.index], 1 << target.index
        if value or not may & bit or not terms.lives(target, now.state):
            options.append(((value, 0),))
        elif target.per_owner and not now.owned:
            options.append(((CLOSED, bit),) if must & bit else ((CLOSED, bit), (CLOSED, 0)))
        elif must & bit and terms.always_has_a_case(target):
            options.append(((OPEN, 0),))
        else:
            options.append(((CLOSED, 0), (OPEN, 0)))
    for chosen in product(*options):
        waits = now.waits & ~taken_up
        for _, bit in chosen:
            waits |= bit
        yield now._replace(clocks=tuple(value for value, _ in chosen), waits=waits)
