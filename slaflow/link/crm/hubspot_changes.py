"""What was changed in HubSpot, page by page, over any number of records.

A search gives 10,000 results at most, and one that is paged through by number leaves out a record for each
that is changed meanwhile and moves to its end. So no page is numbered here: each is the first of a search of
its own, from where the one before it ended. Where more records than a page holds were changed at one instant,
they are gone through by their ids.

Source: https://developers.hubspot.com/docs/api-reference/crm/search-the-crm, "Limits"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from slaflow.link.crm.hubspot_answer import inner, listed, text

PAGE = 100
ID = "hs_object_id"

_CONTACTS = frozenset(("contacts", "contact", "0-1"))
_ID = re.compile(r"[0-9]{1,20}")
_CURSOR = re.compile(r"([0-9]{1,15})(?::([0-9]{1,20}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Place(NamedTuple):
    """From where on: an instant in milliseconds, and of what was changed just then, the id it is after."""

    at: int
    id: int | None = None

    def __str__(self) -> str:
        return str(self.at) if self.id is None else f"{self.at}:{self.id}"


def place(since: datetime, after: str | None) -> Place:
    """Where a page starts. Raises ``ValueError``: *after* was not given out here."""
    if after is None:
        return Place((since - _EPOCH) // _MILLISECOND)
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise ValueError("no page goes on from there")
    return Place(int(found[1]), int(found[2]) if found[2] else None)


def question(object: str, at: Place) -> dict[str, Any]:
    """The search for a page."""
    by = changed_by(object)
    if at.id is None:
        filters, sort = [_filter(by, "GTE", at.at)], by
    else:
        same = [_filter(by, "GTE", at.at), _filter(by, "LTE", at.at)]
        filters, sort = [*same, _filter(ID, "GT", at.id)], ID
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": [by],
        "limit": PAGE,
    }


def page(object: str, at: Place, said: Mapping[str, Any]) -> tuple[list[str], Place | None]:
    """The ids that a search found, without those that the next one finds again; and where that starts."""
    results = [each for each in listed(said, "results") if _ID.fullmatch(str(each.get("id")))]
    has_more = bool(inner(said, "paging").get("next")) and bool(results)
    ids = [str(each["id"]) for each in results]
    if at.id is not None:
        return ids, Place(at.at, int(ids[-1])) if has_more else Place(at.at + 1)
    if not has_more:
        return ids, None
    instants = [_milliseconds(object, each) for each in results]
    last = instants[-1]
    if last == instants[0]:
        return [], Place(last, 0)
    return [id for id, instant in zip(ids, instants, strict=True) if instant < last], Place(last)


def changed_by(object: str) -> str:
    """The property that says when a record was changed last; contacts have another one than all else."""
    return "lastmodifieddate" if object in _CONTACTS else "hs_lastmodifieddate"


def instant(written: object) -> datetime | None:
    """An instant as HubSpot writes it; None: that is none."""
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return None if at is None or at.tzinfo is None else at.astimezone(UTC)


def histories(result: Mapping[str, Any], fields: Sequence[str]) -> dict[str, tuple[str | None, datetime]]:
    """The latest value of each of *fields*, and when it was set, as far as a record's history tells."""
    told = inner(result, "propertiesWithHistory")
    found: dict[str, tuple[str | None, datetime]] = {}
    for name in fields:
        for each in listed(told, name):
            at = instant(each.get("timestamp"))
            if at is not None and (name not in found or at > found[name][1]):
                found[name] = (text(each, "value"), at)
    return found


def _milliseconds(object: str, result: Mapping[str, Any]) -> int:
    at = instant(inner(result, "properties").get(changed_by(object))) or instant(result.get("updatedAt"))
    if at is None:
        raise ValueError("a record does not say when it was changed")
    return (at - _EPOCH) // _MILLISECOND


def _filter(name: str, operator: str, value: int) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, "value": str(value)}
