"""What HubSpot's answers mean: which fault is whose, and for how long.

Its messages repeat what was sent: of them only names of fields that we sent are told, and its own words for
faults. Source: developers.hubspot.com/docs/api-reference/error-handling, "Multi-status errors", and
/docs/developer-tooling/platform/usage-guidelines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from slaflow.link.crm.shapes import CrmClosed, Outcome, Write, Written
from slaflow.net.reply import Reply

OUTAGE = timedelta(minutes=1)
LIMIT = timedelta(hours=1)
LOCKED = timedelta(seconds=5)
MIGRATING = 477
NOT_ITS_ANSWER = "its answer is not hubspot's"

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_SCOPE = re.compile(r"[a-z][a-z0-9._-]{0,79}")
_EXISTING = re.compile(r"Existing ID: (\d{1,20})")
_NAMED = ("propertyName", "properties")
_OF_A_FIELD = frozenset(("PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"))
_REFUSED = frozenset(("VALIDATION_ERROR", "CONFLICT"))


class Fault(NamedTuple):
    """An error as it is told: HubSpot's word for it, and which of our fields it is about.

    ``existing`` is the record that stands in the way of a new one.
    """

    code: str
    fields: tuple[str, ...] = ()
    existing: str | None = None
    is_gone: bool = False
    is_final: bool = False

    @property
    def is_of_a_field(self) -> bool:
        """Whether a field is not there for us: that of every record, and until somebody mends it."""
        return self.code in _OF_A_FIELD

    def __str__(self) -> str:
        return f"{', '.join(self.fields)} ({self.code})" if self.fields else self.code


def said(reply: Reply) -> dict[str, Any] | None:
    """What *reply* says; None: that is no object."""
    try:
        found = json.loads(reply.body) if reply.is_whole else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def listed(said: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects of a list in an answer; none where it has no such list."""
    found = said.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def inner(said: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object in an answer; an empty one where it has none."""
    found = said.get(key)
    return found if isinstance(found, dict) else {}


def text(said: Mapping[str, Any], key: str) -> str | None:
    """A value in an answer as a text; None: it is empty."""
    found = said.get(key)
    return str(found) if isinstance(found, str | int | float) and str(found) else None


def fault(error: object, names: Collection[str], known_there: Collection[str] = ()) -> Fault:
    """An *error* of an answer; *names* are the fields that it may be about, *known_there* all there are."""
    known = error if isinstance(error, Mapping) else {}
    category, message = known.get("category"), known.get("message")
    category = category if isinstance(category, str) and _CODE.fullmatch(category) else ""
    message = message if isinstance(message, str) else ""
    told = list(dict.fromkeys((*_told(message, names), *_listed(known, {*names, *known_there}))))
    # That of a field is of all records; it counts before what is of this one's values.
    worst = [each for each in told if each[0] in _OF_A_FIELD] or told
    code = worst[0][0] if worst else category
    fields = tuple(dict.fromkeys(name for each, name in worst if each == code))
    if not told:
        # A rule of the portal wants more than was sent.
        wanted = inner(known, "context").get("properties")
        wanted = wanted if isinstance(wanted, list) else []
        fields = tuple(name for name in wanted if isinstance(name, str) and name in known_there)
    return Fault(
        code, fields, _existing(known, message), category == "OBJECT_NOT_FOUND", category in _REFUSED
    )


def outcome(write: Write, fault: Fault) -> Written:
    """What came of a *write* that met with a *fault* of its own."""
    reason = str(fault) or "hubspot does not say why"
    if write.remote is None and fault.existing is not None:
        return Written(write.lead, fault.existing, "again", {}, "its record is there already")
    kind: Outcome = "gone" if fault.is_gone else "refused" if fault.is_final else "again"
    return Written(write.lead, write.remote, kind, {}, reason)


def closing(fault: Fault) -> CrmClosed:
    """That a field is refused to us until somebody mends it."""
    return CrmClosed(f"it has no field that we may write: {fault}; mend the map, or make the field")


def refusal(reply: Reply, found: Mapping[str, Any] | None, now: datetime) -> CrmClosed:
    """Why nothing is asked for a while, after a *reply* that is neither what was asked for nor our fault."""
    after = reply.retry_after(now)
    if reply.status == 401:
        return CrmClosed("it does not know the token; copy it anew from the app")
    if reply.status == 403:
        scopes = ", ".join(sorted(set(_scopes(found))))
        return CrmClosed(f"the token may not do this; give the app its scopes {scopes}".rstrip())
    if reply.status == 404:
        return CrmClosed("it has no such object, or none that we may see; mend the map, or the app's scopes")
    if reply.status == 423:
        return CrmClosed("a record is locked there", after or LOCKED)
    if reply.status == MIGRATING:
        return CrmClosed("the portal is being moved", after or LIMIT)
    if reply.status >= 500 or reply.status in (408, 425):
        return CrmClosed(f"it answered {reply.status}", after or OUTAGE)
    category = (found or {}).get("category")
    is_code = isinstance(category, str) and _CODE.fullmatch(category) is not None
    what = f"{reply.status}, {category}" if is_code else str(reply.status)
    return CrmClosed(f"it refused what was asked ({what})")


def _told(message: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Of a message "Property values were not valid: [{…}]" each word for a fault, and the field."""
    start, end = message.find("["), message.rfind("]")
    try:
        listed = json.loads(message[start : end + 1]) if 0 <= start < end else []
    except (ValueError, RecursionError):
        return
    for each in listed:
        code, name = (each.get("error"), each.get("name")) if isinstance(each, dict) else (None, None)
        if isinstance(code, str) and _CODE.fullmatch(code) and isinstance(name, str) and name in names:
            yield code, name


def _listed(known: Mapping[str, Any], names: Collection[str]) -> Iterator[tuple[str, str]]:
    """The same of a list of errors, as there is one beside the message."""
    for each in listed(known, "errors"):
        code, context = each.get("code"), inner(each, "context")
        told = [name for key in _NAMED if isinstance(found := context.get(key), list) for name in found]
        if isinstance(code, str) and _CODE.fullmatch(code):
            yield from ((code, name) for name in told if isinstance(name, str) and name in names)


def _existing(known: Mapping[str, Any], message: str) -> str | None:
    ids = inner(known, "context").get("existingId")
    if isinstance(ids, list) and len(ids) == 1 and isinstance(ids[0], str):
        return ids[0]
    found = _EXISTING.search(message) if known.get("category") == "CONFLICT" else None
    return found[1] if found is not None else None


def _scopes(found: Mapping[str, Any] | None) -> Iterator[str]:
    for error in listed(found or {}, "errors"):
        names = inner(error, "context").get("requiredGranularScopes")
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and _SCOPE.fullmatch(name):
                yield name
