"""What differs in a calendar's hours: ``office is open until 16:00 instead of 15:00 on Fridays``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from slaflow.agreement.changes.change import Effect
from slaflow.agreement.changes.effect import opening
from slaflow.agreement.changes.said import Said
from slaflow.agreement.changes.written import between, written
from slaflow.agreement.words.naming import listed
from slaflow.agreement.words.opening import clock, dates, days, span_of_days, span_of_instants, windows
from slaflow.hours.rules import Rules, Windows
from slaflow.language import _, marked

_KINDS = {"holidays": marked("holidays"), "closed": marked("closed days")}


def rules(before: Rules, after: Rules, name: str) -> Iterator[Said]:
    """All that differs but dates that a version stored of its holidays' codes."""
    yield from _week(before.week, after.week, name)
    codes = before.holiday_codes, after.holiday_codes
    yield from _listed(
        "holidays",
        codes,
        name,
        (_("now keeps the public holidays of"), _("no longer keeps the public holidays of")),
        str,
    )
    own = before.holiday_dates, after.holiday_dates
    yield from _listed(
        "holidays",
        own,
        name,
        (_("now has a holiday on"), _("no longer has a holiday on")),
        lambda day: dates([day]),
    )
    closed = before.closed_days, after.closed_days
    yield from _listed(
        "closed", closed, name, (_("is now closed on"), _("is no longer closed on")), span_of_days
    )
    instants = before.closed_instants, after.closed_instants
    yield from _listed(
        "closed", instants, name, (_("is now closed from"), _("is no longer closed from")), span_of_instants
    )
    yield from _open(before, after, name)


def _week(before: Sequence[Windows], after: Sequence[Windows], name: str) -> Iterator[Said]:
    """Days that change alike are told in one sentence."""
    alike: dict[tuple[Windows, Windows], list[int]] = {}
    for day, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            alike.setdefault((old, new), []).append(day)
    for (old, new), numbers in alike.items():
        sentence = _("{name} is {changed} on {days}").format(
            name=name, changed=_changed(old, new), days=days(numbers)
        )
        yield Said("hours", written(old), written(new), sentence, opening(old, new))


def _changed(old: Windows, new: Windows) -> str:
    if not old or not new:
        return (
            _("open {windows} and no longer closed").format(windows=windows(new))
            if new
            else _("closed instead of open {windows}").format(windows=windows(old))
        )
    if len(old) == len(new):
        if [each.start for each in old] == [each.start for each in new] and old[:-1] == new[:-1]:
            return _("open until {now} instead of {then}").format(
                now=clock(new[-1].end), then=clock(old[-1].end)
            )
        if [each.end for each in old] == [each.end for each in new] and old[1:] == new[1:]:
            return _("open from {now} instead of {then}").format(
                now=clock(new[0].start), then=clock(old[0].start)
            )
    return _("open {now} instead of {then}").format(now=windows(new), then=windows(old))


def _listed(
    what: str, pair: tuple[Sequence[Any], Sequence[Any]], name: str, words: tuple[str, str], said: Any
) -> Iterator[Said]:
    before, after = pair
    come, gone = (
        [each for each in after if each not in before],
        [each for each in before if each not in after],
    )
    if not come and not gone:
        if tuple(before) != tuple(after):
            sentence = _("{name}: the {what} stand in another order").format(name=name, what=_(_KINDS[what]))
            yield Said(what, _texts(before), _texts(after), sentence)
        return
    parts = [
        f"{verb} {listed(map(said, each))}" for verb, each in zip(words, (come, gone), strict=True) if each
    ]
    way: Effect = "other" if come and gone else "looser" if come else "stricter"
    yield Said(what, _texts(before), _texts(after), f"{name} {listed(parts)}", way)


def _texts(given: Sequence[Any]) -> list[str]:
    return [between(each) if isinstance(each, tuple) else str(written(each)) for each in given]


def _open(before: Rules, after: Rules, name: str) -> Iterator[Said]:
    old, new = dict(before.open_days), dict(after.open_days)
    for day in sorted({*old, *new}):
        if old.get(day) != new.get(day):
            now = (
                _("open {windows}").format(windows=windows(new[day]))
                if day in new
                else _("open as on any such day")
            )
            then = (
                _("open {windows}").format(windows=windows(old[day]))
                if day in old
                else _("as on any such day")
            )
            sentence = _("{name} is {now} on {at} instead of {then}").format(
                name=name, now=now, at=day.isoformat(), then=then
            )
            yield Said("open", written(old.get(day)), written(new.get(day)), sentence)
