"""What a field or input may hold, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from slaflow.agreement.words.naming import Naming, called, counted, either
from slaflow.language import _, marked
from slaflow.workflow.document.types import plain_number
from slaflow.workflow.model.lead import Field

KINDS: Mapping[str, str] = {
    "string": marked("text"),
    "text": marked("text"),
    "int": marked("whole number"),
    "decimal": marked("number"),
    "bool": marked("yes or no"),
    "date": marked("date"),
    "datetime": marked("instant"),
    "email": marked("e-mail address"),
    "url": marked("web address"),
}


def shown(each: object) -> str:
    """One value as people read it."""
    if isinstance(each, bool):
        return _("true") if each else _("false")
    if isinstance(each, Decimal):
        return plain_number(each)
    if isinstance(each, datetime | date):
        return each.isoformat()
    return _("nothing") if each is None else str(each)


def limits(field: Field) -> str:
    """What its values must satisfy: ``of at least 10 characters``, ``one of web or event``; may be empty."""
    said = []
    if field.one_of:
        words = _("one of {values}") if len(field.one_of) > 1 else _("always {values}")
        said.append(words.format(values=either(map(shown, field.one_of))))
    if field.min is not None:
        said.append(_("of at least {value}").format(value=shown(field.min)))
    if field.max is not None:
        said.append(_("of at most {value}").format(value=shown(field.max)))
    if field.min_length is not None:
        said.append(_("of at least {characters}").format(characters=counted(field.min_length, "character")))
    if field.pattern is not None:
        said.append(_("that matches “{pattern}”").format(pattern=field.pattern))
    return ", ".join(said)


def holds(field: Field) -> str:
    """Its kind and its limits: ``text of at least 10 characters``."""
    kind, bounds = _(KINDS[field.type]), limits(field)
    return f"{kind}, {bounds}" if field.one_of and bounds else f"{kind} {bounds}".strip()


def asked(field: Field, *, optional: bool = True) -> str:
    """An input as one asks for it: ``feedback of at least 10 characters``, ``rival (may be left out)``.

    *optional*: whether what may be left out is said to be.
    """
    title = called(field.name, field.title)
    kind = "" if field.type in ("string", "text") else f" ({_(KINDS[field.type])})"
    bounds = limits(field)
    joined = f"{title}{kind}" + (f", {bounds}" if field.one_of and bounds else f" {bounds}" if bounds else "")
    extra = (
        []
        if field.default is None
        else [_("{shown} unless said otherwise").format(shown=shown(field.default))]
    )
    if optional and not field.required and field.default is None:
        extra.append(_("may be left out"))
    return f"{joined} ({'; '.join(extra)})" if extra else joined


def setters(by: Mapping[str, str] | None, naming: Naming) -> str:
    """Who may set a field by hand."""
    if by is None:
        return _("by everybody who may set fields")
    return _("by {who}").format(who=naming.may(by, by)) if by else _("by nobody")
