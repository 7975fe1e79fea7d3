"""What a field or input may hold, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from slaflow.agreement.words.naming import Naming, called, counted, either
from slaflow.workflow.document.types import plain_number
from slaflow.workflow.model.lead import Field

KINDS: Mapping[str, str] = {
    "string": "text",
    "text": "text",
    "int": "whole number",
    "decimal": "number",
    "bool": "yes or no",
    "date": "date",
    "datetime": "instant",
    "email": "e-mail address",
    "url": "web address",
}


def shown(each: object) -> str:
    """One value as people read it."""
    if isinstance(each, bool):
        return "true" if each else "false"
    if isinstance(each, Decimal):
        return plain_number(each)
    if isinstance(each, datetime | date):
        return each.isoformat()
    return "nothing" if each is None else str(each)


def limits(field: Field) -> str:
    """What its values must satisfy: ``of at least 10 characters``, ``one of web or event``; may be empty."""
    said = []
    if field.one_of:
        said.append(f"one of {either(map(shown, field.one_of))}" if len(field.one_of) > 1 else
                    f"always {shown(field.one_of[0])}")  # fmt: skip
    if field.min is not None:
        said.append(f"of at least {shown(field.min)}")
    if field.max is not None:
        said.append(f"of at most {shown(field.max)}")
    if field.min_length is not None:
        said.append(f"of at least {counted(field.min_length, 'character')}")
    if field.pattern is not None:
        said.append(f"that matches “{field.pattern}”")
    return ", ".join(said)


def holds(field: Field) -> str:
    """Its kind and its limits: ``text of at least 10 characters``."""
    kind, bounds = KINDS[field.type], limits(field)
    return f"{kind}, {bounds}" if field.one_of and bounds else f"{kind} {bounds}".strip()


def asked(field: Field, *, optional: bool = True) -> str:
    """An input as one asks for it: ``feedback of at least 10 characters``, ``rival (may be left out)``.

    *optional*: whether what may be left out is said to be.
    """
    title = called(field.name, field.title)
    kind = "" if field.type in ("string", "text") else f" ({KINDS[field.type]})"
    bounds = limits(field)
    joined = f"{title}{kind}" + (f", {bounds}" if field.one_of and bounds else f" {bounds}" if bounds else "")
    extra = [] if field.default is None else [f"{shown(field.default)} unless said otherwise"]
    if optional and not field.required and field.default is None:
        extra.append("may be left out")
    return f"{joined} ({'; '.join(extra)})" if extra else joined


def setters(by: Mapping[str, str] | None, naming: Naming) -> str:
    """Who may set a field by hand."""
    if by is None:
        return "by everybody who may set fields"
    return f"by {naming.may(by, by)}" if by else "by nobody"
