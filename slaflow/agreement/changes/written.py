"""Values of a compiled agreement as its file writes them: plain data with the file's own keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from slaflow.hours.calendar import Calendar
from slaflow.hours.rules import Window
from slaflow.workflow.document.types import plain_number
from slaflow.workflow.expressions.compiled import CompiledExpression
from slaflow.workflow.expressions.value import Clause
from slaflow.workflow.model.clocks import Case, Days, LocalTime, Months, OpenTime, Pattern, Step, UntilField
from slaflow.workflow.model.commitment import (
    Commitment,
    Count,
    Happening,
    Kept,
    Measure,
    PaceStep,
    Share,
    Signed,
    Sum,
    Timed,
)
from slaflow.workflow.model.flow import Assign, Fire, Notify, SetFields
from slaflow.workflow.model.lead import Account
from slaflow.workflow.model.parties import Grant, Route

A_WEEK = timedelta(days=7)
KEYS: Mapping[str, str] = {
    "lives_in": "while",
    "cases": "within",
    "from_states": "from",
    "guard": "when",
    "passes": "pass",
    "sets": "set",
    "per_owner": "per",
    "roles": "by",
    "actions": "does",
    "attempt_spacing": "attempts.spacing",
    "account": "lead.account",
    "timezone": "timezone",
    "in_a_row": "in_a_row",
}
"""What a field of the model is called in the file, where it is called otherwise."""
NAMES = frozenset(("name", "kind"))
"""By which a part is known: its key in the file, none of its own."""
MADE_OF_THE_REST = frozenset(
    ("index", "noted", "notes", "text", "source", "digest", "warnings", "kept_aside")
)


def key(field: str) -> str:
    return KEYS.get(field, field)


def written(value: Any) -> Any:
    """*value* as plain data: texts, numbers, lists and mappings."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, Mapping):
        return {name: written(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(written(each) for each in value)
    if isinstance(value, tuple):
        return [written(each) for each in value]
    return _part(value)


def _part(value: Any) -> Any:
    match value:
        case CompiledExpression() | OpenTime() | Days() | Months():
            return value.text
        case Window() | Grant():
            return str(value) if isinstance(value, Window) else {value.party: value.role}
        case UntilField():
            return _present({"until": value.expression.text, "before": written(value.before)})
        case LocalTime():
            return {"at": f"{value.minutes // 60:02}:{value.minutes % 60:02}"}
        case Case():
            return _case(value)
        case Clause():
            return (
                value.that.text
                if value.otherwise is None
                else {"that": value.that.text, "otherwise": value.otherwise}
            )
        case Pattern() | Happening():
            return _pattern(value)
        case Step() | PaceStep():
            return {value.label: written(value.actions if isinstance(value, Step) else value.to)}
        case Notify() | Assign() | Fire() | SetFields():
            return _action(value)
        case Count() | Sum() | Share() | Kept() | Timed() | Signed():
            return _measure(value)
        case Calendar():
            return _calendar(value)
        case Commitment():
            return _commitment(value)
        case Route():
            return _route(value)
        case Account():
            return _account(value)
        case _:
            return _fields(value)


def _present(given: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in given.items() if each is not None}


def _case(case: Case) -> Any:
    span = written(case.allowance)
    if case.when is None and case.calendar is None:
        return span
    return _present({"when": written(case.when), "is": span, "calendar": case.calendar})


def _pattern(given: Pattern | Happening) -> Any:
    value: Any = sorted(given.names) or True
    found: dict[str, Any] = {given.kind: value[0] if isinstance(value, list) and len(value) == 1 else value}
    if isinstance(given, Happening):
        more = {"step": given.step, "distinct": given.distinct, "field": given.adds}
        return _present(
            {**found, **{name: each for name, each in more.items() if each}, "when": written(given.when)}
        )
    if given.kind == "attempts":
        found = {"attempts": given.times}
    elif given.times > 1:
        found["times"] = given.times
    channels = given.channels if given.channels > 1 else None
    return _present({**found, "channels": channels, "when": written(given.when)})


def _action(given: Notify | Assign | Fire | SetFields) -> Any:
    match given:
        case Notify():
            return {"notify": list(given.to)}
        case Assign():
            return {"assign": {given.kind: given.to} if given.kind in ("input", "field") else given.to}
        case Fire():
            return _present({"fire": given.trigger, "with": written(given.inputs) or None})
        case _:
            return {"set": written(given.values)}


def _measure(measure: Measure) -> dict[str, Any]:
    """What is measured, with the keys that stand beside the others of its commitment."""
    match measure:
        case Count():
            each = {"each": True} if measure.each else {}
            return {"count": {**written(measure.of), **each}}
        case Sum():
            of = written(measure.of)
            return {"sum": {"field": of.pop("field", None), "of": of}}
        case Share():
            among = written(measure.among)
            more = {"distinct": among.pop("distinct", None), "each": measure.each or None}
            share = _present({"of": written(measure.of), "among": among, **more})
            return _present({"share": share, "cohort": written(measure.cohort)})
        case Kept():
            return {"share": _present({"met": sorted(measure.targets), "when": written(measure.when)})}
        case Timed():
            return {"time": {measure.take: measure.target}}
        case Signed():
            return {"signed_within": span_text(measure.within)}


def bound(commitment: Commitment, given: Decimal | None) -> str | None:
    """``at_least`` or ``at_most`` with its unit: ``200``, ``70%``, ``15m``."""
    if given is None:
        return None
    if commitment.is_time:
        return span_text(timedelta(seconds=float(given)))
    return f"{plain_number(given)}%" if commitment.is_share else plain_number(given)


def _commitment(given: Commitment) -> dict[str, Any]:
    said: dict[str, Any] = _fields(given)
    measured = said.pop("measure")
    for name in ("at_least", "at_most"):
        if name in said:
            said[name] = bound(given, getattr(given, name))
    return {**measured, **said}


def _calendar(given: Calendar) -> dict[str, Any]:
    rules = given.rules
    week = zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), rules.week, strict=True)
    closed = [between(each) for each in (*rules.closed_days, *rules.closed_instants)]
    said = {
        "timezone": given.timezone,
        "hours": {day: written(windows) for day, windows in week if windows},
        "holidays": [*rules.holiday_codes, *written(rules.holiday_dates)],
        "closed": closed,
        "open": {day.isoformat(): written(windows) for day, windows in rules.open_days},
    }
    return {name: each for name, each in said.items() if each}


def between(ends: tuple[date, date]) -> str:
    """Days or instants from and to: ``2026-12-23..2026-12-31``."""
    first, last = (written(each) for each in ends)
    return str(first) if first == last else f"{first}..{last}"


def _route(given: Route) -> dict[str, Any]:
    to = {"field": given.to} if given.kind == "field" else given.to
    skip = "breached" if given.skip_breached else None
    return _present({"to": to, "when": written(given.when), "skip": skip})


def _account(given: Account) -> Any:
    if not given.is_domain:
        return given.field
    return _present({"domain_of": given.field, "except": written(given.excepted) or None})


def _fields(value: Any) -> Any:
    """A part that has keys of its own; those that say nothing are left out."""
    if not is_dataclass(value):
        return str(value)
    said = {}
    for each in fields(value):
        if not each.init or each.name in NAMES or each.name in MADE_OF_THE_REST or each.name.startswith("_"):
            continue
        plain = written(getattr(value, each.name))
        if plain not in (None, [], {}, False):
            said[key(each.name)] = plain
    return said


def span_text(span: timedelta) -> str:
    """A while as a file would write it: ``30d``, ``72h``, ``90m``, ``45s``."""
    seconds = int(span.total_seconds())
    if span >= A_WEEK and seconds % 86_400 == 0:
        return f"{seconds // 86_400}d"
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
