"""Whether a message is still true just before it is sent: what became of what it tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Message
from slaflow.lifecycle.lead import Lead
from slaflow.store.rows.deliveries import DeliveryStatus
from slaflow.store.rows.erasure import ERASED
from slaflow.workflow.identity import folded


@dataclass(frozen=True, slots=True)
class Gone:
    """Not sent, and why."""

    status: DeliveryStatus
    because: str


def gone(
    message: Message, number: int, lead: Lead, clock: Clock | None, later: Collection[int]
) -> Gone | None:
    """Why nobody needs to be told any more; None where it still is true.

    *clock* is the one that the message is about, as it stands now, *later* the messages that a later step of
    their clock makes needless. That a promise was broken stays true, whatever came of it.
    """
    if lead.erased_at is not None:
        return Gone("dropped", ERASED)
    if number in later:
        return Gone("superseded", "a later step says it")
    if message.kind == "warned" and clock is not None and not clock.is_open:
        return Gone("dropped", "its promise has ended")
    if message.kind == "unassigned" and lead.owner is not None:
        return Gone("dropped", "it has an owner now")
    if message.kind == "assigned" and _is_anothers(message, lead):
        return Gone("dropped", "it has another owner now")
    return None


def _is_anothers(message: Message, lead: Lead) -> bool:
    told = message.data.get("owner")
    return isinstance(told, str) and (lead.owner is None or folded(told) != folded(lead.owner))
