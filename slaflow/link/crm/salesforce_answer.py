"""What Salesforce's answers mean: which fault is whose, and for how long.

Its messages repeat what was sent, whole questions and values: of them only names of fields are told, that we
know already.
Source: REST API Developer Guide, "Status Codes and Error Responses", "Update Records Using sObject
Collections"; SOAP API Developer Guide, "Core Data Types Used in API Calls", StatusCode.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from slaflow.link.crm.shapes import CrmClosed, Outcome, Write, Written
from slaflow.net.reply import Reply

OUTAGE = timedelta(minutes=1)
LIMIT = timedelta(hours=1)
NOT_ITS_ANSWER = "its answer is not salesforce's"

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_COLUMN = re.compile(r"No such column '(\w+)'")
_AGAIN = frozenset(("UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"))
_GONE = frozenset(("CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED"))
_DOWN = frozenset(("SERVER_UNAVAILABLE", "API_CURRENTLY_DISABLED", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"))
_OF_CONTENT = frozenset(("JSON_PARSER_ERROR", "MALFORMED_ID", "INVALID_TYPE_ON_FIELD_IN_RECORD"))
_NO_OBJECT = frozenset(("INVALID_TYPE", "NOT_FOUND"))


class Fault(NamedTuple):
    """An error as it is told: Salesforce's word for it, and which of our fields it is about."""

    code: str
    fields: tuple[str, ...]
    is_concurrent: bool = False

    @property
    def is_of_a_field(self) -> bool:
        """Whether a field is not there for us: that of every record, and until somebody mends it."""
        return self.code.startswith("INVALID_FIELD")

    @property
    def is_of_another(self) -> bool:
        """Whether it is of what the record refers to, as its owner, rather than of a field."""
        return "CROSS_REFERENCE" in self.code

    @property
    def is_of_access(self) -> bool:
        """Whether we may not: that is of a field, where one is named, or of a record."""
        return self.code.startswith("INSUFFICIENT_ACCESS")

    def __str__(self) -> str:
        return f"{', '.join(self.fields)} ({self.code})" if self.fields else self.code


class CutOff(CrmClosed):
    """An answer is longer than what is read of it: less is to be asked for."""


class Unread(Exception):
    """A request was not taken at all, for something that one of its records holds."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.code)


def said(reply: Reply, names: Collection[str], now: datetime) -> Any:
    """What *reply* says, where it is what was asked for; *names* are the fields asked for.

    Raises:
        Unread: a record in the request is at fault.
        CrmClosed: nothing is to be asked for a while; ``CutOff`` where too much was asked for.
    """
    found = _json(reply)
    if 200 <= reply.status < 300:
        if not reply.is_whole:
            raise CutOff("its answer is cut off", OUTAGE)
        if found is None:
            raise CrmClosed(NOT_ITS_ANSWER, OUTAGE)
        return found
    first = found[0] if isinstance(found, list) and found else found
    raise _refusal(reply, fault(first, names), now)


def fault(error: object, names: Collection[str]) -> Fault:
    """The *error* of an answer or of a record in it."""
    known = error if isinstance(error, Mapping) else {}
    code = known.get("errorCode") or known.get("statusCode")
    message = known.get("message")
    message = message if isinstance(message, str) else ""
    is_concurrent = "concurrent" in message.casefold()
    told = known.get("fields")
    told = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    ours = {name.casefold(): name for name in names}
    fields = [ours[each.casefold()] for each in (*told, *_COLUMN.findall(message)) if each.casefold() in ours]
    is_code = isinstance(code, str) and _CODE.fullmatch(code) is not None
    return Fault(str(code) if is_code else "", tuple(dict.fromkeys(fields)), is_concurrent)


def closing(fault: Fault) -> CrmClosed:
    """That a field, or everything, is refused to us until somebody mends it."""
    if fault.is_of_a_field:
        return CrmClosed(f"it has no field that we may use: {fault}; mend the map, or the permissions")
    return CrmClosed(f"we may not write there: {fault}; mend the permissions of the integration's user")


def faults_in(errors: object, names: Collection[str]) -> list[Fault]:
    """The *errors* of a record, at least one."""
    told = errors if isinstance(errors, list) and errors else [None]
    return [fault(each, names) for each in told]


def outcome(write: Write, remote: str | None, faults: Sequence[Fault]) -> Written | Fault:
    """What came of *write* that was not done; a fault where it says that others are refused too."""
    for each in faults:
        if each.is_of_a_field or each.is_of_access:
            return each
    codes = {each.code for each in faults}
    what: Outcome = "gone" if codes & _GONE else "again" if codes & _AGAIN else "refused"
    return Written(write.lead, remote, what, {}, str(faults[0]) or "it does not say why")


def _refusal(reply: Reply, fault: Fault, now: datetime) -> Exception:
    after = reply.retry_after(now)
    if fault.code == "REQUEST_LIMIT_EXCEEDED":
        if fault.is_concurrent:
            return CrmClosed("too many long calls run there at once", after or OUTAGE)
        return CrmClosed("its limit of calls is reached", after or LIMIT)
    if reply.status >= 500 or reply.status in (408, 425, 429) or fault.code in _DOWN:
        return CrmClosed(f"it answered {reply.status}", after or OUTAGE)
    if fault.is_of_a_field or fault.is_of_access:
        return closing(fault)
    if fault.code in _NO_OBJECT or reply.status == 404:
        return CrmClosed("it has no such object, or none that we may see; mend the map, or the permissions")
    if reply.status == 400 and fault.code in _OF_CONTENT:
        return Unread(fault)
    what = f"{reply.status}, {fault.code}" if fault.code else str(reply.status)
    return CrmClosed(f"it refused what was asked ({what})")


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body) if reply.is_whole else None
    except (ValueError, RecursionError):
        return None
