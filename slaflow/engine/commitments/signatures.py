"""Signatures under a period's review: found in the log, and what they make of the promise to sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.lifecycle.commitments.verdicts import KEPT, MISSED
from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.log.filter import LogFilter
from slaflow.workflow.model.commitment import Commitment


@dataclass(frozen=True, slots=True)
class Signature:
    """One party's signature; ``digest`` is of the record that was signed, ``signed`` its commitments."""

    party: str
    actor: str
    at: datetime
    digest: str
    signed: Sequence[Mapping[str, Any]] = field(default=(), compare=False)

    def changed_since(self, commitments: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
        """What of a record stands otherwise than when it was signed, and what happened: ``closed``,
        ``restated``, or any other ``change``."""
        then = {each["commitment"]: each for each in self.signed}
        for now in commitments:
            before = then.get(now["commitment"], {})
            if now != before:
                yield {"commitment": now["commitment"], "what": _what_happened(before, now)}


def _what_happened(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if now["restated"] and now["restated"] != before.get("restated"):
        return "restated"
    is_new = now["status"] == "closed" and before.get("status") != "closed"
    return "closed" if is_new else "changed"


def signatures(connection: Connection, workflow: str, label: str) -> list[Signature]:
    """The signatures under one period's review, in the order in which they were given."""
    return signatures_by_period(connection, workflow).get(label, [])


def signatures_by_period(connection: Connection, workflow: str) -> dict[str, list[Signature]]:
    """Every signature under a review of that agreement, by period, in the order in which they were given."""
    found: dict[str, list[Signature]] = {}
    for entry in log_store.entries(connection, LogFilter(kind="signed")):
        data = entry.data
        if entry.stream == f"workflow:{workflow}" and data.get("period") is not None:
            signed = data.get("record", {}).get("commitments", ())
            given = Signature(entry.party or "", entry.actor, entry.at, data["record_digest"], signed)
            found.setdefault(data["period"], []).append(given)
    return found


def signed_data(commitment: Commitment, due: datetime, given: Sequence[Signature]) -> dict[str, Any]:
    """What a promise to sign comes to by its due instant, as an entry's data."""
    first = {each.party: each for each in reversed(given) if each.at <= due}
    signed = [party for party in commitment.owed_by if party in first]
    return {
        "figure": len(signed),
        "of": len(signed),
        "among": len(commitment.owed_by),
        "promise": {"signed_by": instant_text(due)},
        "verdict": KEPT if len(signed) == len(commitment.owed_by) else MISSED,
        "signed": {
            party: instant_text(first[party].at) if party in first else None for party in commitment.owed_by
        },
    }
