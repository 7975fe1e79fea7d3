"""A fitted preset as the text of an import map, to be read by the import or saved and changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from slaflow.exchange.imports.row_names import variable_of
from slaflow.exchange.presets.fit import Fitted, Taken

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?: [A-Za-z0-9_]+)*")
_WORDS = frozenset("y n yes no on off true false null".split())


def map_text(fitted: Fitted) -> str:
    """The YAML of *fitted*; what was left out stands in it as comments."""
    return "".join(f"{line}\n" for line in _lines(fitted))


def _lines(fitted: Fitted) -> Iterator[str]:
    preset = fitted.preset
    yield f'# A {preset.title} under "{fitted.workflow.name}", by the preset {preset.name}.'
    yield from (f"# {note}" for note in fitted.notes())
    yield "unescape: true"
    if preset.null:
        yield f"null: {_list(preset.null)}"
    if preset.footer:
        yield f"footer: {_list(preset.footer)}"
    yield "lead:"
    yield from (f"  {each.field.name}: {_cell(fitted, each)}" for each in fitted.taken)
    yield from (f"  # {name}: COLUMN          # a lead is known by it" for name in fitted.missing)
    if fitted.created_at is not None:
        yield f"created_at: {_dated(fitted, fitted.created_at)}"
    if fitted.dates:
        yield "# events:"
        yield from (f"#   - {_event(fitted, column)}" for column in fitted.dates)


def _cell(fitted: Fitted, taken: Taken) -> str:
    if taken.holds == "date":
        return _dated(fitted, taken.column)
    if taken.holds == "flag":
        true, false = _list(fitted.preset.true), _list(fitted.preset.false)
        return f"{{column: {_scalar(taken.column)}, true: {true}, false: {false}}}"
    return _scalar(taken.column)


def _dated(fitted: Fitted, column: str) -> str:
    if not fitted.formats:
        return _scalar(column)
    return f"{{column: {_scalar(column)}, format: {_list(fitted.formats)}}}"


def _event(fitted: Fitted, column: str) -> str:
    """How a date would be an event, for whoever knows the trigger."""
    at = _dated(fitted, column)
    at = at if at.startswith("{") else f"{{column: {at}}}"
    when = f"{variable_of(column)} != ''"
    return f"{{trigger: TRIGGER, when: {_scalar(when)}, at: {at}}}"


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(_scalar(word) for word in words)}]"


def _scalar(text: str) -> str:
    """*text* as YAML reads it back, with quotes where it would mean something else without."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
