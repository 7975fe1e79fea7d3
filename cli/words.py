"""Durations, instants, values and log entries as people read them; pure text, no layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_DOWN, Decimal
from typing import Any

from slaflow.exchange.sheet import plain as plain
from slaflow.hours.words import duration, open_time
from slaflow.report.promises import figure_words, missed_by


def on_calendar(seconds: float, calendar: str | None) -> str:
    """Open time of that calendar; on ``always`` in days, which have 24 hours there."""
    return duration(seconds) if calendar == "always" else open_time(seconds)


def time_left(clock: Mapping[str, Any]) -> str:
    """``1 h 12 min left`` or ``45 min overdue``; nothing where there is nothing to tell.

    *clock* is one of LEAD or a row of the queue. Broken over a weekend it is overdue by no open time.
    """
    seconds = seconds_left(clock)
    if seconds is None:
        return ""
    if not seconds and is_overdue(clock):
        return "overdue"
    return f"{on_calendar(seconds, clock['calendar'])} {'overdue' if is_overdue(clock) else 'left'}"


def seconds_left(clock: Mapping[str, Any]) -> int | None:
    """Open time until due, under either name our JSON has for it."""
    left: int | None = clock.get("seconds_left", clock.get("left_seconds"))
    return left


def is_overdue(clock: Mapping[str, Any]) -> bool:
    return clock["status"] == "breached" or (seconds_left(clock) or 0) < 0


def score(value: float) -> str:
    """At most two decimals, the rest cut off: what is shown as 50 is 50 for a guard too."""
    cut = f"{Decimal(str(value)).quantize(Decimal('0.01'), ROUND_DOWN):f}"
    return cut.rstrip("0").rstrip(".")


def instant(text: str | None, zone: tzinfo = UTC) -> str:
    """An instant of our JSON in *zone*: ``Mon 2026-03-09 13:30``, seconds only where there are any."""
    if text is None:
        return ""
    here = datetime.fromisoformat(text).astimezone(zone)
    return here.strftime("%a %Y-%m-%d %H:%M:%S" if here.second else "%a %Y-%m-%d %H:%M")


def listed(parts: Iterable[str], nothing: str = "nothing") -> str:
    """The parts that say something, with commas."""
    return ", ".join(part for part in parts if part) or nothing


def lead_number(number: int | None) -> str:
    """``#42``, which a LEAD may be and no identity is taken for; nothing for None."""
    return "" if number is None else f"#{number}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 lead``, ``2 leads``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def clean(text: str) -> str:
    """*text* on one line, control characters spelt out: what a web form held must not drive a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_ASKED = ("activity", "check", "lift", "dispute", "uphold")


def entry_words(entry: Mapping[str, Any], zone: tzinfo = UTC) -> str:
    """The point of a log entry in a few words; its kind stands beside them."""
    data: Mapping[str, Any] = entry["data"] or {}
    kind = entry["kind"]
    if kind == "transition":
        handoff = ", handoff" if entry["handoff"] else ""
        overridden = f", overridden: {entry['reason']}" if entry["reason"] else ""
        return f"{entry['trigger']}: {entry['from']} -> {entry['to']}{handoff}{overridden}"
    if kind == "refused":
        return f"{entry['trigger'] or _asked(data)}: {entry['reason']}"
    if kind == "commitment":
        return _commitment(entry["target"], data)
    if entry["target"] is not None:
        step = f", step {entry['step']}" if entry["step"] else ""
        falls = data.get("due_at") or data.get("new")
        due = f", due {instant(falls, zone)}" if falls else ""
        kept = f", fulfilled {instant(data['completed_at'], zone)}" if data.get("completed_at") else ""
        why = f": {entry['reason']}" if entry["reason"] else ""
        return f"{entry['target']}{step}{due}{kept}{why}"
    if "about" in data and kind != "refused":
        return f"the return for {data['about']} by {data['gave']}: {entry['reason']}"
    if kind in ("erased", "signature_withdrawn"):
        return str(entry["reason"])
    if kind == "migrated" and data:
        renamed = "" if entry["from"] == entry["to"] else f", {entry['from']} -> {entry['to']}"
        return f"from version {data['from_digest'][:12]}{renamed}"
    return _WORDS.get(kind, _data_words)(data) if entry["data"] is not None else "erased"


def _asked(data: Mapping[str, Any]) -> str:
    """What was refused, where it is no trigger."""
    if "change" in data:
        return f"set {', '.join(data['change'])}"
    if "assign" in data:
        return f"assign to {data['assign'] or 'nobody'}"
    if "erase" in data:
        return "erase"
    if "contest" in data:
        return f"{data['contest']} the return for {data['about']}"
    return str(next((data[name] for name in _ASKED if data.get(name)), ""))


def _person(data: Mapping[str, Any]) -> str:
    where = listed((data.get(name) or "" for name in ("party", "team", "role")), "")
    return f"{data.get('email')} {data.get('change')}{': ' if where else ''}{where}"


def _assigned(data: Mapping[str, Any]) -> str:
    method = str(data.get("method") or "").replace("_", " ")
    if method == "waiting":
        return f"to nobody, waits for {data['team']}"
    return f"to {data.get('to') or 'nobody'}" + (f" ({method})" if method else "")


def _commitment(name: str, data: Mapping[str, Any]) -> str:
    """``volume 2026-03: 187, at least 200, missed``; per owner also by whom."""
    owed = listed(
        (f"{key.replace('_', ' ')} {value}" for key, value in data["promise"].items()), "nothing owed"
    )
    verdict = data["verdict"] or "no verdict"
    by = " and ".join(missed_by(data))
    restated = " (restated)" if data.get("restates") else ""
    whom = f" by {by}" if by else ""
    return f"{name} {data['period']}: {figure_words(data, data)}, {owed}, {verdict}{whom}{restated}"


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "created": lambda data: str(data.get("key")),
    "signed": lambda data: (
        "the agreement's text"
        if data.get("of")
        else listed((plain(data.get("period")), plain(data.get("record_digest"))[:12]))
    ),
    "archived": lambda data: (
        f"{counted(data['entries'], 'entry', 'entries')} of {counted(data['streams'], 'stream')} "
        f"to {data['file']}"
    ),
    "activated": lambda data: f"time zones of {data.get('tz_release')}",
    "person": _person,
    "assigned": _assigned,
}


def _data_words(data: Mapping[str, Any]) -> str:
    """``call, outcome reached``: what is set, mappings one level deep."""
    words = []
    for name, value in data.items():
        if name == "late":
            words.append(f"told {duration(value['age_seconds'])} late")
        elif name == "misfit":
            words.append("not meant for it")
        elif isinstance(value, Mapping):
            words += [f"{k} {plain(v)}" for k, v in value.items() if v is not None]
        elif value not in (None, False, "", []):
            words.append(plain(value) if name in ("activity", "check", "email") else f"{name} {plain(value)}")
    return ", ".join(words)
