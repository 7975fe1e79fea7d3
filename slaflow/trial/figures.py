"""What an ``expect`` may ask about, read into figures that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from slaflow.clock.state import Status
from slaflow.lifecycle.commitments.verdicts import KEPT, MISSED
from slaflow.trial.reader import Reader
from slaflow.trial.scenario import Expected
from slaflow.workflow.document.durations import DurationInvalid, parse_duration
from slaflow.workflow.model.clocks import OpenTime
from slaflow.workflow.model.commitment import Commitment, Signed
from slaflow.workflow.model.periods import InvalidPeriod, parse_period, period_of
from slaflow.workflow.yaml.tree import Path

STATUSES: tuple[str, ...] = get_args(Status)

Figures = Iterator[Expected]
NOBODY = "nobody"


def read_figures(reader: Reader, path: Path, given: Any) -> tuple[Expected, ...]:
    """The figures of one ``expect``, in the order in which they stand."""
    asked = reader.mapping(path, given, _READERS)
    if not asked and isinstance(given, dict | None):
        reader.problem(path, f"expect asks for nothing; it takes {', '.join(_READERS)}")
    order = list(given) if isinstance(given, dict) else []
    return tuple(
        figure
        for key in sorted(asked, key=order.index)
        for figure in _READERS[key](reader, (*path, key), asked[key])
    )


def _state(reader: Reader, path: Path, value: Any) -> Figures:
    if name := reader.name(path, value, "state", reader.workflow.states):
        yield Expected("state", name)


def _stage(reader: Reader, path: Path, value: Any) -> Figures:
    if name := reader.name(path, value, "stage", reader.workflow.stages):
        yield Expected("stage", name)


def _score(reader: Reader, path: Path, value: Any) -> Figures:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield Expected("score", Decimal(value))
    else:
        reader.problem(path, f'"{value}" is not a number')


def _owner(reader: Reader, path: Path, value: Any) -> Figures:
    is_nobody = value is None or (value == NOBODY and value not in reader.emails)
    owner = None if is_nobody else reader.person(path, value)
    if is_nobody or owner is not None:
        yield Expected("owner", owner)


def _waiting(reader: Reader, path: Path, value: Any) -> Figures:
    """``false``, as null, stands for no team."""
    if value is None or value is False:
        yield Expected("waiting", None)
    elif reader.name(path, value, "team", reader.workflow.teams):
        yield Expected("waiting", value)


def _fields(reader: Reader, path: Path, value: Any) -> Figures:
    for name, wanted in reader.values(path, value, reader.workflow.fields, "field").items():
        yield Expected("fields", wanted, name)


def _by_target(reader: Reader, path: Path, value: Any, example: str) -> Iterator[tuple[Path, str, Any]]:
    names = [target.name for target in reader.workflow.targets]
    for name, wanted in reader.anything(path, value, f"target: {example}").items():
        if reader.name((*path, name), name, "target", names):
            yield (*path, name), name, wanted


def _clocks(reader: Reader, path: Path, value: Any) -> Figures:
    """``null`` stands for no clock at all."""
    for at, name, status in _by_target(reader, path, value, "running"):
        if status is None or reader.name(at, status, "status", STATUSES):
            yield Expected("clocks", status, name)


def _due(reader: Reader, path: Path, value: Any) -> Figures:
    for at, name, wanted in _by_target(reader, path, value, "2026-03-09T13:30:00+01:00"):
        instant = None if wanted is None else reader.instant(at, wanted)
        if wanted is None or instant is not None:
            yield Expected("due", instant, name)


def _open_time(reader: Reader, path: Path, value: Any) -> Figures:
    for at, name, wanted in _by_target(reader, path, value, "3h"):
        try:
            span = parse_duration(str(wanted))
        except DurationInvalid as error:
            reader.problem(at, str(error))
            continue
        if not isinstance(span, OpenTime):
            reader.problem(at, f'open time is measured in h, m and s, not "{wanted}"')
        else:
            yield Expected("open_time", span.duration, name)


def _targets(kind: str) -> Callable[[Reader, Path, Any], Figures]:
    def read(reader: Reader, path: Path, value: Any) -> Figures:
        known = [target.name for target in reader.workflow.targets if not target.is_timer]
        names = reader.entries(value)
        found = [reader.name((*path, place), name, "target", known) for place, name in enumerate(names)]
        if None not in found:
            yield Expected(kind, frozenset(found))

    return read


def _notified(reader: Reader, path: Path, value: Any) -> Figures:
    found = [
        reader.text((*path, place), name, "an address or a party")
        for place, name in enumerate(reader.entries(value))
    ]
    if all(found):
        yield Expected("notified", frozenset(map(reader.spelt, found)))


def _commitments(reader: Reader, path: Path, value: Any) -> Figures:
    """``{volume: {2026-03: {figure: 3, verdict: missed}}}``"""
    known = reader.workflow.commitments
    example = "commitment: {2026-03: {figure: 3, verdict: missed}}"
    for name, periods in reader.anything(path, value, example).items():
        at = (*path, name)
        if reader.name(at, name, "commitment", known):
            yield from _of_commitment(reader, at, known[name], periods)


def _of_commitment(reader: Reader, path: Path, commitment: Commitment, periods: Any) -> Figures:
    if isinstance(commitment.measure, Signed):
        reader.problem(path, f"{commitment.name} is signed by the parties, which no story tells")
        return
    for label, asked in reader.anything(path, periods, "2026-03: {figure: 3, verdict: missed}").items():
        at = (*path, label)
        given = reader.mapping(at, asked, ("figure", "verdict"))
        if not given and isinstance(asked, dict | None):
            reader.problem(at, "nothing is asked for; write figure, verdict or both")
        if not _is_period(reader, at, commitment, str(label)):
            continue
        place = f"{commitment.name}.{label}"
        if "figure" in given:
            yield from _figure(reader, (*at, "figure"), commitment, given["figure"], place)
        verdict = given.get("verdict")
        if "verdict" in given and (
            verdict is None or reader.name((*at, "verdict"), verdict, "verdict", (KEPT, MISSED))
        ):
            yield Expected("commitments", verdict, f"{place}.verdict")


def _is_period(reader: Reader, path: Path, commitment: Commitment, label: str) -> bool:
    try:
        period = parse_period(label)
    except InvalidPeriod as error:
        reader.problem(path, str(error), key=True)
        return False
    if period.every == commitment.every:
        return True
    meant = period_of(commitment.every, period.first).label
    what = f"{commitment.name} is owed every {commitment.every}"
    words = f"{what}, and {label} is a {period.every}; write {meant}"
    reader.problem(path, words, key=True)
    return False


def _figure(reader: Reader, path: Path, commitment: Commitment, value: Any, place: str) -> Figures:
    """As a review writes it: a number, of a share in percent, of a time in h, m and s; null is none."""
    found = None if value is None else _number(commitment, value)
    if value is None or found is not None:
        yield Expected("commitments", found, f"{place}.figure")
        return
    how = "66.66%" if commitment.is_share else "1h30m" if commitment.is_time else "3"
    reader.problem(path, f'"{value}" is not how {commitment.name} is measured; write {how}')


def _number(commitment: Commitment, value: Any) -> Decimal | timedelta | None:
    if isinstance(value, bool):
        return None
    text = str(value)
    if commitment.is_time:
        try:
            span = parse_duration(text)
        except DurationInvalid:
            return None
        return span.duration if isinstance(span, OpenTime) else None
    if commitment.is_share != text.endswith("%"):
        return None
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        return None
    return number / 100 if commitment.is_share else number if number.is_finite() else None


_READERS: Mapping[str, Callable[[Reader, Path, Any], Figures]] = {
    "state": _state,
    "stage": _stage,
    "score": _score,
    "owner": _owner,
    "waiting": _waiting,
    "fields": _fields,
    "clocks": _clocks,
    "due": _due,
    "breached": _targets("breached"),
    "met": _targets("met"),
    "notified": _notified,
    "open_time": _open_time,
    "commitments": _commitments,
}
