"""A transition's inputs as HTML: which control, which bounds, what its choices are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from slaflow.agreement.words.values import limits, shown
from slaflow.engine.desk.asked import Asked
from slaflow.language import _, pointed
from slaflow.workflow.identity import plain
from slaflow.workflow.model.lead import Field, Value

_KINDS: Mapping[str, str] = {
    "int": "number", "decimal": "number", "date": "date", "datetime": "datetime-local", "email": "email",
    "url": "url",
}  # fmt: skip


class Choice(NamedTuple):
    value: str
    words: str


def choices(field: Field) -> list[Choice]:
    """What is chosen from, as it is sent and as it is called."""
    if field.one_of:
        return [Choice(plain(each), shown(each).replace("_", " ")) for each in field.one_of]
    return [Choice("true", _("yes")), Choice("false", _("no"))]


def kind(field: Field) -> str:
    """The ``type`` of its control."""
    return _KINDS.get(field.type, "text")


def hint(field: Field) -> str:
    """What its values must satisfy, in words; empty where anything will do."""
    return limits(field).removeprefix("of ")


def preset(field: Field) -> str:
    """What stands in it at first."""
    return "" if field.default is None else plain(field.default)


def standing(field: Field, values: Mapping[str, Value], zone: ZoneInfo) -> str:
    """What stands in it as it is known, an instant as the local time of *zone*; else :func:`preset`."""
    value = values.get(field.name)
    if value is None:
        return preset(field)
    if field.type == "datetime":
        try:
            return datetime.fromisoformat(str(value)).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        except ValueError:
            return plain(value)
    return plain(value)


def number(value: float) -> str:
    """Points as people read them: whole, or with one decimal."""
    return pointed(f"{value:.1f}".removesuffix(".0"))


def signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{number(abs(value))}"


def bounds(asked: Asked) -> dict[str, str | bool]:
    """What the browser checks before it sends; the engine checks all of it again."""
    field, name = asked.field, f"in.{asked.field.name}"
    found: dict[str, str | bool] = {}
    if asked.is_required:
        found["required"] = True
    if field.min_length is not None and field.type in ("string", "text"):
        found["minlength"] = str(field.min_length)
    for bound in ("min", "max"):
        if (value := getattr(field, bound)) is not None:
            found[bound] = shown(value)
    if field.type in ("int", "decimal"):
        found["step"] = "1" if field.type == "int" else "any"
    if hint(field):
        found["aria-describedby"] = f"{name}-hint"
    return found
