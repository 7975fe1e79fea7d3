"""CEL's complaints in our words: types that do not go together, constants it cannot read."""

from __future__ import annotations

import re
from datetime import datetime

from slaflow.hours.zones import with_offset
from slaflow.workflow.expressions.syntax import Node, bare
from slaflow.workflow.expressions.words import CALENDAR_PARTS


def type_name(name: str) -> str:
    """CEL's name of a type (``google.protobuf.Timestamp``, ``LIST<INT>``) as we write it."""
    plain = name.lower().removeprefix("google.protobuf.").removesuffix("_type")
    return re.sub(r"^list[(<](.*)[)>]$", r"a list of \1", plain)


def mismatch(node: Node, types: list[str]) -> str:
    """``cannot compare int with string``, for an operation and the types it was given."""
    if node.kind in ("call", "method"):
        target = f"{types[0]}." if node.kind == "method" and types else ""
        given = types[1:] if target else types
        return f"{target}{node.text}() does not take {' and '.join(given) or 'nothing'}"
    if node.kind == "choice":
        if types[0] != "bool":
            return f"what stands before ? must be bool, not {types[0]}"
        return f"both sides of : must be of one type, not {types[1]} and {types[2]}"
    if node.kind == "unary":
        return f"! needs bool, not {types[0]}" if node.text == "!" else f"cannot negate {types[0]}"
    left, right = types[0], types[-1]
    match node.text:
        case "+":
            return f"cannot add {right} to {left}"
        case "-":
            return f"cannot subtract {right} from {left}"
        case "*":
            return f"cannot multiply {left} by {right}"
        case "/" | "%":
            return f"cannot divide {left} by {right}" if node.text == "/" else f"% takes int, not {left}"
        case "&&" | "||":
            return f"{node.text} needs bool on both sides, not {left} and {right}"
        case "in" if not right.startswith("a list"):
            return f"in needs a list like ['a', 'b'] after it, not {right}"
        case _:
            return f"cannot compare {left} with {right}"


def instant_advice(node: Node, types: list[str], zone: str) -> str:
    """How to write an instant, where one is compared with a literal text; else nothing."""
    if {"timestamp", "string"} != set(types):
        return ""
    texts = [bare(part) for part in node.args]
    written = next(
        (str(part.value) for part in texts if (part.kind, part.text) == ("literal", "string")), None
    )
    return (
        "" if written is None else f"; write timestamp('{_dated(written, zone) or '2026-03-01T00:00:00Z'}')"
    )


def _dated(written: str, zone: str) -> str | None:
    """That instant with an offset; None if it is no instant."""
    try:
        instant = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return written.strip() if instant.utcoffset() is not None else with_offset(instant, zone)


_DAYS = re.compile(r"^(\d{1,6})([dw])$")


def unreadable(function: str, written: str, reason: str, zone: str = "UTC") -> str:
    """Why *function* can never read the literal *written*; *reason* is what CEL said."""
    if function == "duration":
        if days := _DAYS.match(written):
            hours = int(days.group(1)) * (24 if days.group(2) == "d" else 168)
            return f"CEL does not know {'days' if days.group(2) == 'd' else 'weeks'}; write {hours}h"
        return f'"{written}" is not a duration; CEL knows h, m and s, as in 1h30m'
    if function == "timestamp":
        with_its_own = _dated(written, zone)
        advice = f"; write {with_its_own}" if with_its_own else ", as in 2026-03-01T09:00:00+01:00"
        return f'"{written}" is not an instant with its offset{advice}'
    if function == "matches":
        return f"not a regular expression: {reason.removeprefix('INVALID_ARGUMENT: ').partition(': ')[2]}"
    if function in CALENDAR_PARTS:
        return f'unknown time zone "{written}"'
    return f'{function}() cannot read "{written}"'
