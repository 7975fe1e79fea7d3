"""What receivers are told: each entry of a kind they listen to, by a message in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slaflow.lifecycle.decision import Draft, Message
from slaflow.store.rows.listeners import RECEIVER, Listeners


def heard(listeners: Listeners, drafts: Iterable[Draft]) -> Iterator[Message]:
    """A message per entry and receiver, in the entries' order; its content is the entry, read when sent."""
    for draft in drafts:
        for name in listeners.get(draft.kind, ()):
            yield Message(
                f"{RECEIVER}{name}", draft.kind, draft.at, draft.seq, draft.target, draft.clock, draft.step
            )
