"""Signatures under a period's review: found in the log, and what they make of the promise to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.engine.measured import KEPT, MISSED
from slaflow.lifecycle.draft import instant_text
from slaflow.store import log as log_store
from slaflow.store.database import Connection
from slaflow.store.log import LogFilter
from slaflow.workflow.commitment import Commitment


@dataclass(frozen=True, slots=True)
class Signature:
    """One party's signature; ``digest`` is of the record that was signed."""

    party: str
    actor: str
    at: datetime
    digest: str


def signatures(connection: Connection, workflow: str, label: str) -> list[Signature]:
    """The signatures under one period's review, in the order in which they were given."""
    found = []
    for entry in log_store.entries(connection, LogFilter(kind="signed")):
        if entry.stream == f"workflow:{workflow}" and entry.data.get("period") == label:
            found.append(Signature(entry.party or "", entry.actor, entry.at, entry.data["record_digest"]))
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
