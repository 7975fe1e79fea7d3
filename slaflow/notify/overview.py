"""Channels and receivers as a page shows them: how each does, what waits; no address and no secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from slaflow.engine.context import Context
from slaflow.notify.addresses import channels_named
from slaflow.notify.standing import LATE, bare
from slaflow.settings.reach import Reach
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows.channels import State
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending import queues as store
from slaflow.store.sending.queues import Queue


@dataclass(frozen=True, slots=True)
class Way:
    """One channel, or a receiver; ``is_here``: slaflow.toml has it. ``because``: why nothing goes now."""

    name: str
    is_receiver: bool
    is_here: bool
    because: str | None
    closed_until: datetime | None
    state: State
    queue: Queue
    is_late: bool

    @property
    def key(self) -> str:
        """What deliveries call it."""
        return self.state.name


def ways(app: Context, reach: Reach) -> list[Way]:
    """Those of slaflow.toml, then others over which something waits or went, by name."""
    now = app.now()
    with app.database.read() as conn:
        states, queues = channel_store.states(conn), store.queues(conn, now)
    here = list(channels_named(reach))
    return list(_ways([*here, *sorted({*states, *queues} - {*here})], {*here}, states, queues, now))


def _ways(
    names: list[str], here: set[str], states: dict[str, State], queues: dict[str, Queue], now: datetime
) -> Iterator[Way]:
    for name in names:
        state, queue = states.get(name, State(name)), queues.get(name, Queue())
        is_late = queue.due_at is not None and now - queue.due_at > LATE
        because = state.shut_because(now)
        until = state.closed_until if because is not None and state.off_at is None else None
        is_receiver = name.startswith(RECEIVER)
        yield Way(bare(name), is_receiver, name in here, because, until, state, queue, is_late)
