"""The log as XES (IEEE 1849): a trace per lead, an event per entry of it.

Clocks are activities with a life: start, suspend, resume, complete, withdraw; ``concept:instance`` tells
one clock of a target from the next. All else is done in an instant, which XES calls complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from xml.sax.saxutils import quoteattr

from slaflow.exchange.exports.lines import Write, instant_text
from slaflow.exchange.exports.process import Data, Value, activity_name, attributes, data_of
from slaflow.log.entry import Entry

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value="0"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="unknown"/>
\t\t<string key="lifecycle:transition" value="complete"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
\t\t<string key="org:resource" value="system"/>
\t\t<string key="kind" value="unknown"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
\t<classifier name="Activity and lifecycle" keys="concept:name lifecycle:transition"/>
\t<classifier name="Kind and activity" keys="kind concept:name"/>
\t<classifier name="Resource" keys="org:resource"/>
"""
_CLOCK_STEPS = {
    "clock_started": "start",
    "clock_paused": "suspend",
    "clock_resumed": "resume",
    "clock_met": "complete",
    "met_late": "complete",
    "timer_fired": "complete",
    "clock_cancelled": "withdraw",
    "clock_passed_on": "withdraw",
}
_CLOCK_EVENTS = {
    "warned": "warned",
    "breached": "breached",
    "breach_lifted": "lifted",
    "disputed": "disputed",
    "granted": "granted",
    "upheld": "upheld",
    "escalated": "escalated",
    "clock_moved": "moved",
    "clock_restarted": "restarted",
}
# What XML 1.0 has no way to write, and what an attribute must not hold as it is.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile(r"""[^&<>"'\x00-\x1f\ud800-\udfff\ufffe\uffff]*""")
_SPELT = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def write_xes(entries: Iterable[Entry], write: Write, name: str) -> None:
    """A whole XES document; *entries* come lead by lead, each lead's in their order.

    Entries of no lead (people, agreements) belong to no trace and must not come. *name* is the log's.
    Characters that XML cannot hold become U+FFFD.
    """
    own = _attribute("concept:name", name, 1) + _attribute("lifecycle:model", "standard", 1)
    write((_HEAD + own).encode())
    for lead, course in groupby(entries, lambda entry: entry.lead):
        for part in _trace(str(lead), course):
            write(part.encode())
    write(b"</log>\n")


def _trace(lead: str, course: Iterator[Entry]) -> Iterator[str]:
    first = next(course)
    yield "\t<trace>\n" + _attribute("concept:name", lead, 2)
    for key, value in _of_the_lead(first):
        yield _attribute(key, value, 2)
    yield _event(first)
    for entry in course:
        yield _event(entry)
    yield "\t</trace>\n"


def _of_the_lead(first: Entry) -> Iterator[tuple[str, Value]]:
    """The lead as it was created, if that entry is there and not erased, and its agreement."""
    if first.digest is not None:
        yield "digest", first.digest
    if first.kind == "created":
        for path, value in attributes(first, data_of(first)):
            if path == "data.key":
                yield "key", value
            elif path.startswith("data.fields."):
                yield path.replace("data.fields.", "lead."), value


def _event(entry: Entry) -> str:
    data = data_of(entry)
    name, transition = _step(entry, data)
    parts = [
        "\t\t<event>\n",
        _attribute("concept:name", name, 3),
        _attribute("lifecycle:transition", transition, 3),
        _attribute("time:timestamp", entry.at, 3),
        _attribute("org:resource", entry.actor, 3),
    ]
    if entry.clock is not None:
        parts.append(_attribute("concept:instance", f"{entry.target} {entry.clock}", 3))
    if entry.party is not None:
        parts += [_attribute("org:role", entry.party, 3), _attribute("org:group", entry.party, 3)]
    parts += [_attribute(key, value, 3) for key, value in attributes(entry, data)]
    parts.append("\t\t</event>\n")
    return "".join(parts)


def _step(entry: Entry, data: Data) -> tuple[str, str]:
    """The activity and the step of its life that the entry is."""
    if entry.target is None or entry.kind == "refused":
        return activity_name(entry, data), "complete"
    if entry.kind in _CLOCK_STEPS:
        return entry.target, _CLOCK_STEPS[entry.kind]
    if entry.kind == "breach_lifted" and entry.entry_class == "consequence":
        # Late evidence ends the clock as met; one who lifts by hand leaves the duty owed.
        return entry.target, "complete"
    return f"{entry.target} {_CLOCK_EVENTS.get(entry.kind, entry.kind)}", "complete"


def _attribute(key: str, value: Value, depth: int) -> str:
    tag, text = _written(value)
    return f"{_INDENT[depth]}<{tag} key={_quoted_key(key)} value={text}/>\n"


_INDENT = ("", "\t", "\t\t", "\t\t\t")


def _written(value: Value) -> tuple[str, str]:
    if isinstance(value, str):
        return "string", _quoted(value)
    if isinstance(value, bool):
        return "boolean", '"true"' if value else '"false"'
    if isinstance(value, int):
        return "int", f'"{value}"'
    if isinstance(value, datetime):
        return "date", f'"{instant_text(value)}"'
    return "float", f'"{value!r}"'


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return quoteattr(_NO_XML.sub("\ufffd", text), _SPELT)


_quoted_key = lru_cache(4096)(_quoted)
