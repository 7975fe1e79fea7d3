"""A lead as it stands, as the texts that a CRM's fields are to hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from slaflow.clock.state import Clock
from slaflow.engine.settle import settled
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.scoring import number_text
from slaflow.lifecycle.view import View
from slaflow.link.out_binding import LinkMap
from slaflow.link.out_map import DUE, Shown
from slaflow.workflow.identity import folded
from slaflow.workflow.model.lead import Value
from slaflow.workflow.model.workflow import Workflow


class Standing(NamedTuple):
    """What a lead is to be there: texts by the CRM's field, None for an empty one.

    ``at`` says when each field that both sides may change was changed here. ``key`` is what its record is
    found by. What nothing can be said of is left out; ``owner_unknown``: since its owner is nobody there.
    """

    texts: Mapping[str, str | None]
    at: Mapping[str, datetime]
    key: str | None
    owner_unknown: bool


def standing(
    link: LinkMap, workflow: Workflow, people: Directory, lead: Lead, clocks: Iterable[Clock], now: datetime,
    owners: Mapping[str, str],
) -> Standing:  # fmt: skip
    """*lead*, which lives under *workflow*, settled in memory to *now*; nothing is saved.

    Args:
        owners: the CRM's ids of people by their folded addresses; empty where the map asks for none.
    """
    at = max(now, lead.as_of)
    found = settled(workflow, people, lead, clocks, at)
    assert found.lead is not None
    stood, view, document = found.lead, View(workflow, found.lead, at), link.document
    texts: dict[str, str | None] = {}
    unknown = False
    for name, shown in document.out.items():
        if shown.owner:
            their = owners.get(folded(stood.owner or ""))
            if stood.owner is None or their is not None:
                texts[name] = their
            unknown |= stood.owner is not None and their is None
            continue
        text = _text(shown, view, found.clocks)
        if shown.is_ is None:
            texts[name] = text
        elif text is not None and text in shown.is_:
            texts[name] = shown.is_[text] or None
    changed_at: dict[str, datetime] = {}
    for name, shared in document.both.items():
        # What was never said here is for the other side to say.
        if (moment := stood.field_at.get(shared.field)) is not None:
            texts[name], changed_at[name] = text_of(stood.fields.get(shared.field)), moment
    key = None if link.identity is None else text_of(stood.fields.get(link.identity))
    return Standing(texts, changed_at, key, unknown)


def text_of(value: Value) -> str | None:
    """A field's value as text; None is an empty field."""
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(shown: Shown, view: View, clocks: Iterable[Clock]) -> str | None:
    if shown.field is not None:
        return text_of(view.lead.fields.get(shown.field))
    name = shown.source or ""
    if name.startswith(DUE):
        return _due(name.removeprefix(DUE), clocks)
    if name == "score":
        return number_text(view.score("score"))
    if name == "entered_at":
        return _instant(view.lead.entered_at)
    found: str | None = getattr(view.lead, name)
    return found


def _due(target: str, clocks: Iterable[Clock]) -> str | None:
    """When the first promise of that name that is still owed is, or was, due; a paused one is at no known
    instant."""
    owed = (each for each in clocks if each.target == target and each.is_open and each.paused_at is None)
    found = min((each.due_at for each in owed if each.due_at is not None), default=None)
    return None if found is None else _instant(found)


def _instant(at: datetime) -> str:
    """CRMs keep seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
