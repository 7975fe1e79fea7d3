"""Which way a change goes, seen from who owes: stricter, looser, or neither for certain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from slaflow.agreement.changes.change import Effect
from slaflow.agreement.changes.likeness import deciding
from slaflow.hours.rules import Windows
from slaflow.workflow.model.clocks import Allowance, Days, Months, OpenTime, Pause, Target
from slaflow.workflow.model.commitment import Commitment, Signed
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Check, Field
from slaflow.workflow.model.parties import LEAD, SYSTEM

Judge = Callable[[Any, Any], Effect]


def opposite(effect: Effect) -> Effect:
    return {"stricter": "looser", "looser": "stricter"}.get(effect, "other")  # type: ignore[return-value]


def more_is_looser(before: Any, after: Any) -> Effect:
    if before is None or after is None or before == after:
        return "other"
    return "looser" if after > before else "stricter"


def more_is_stricter(before: Any, after: Any) -> Effect:
    return opposite(more_is_looser(before, after))


def _bound_below(before: Any, after: Any) -> Effect:
    """Of ``at_least``: none is looser than any."""
    if before is None or after is None:
        return "stricter" if before is None else "looser"
    return more_is_stricter(before, after)


def _bound_above(before: Any, after: Any) -> Effect:
    if before is None or after is None:
        return "stricter" if before is None else "looser"
    return more_is_looser(before, after)


def ways(before: Collection[Any], after: Collection[Any]) -> Effect:
    """Of several of which one is enough: more of them are looser."""
    old, new = [deciding(each) for each in before], [deciding(each) for each in after]
    gone, come = any(each not in new for each in old), any(each not in old for each in new)
    if gone == come:
        return "other"
    return "looser" if come else "stricter"


def demands(before: Collection[Any], after: Collection[Any]) -> Effect:
    """Of several all of which are asked: more of them are stricter."""
    return opposite(ways(before, after))


def _pause(before: Pause | None, after: Pause | None) -> Effect:
    if before is None or after is None:
        return "looser" if before is None else "stricter"
    if deciding(before.when) != deciding(after.when) or before.reason != after.reason:
        return "other"
    if before.at_most is None or after.at_most is None:
        return "stricter" if before.at_most is None else "looser"
    return allowed(before.at_most, after.at_most)


def allowed(before: Allowance, after: Allowance) -> Effect:
    """Of two allowances in the same calendar."""
    match before, after:
        case OpenTime(), OpenTime():
            return more_is_looser(before.duration, after.duration)
        case Days(), Days():
            return more_is_looser(before.days, after.days)
        case Months(), Months():
            return more_is_looser(before.months, after.months)
        case _:
            return "other"


def opening(before: Windows, after: Windows) -> Effect:
    """The more a calendar is open, the sooner time in it is over."""
    old, new = _minutes(before), _minutes(after)
    if old <= new or new <= old:
        return "stricter" if old < new else "looser" if new < old else "other"
    return "other"


def _minutes(windows: Windows) -> frozenset[int]:
    return frozenset(minute for each in windows for minute in range(each.start, each.end))


def _choices(before: tuple[Any, ...], after: tuple[Any, ...]) -> Effect:
    if not before or not after:
        return "stricter" if after else "looser"
    return ways(before, after)


def _yes_is_stricter(before: bool, after: bool) -> Effect:
    return "stricter" if after else "looser"


def _valid(before: timedelta | None, after: timedelta | None) -> Effect:
    return _bound_above(before, after)


JUDGES: Mapping[tuple[type, str], Judge] = {
    (Target, "meet"): ways,
    (Target, "pause"): _pause,
    (Target, "repeat"): _yes_is_stricter,
    (Target, "restart"): ways,
    (Commitment, "at_least"): _bound_below,
    (Commitment, "at_most"): _bound_above,
    (Commitment, "min_sample"): more_is_looser,
    (Transition, "guard"): demands,
    (Transition, "from_states"): ways,
    (Transition, "by"): ways,
    (Transition, "override"): ways,
    (Check, "passes"): demands,
    (Check, "by"): ways,
    (Check, "valid_for"): _valid,
    (Field, "min"): _bound_below,
    (Field, "max"): _bound_above,
    (Field, "min_length"): _bound_below,
    (Field, "one_of"): _choices,
    (Field, "required"): _yes_is_stricter,
}


def effect(owner: type, field: str, before: Any, after: Any) -> Effect:
    judge = JUDGES.get((owner, field))
    return "other" if judge is None else judge(before, after)


def of_field(before: Field, after: Field) -> Effect:
    """Of all that differs in what a field may hold: one way, or neither."""
    found = {
        effect(Field, name, getattr(before, name), getattr(after, name))
        for owner, name in JUDGES
        if owner is Field and getattr(before, name) != getattr(after, name)
    }
    return found.pop() if len(found) == 1 else "other"


def of_existence(thing: Any, *, is_new: bool) -> Effect:
    """A promise more is stricter for who owes it; a way more is looser for who may go it."""
    if isinstance(thing, Target) and thing.owed_by is not None:
        return "stricter" if is_new else "looser"
    if isinstance(thing, Commitment):
        owes = thing.at_least is not None or thing.at_most is not None or isinstance(thing.measure, Signed)
        return ("stricter" if is_new else "looser") if owes else "other"
    if isinstance(thing, Transition) and not {LEAD, SYSTEM}.issuperset(thing.by):
        return "looser" if is_new else "stricter"
    return "other"
