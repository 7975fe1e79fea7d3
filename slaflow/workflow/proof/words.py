"""Sets of values in words: ``lead.source is 'web' or is not set``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slaflow.workflow.proof.formula import FREE
from slaflow.workflow.proof.search import Cube
from slaflow.workflow.proof.values import INFINITE, NOT_SET, Interval, Items, Numbers, Values

_FAR = 10**13
MOST = 4
"""Values, or names, that are listed."""


def told(cube: Cube, before: Mapping[str, Values]) -> str:
    """What is narrowed in *cube*, name by name; empty where nothing is, or where that is not decided."""
    narrowed = {name: values for name, values in cube.items() if values != before.get(name)}
    if len(narrowed) > MOST or not all(map(_can_be_told, narrowed, narrowed.values())):
        return ""
    return " and ".join(f"{name} {words(values, name)}" for name, values in narrowed.items())


def _can_be_told(name: str, values: Values) -> bool:
    """Whether it is a name of the file, and no instant, which nobody reads as a number."""
    far = isinstance(values.has, Numbers) and values.has.whole
    ends = [end.at for each in values.has.intervals for end in each] if far else []  # type: ignore[union-attr]
    return not name.startswith(FREE) and all(abs(at) < _FAR or abs(at) == INFINITE for at in ends)


def words(values: Values, name: str = "") -> str:
    """``is 'web' or is not set``, ``is below 10``."""
    found = list(_of_items(values.has) if isinstance(values.has, Items) else _of_numbers(values.has))
    if values.lacks & NOT_SET:
        found.append("is not answered" if name.startswith("check.") else "is not set")
    return " or ".join(found) or "is nothing"


def _of_items(has: Items) -> Iterator[str]:
    listed = sorted(_item(each) for each in has.listed)
    if has.others and listed:
        yield f"is none of {_listed(listed)}"
    elif has.others:
        yield "is anything"
    elif listed:
        yield f"is {_listed(listed)}"


def _listed(words: list[str]) -> str:
    more = [f"{len(words) - MOST} others"] if len(words) > MOST else []
    return ", ".join([*words[:MOST], *more])


def _item(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else f"'{value}'"


def _of_numbers(has: Numbers) -> Iterator[str]:
    for interval in has.intervals[:MOST]:
        yield _interval(interval)


def _interval(interval: Interval) -> str:
    low, high = interval
    if low.at == high.at:
        return f"is {_number(low.at)}"
    least = f"{'above' if low.beside else 'at least'} {_number(low.at)}"
    most = f"{'below' if high.beside else 'at most'} {_number(high.at)}"
    bounds = [least] if low.at > -INFINITE else []
    bounds += [most] if high.at < INFINITE else []
    return f"is {' and '.join(bounds) or 'anything'}"


def _number(at: float) -> str:
    return f"{at:g}" if isinstance(at, float) else str(at)
