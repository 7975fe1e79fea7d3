"""How a portal of HubSpot words what it says. Sources: see ``hubspot.py``."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from support.faulty import Answer, answer

SECRET = "double-client-secret"
STAGES = "subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist".split()
STATUSES = "NEW OPEN IN_PROGRESS CONNECTED UNQUALIFIED".split()
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Time:
    """The portal's clock, which a test moves."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Change(NamedTuple):
    """What a property was set to, when and by whom."""

    value: str
    at: datetime
    source: str
    source_id: str

    def as_json(self) -> dict[str, Any]:
        said = {"value": self.value, "timestamp": iso(self.at), "sourceType": self.source}
        return {**said, "sourceId": self.source_id}


@dataclass
class Stored:
    """A record, with all that its properties ever were, latest last."""

    id: str
    created: datetime
    changed: datetime
    history: dict[str, list[Change]] = field(default_factory=dict)
    is_archived: bool = False

    def value(self, name: str) -> str | None:
        return (self.history[name][-1].value or None) if name in self.history else None


class Refusal(Exception):
    """An answer instead of what was asked for."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        self.status = status
        said = {
            "status": "error",
            "message": message,
            "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
        }
        self.body = {**said, "category": category, **more}
        super().__init__(message)


def told(status: int, said: Mapping[str, Any], **headers: str) -> Answer:
    return answer(status, orjson.dumps(said), content_type="application/json;charset=utf-8", **headers)


def batch(
    results: Sequence[Mapping[str, Any]], errors: Sequence[Mapping[str, Any]], status: int = 200
) -> tuple[int, dict[str, Any]]:
    said: dict[str, Any] = {"status": "COMPLETE", "results": list(results)}
    if not errors:
        return status, said
    return 207, {**said, "numErrors": len(errors), "errors": list(errors)}


def missing(object: str, context: Mapping[str, Any]) -> dict[str, Any]:
    kind = object.removesuffix("s").upper()
    message = (
        f"Could not get some {kind} objects, they may be deleted or not exist. Check that ids are valid."
    )
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": message, "context": dict(context)}


def invalid(name: str, error: str, message: str) -> dict[str, Any]:
    return {"isValid": False, "message": message, "error": error, "name": name, "portalId": 891472211}


def limited(policy: str, word: str) -> Refusal:
    message = f"You have reached your {word} limit."
    return Refusal(429, "RATE_LIMITS", message, errorType="RATE_LIMIT", policyName=policy)


def signed(verb: str, url: str, body: bytes, now: datetime) -> dict[str, str]:
    """Headers of a webhook: v3 signs verb, address, body and time in milliseconds."""
    time = str(milliseconds(now))
    mac = hmac.new(SECRET.encode(), verb.encode() + url.encode() + body + time.encode(), hashlib.sha256)
    return {
        "content-type": "application/json",
        "x-hubspot-signature-version": "v3",
        "x-hubspot-signature-v3": base64.b64encode(mac.digest()).decode(),
        "x-hubspot-request-timestamp": time,
    }


def standard_properties(object: str) -> dict[str, dict[str, Any]]:
    """What comes with a portal, and a few of one's own."""
    both = (
        property_("hs_object_id", "number", read_only=True),
        property_("createdate", "datetime", read_only=True),
        property_("hubspot_owner_id", "enumeration"), property_("slaflow_state", "string"),
        property_("slaflow_due", "datetime"),
    )  # fmt: skip
    contacts = (
        *(property_(name, "string") for name in ("email", "firstname", "lastname", "phone", "company")),
        property_("hs_additional_emails", "string", read_only=True),
        property_("lifecyclestage", "enumeration", STAGES),
        property_("hs_lead_status", "enumeration", STATUSES),
        property_("lastmodifieddate", "datetime", read_only=True),
    )  # fmt: skip
    leads = (
        property_("hs_lead_name", "string"),
        property_("hs_lead_label", "enumeration", ("HOT", "WARM", "COLD")),
        property_("hs_lastmodifieddate", "datetime", read_only=True),
    )  # fmt: skip
    own = contacts if object == "contacts" else leads
    return {each["name"]: each for each in (*both, *own)}


def property_(
    name: str, type: str, options: Sequence[str] = (), *, read_only: bool = False
) -> dict[str, Any]:
    return {
        "name": name, "label": name, "type": type, "fieldType": "select" if options else "text",
        "options": [{"label": each, "value": each, "hidden": False} for each in options],
        "modificationMetadata": {"readOnlyValue": read_only, "archivable": True, "readOnlyDefinition": True},
    }  # fmt: skip


def passes(record: Stored, asked: Mapping[str, Any]) -> bool:
    """Whether a record is meant by a filter; texts count in whatever case, IN wants small letters."""
    name, operator = asked["propertyName"], asked["operator"]
    text = record.id if name == "hs_object_id" else (record.value(name) or "")
    match operator:
        case "EQ":
            return bool(text.lower() == asked["value"].lower())
        case "IN":
            return text.lower() in asked["values"]
        case "GT":
            return int(text or 0) > int(asked["value"])
        case "GTE":
            return int(text or 0) >= int(asked["value"])
    raise Refusal(400, "VALIDATION_ERROR", f"{operator} is not an operator here")


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(at: datetime) -> int:
    return round((at - _EPOCH).total_seconds() * 1000)


def parsed(text: str) -> datetime:
    """An instant of a filter: milliseconds, or as ISO 8601 has it."""
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() else datetime.fromisoformat(text)


def wrong_in(known: Mapping[str, Any] | None, name: str, text: str) -> dict[str, Any] | None:
    """What is wrong with *text* for a property; None: nothing."""
    if known is None:
        return invalid(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if known["modificationMetadata"]["readOnlyValue"]:
        return invalid(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    choices = [each["value"] for each in known["options"]]
    if text and choices and text not in choices:
        return invalid(name, "INVALID_OPTION", f"{text} was not one of the allowed options: {choices}")
    return None


def is_back(known: Mapping[str, Any], before: str | None, text: str) -> bool:
    order = [each["value"] for each in known["options"]]
    return before is not None and text != "" and order.index(text) < order.index(before)


def sorted_by(name: str) -> Callable[[Stored], Any]:
    return lambda record: int(record.id) if name == "hs_object_id" else record.value(name) or ""


def more_after(end: int, total: int) -> dict[str, Any]:
    return {"paging": {"next": {"after": str(end)}}} if end < total else {}


def shown(
    record: Stored, changed: str, names: Iterable[str], with_history: Sequence[str] = ()
) -> dict[str, Any]:
    """A record as it is answered; *changed* is the property that tells its last change."""
    created, latest = iso(record.created), iso(record.changed)
    always = {"hs_object_id": record.id, "createdate": created, changed: latest}
    properties = {**{name: record.value(name) for name in names}, **always}
    said = {"id": record.id, "properties": properties, "createdAt": created, "updatedAt": latest}
    if not with_history:
        return {**said, "archived": False}
    known = {name: reversed(record.history.get(name, [])) for name in with_history}
    told = {name: [each.as_json() for each in changes] for name, changes in known.items()}
    return {**said, "archived": False, "propertiesWithHistory": told}
