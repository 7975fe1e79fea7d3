"""What receivers are sent: a log entry as a CloudEvent, and the lead it is about as it is now.

Which keys there are stands in docs/how-to/receive-webhooks.md. Without *personal* there is nothing in it that
a prospect told: neither the entry's data nor its reason, neither the lead's identity nor its fields.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson

from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import Lead
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.log.causes import causes
from slaflow.store.log.checkpoints import identity_of
from slaflow.store.rows import leads as lead_store

_PERSONAL = ("data", "reason")
_NEVER = ("data_hash",)
"""Of an entry: what tells whether a guess at its data is right is as good as the data once that is erased."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: ``id`` is the entry's hash, ``body`` what is sent; kept, it is the same at every try."""

    id: str
    body: str


def events_of(conn: Connection, messages: Collection[int], *, personal: bool) -> dict[int, Event]:
    """The event of each message, by its id; none where its entry has left the log for an archive.

    Cost: three statements, however many there are.
    """
    entries = causes(conn, messages)
    if not entries:
        return {}
    leads = lead_store.read(conn, {each.lead for each in entries.values() if each.lead is not None})
    source = f"/slaflow/{identity_of(conn)}"
    return {
        message: Event(entry.hash, _body(source, entry, leads.get(entry.lead or 0), personal))
        for message, entry in entries.items()
    }


def _body(source: str, entry: Entry, lead: Lead | None, personal: bool) -> str:
    shown = {
        "specversion": "1.0",
        "id": entry.hash,
        "source": source,
        "type": f"slaflow.{entry.kind}",
        "subject": entry.stream if entry.lead is None else str(entry.lead),
        "time": instant_text(entry.at),
        "datacontenttype": "application/json",
        "sequence": f"{entry.seq:010}",
        "data": {
            "entry": _entry(entry, personal),
            "lead": None if lead is None else _lead(lead, personal),
        },
    }
    return orjson.dumps(shown, option=orjson.OPT_UTC_Z, default=dict).decode()


def _entry(entry: Entry, personal: bool) -> dict[str, Any]:
    """ENTRY of json.md, without what this receiver is not told."""
    hidden = _NEVER if personal else (*_NEVER, *_PERSONAL)
    return {key: value for key, value in entry.as_json().items() if key not in hidden}


def _lead(lead: Lead, personal: bool) -> dict[str, Any]:
    """The lead as its log has it by now; ``as_of`` is the instant of the last thing that happened to it."""
    shown: dict[str, Any] = {
        "id": lead.id,
        "state": lead.state,
        "owner": lead.owner,
        "workflow": lead.workflow,
        "external": {},
        "as_of": instant_text(lead.as_of),
    }
    return {**shown, "key": lead.key, "fields": lead.fields} if personal else shown
