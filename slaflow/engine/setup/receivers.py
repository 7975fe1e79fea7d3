"""Who listens: receivers of slaflow.toml made known to all who write, and put on and off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import ENVIRONMENT, SlaflowError, UnknownName
from slaflow.language import _
from slaflow.lifecycle.decision import KINDS, instant_text
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.linking import mirrors
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows import receivers as store
from slaflow.store.rows.channels import State
from slaflow.store.rows.listeners import MIRROR, RECEIVER
from slaflow.store.rows.receivers import Applied

_OPEN: dict[str, Any] = {
    "off_at": None, "off_because": None, "failures": 0, "closed_until": None, "closed_because": None,
}  # fmt: skip


class ReceiversDiffer(SlaflowError):
    """slaflow.toml and the database do not name the same receivers."""

    code = "receivers_differ"
    exit_code = ENVIRONMENT

    def __init__(self, differences: str) -> None:
        super().__init__(f"{differences}; run 'slaflow receiver apply'")


def wanted(reach: Reach) -> list[Applied]:
    """The receivers of slaflow.toml. Raises ``UnknownName`` for a kind of entry that there is none of."""
    for name, each in reach.receivers.items():
        for kind in each.events:
            if kind not in KINDS:
                raise UnknownName(_("[receivers.{name}] event").format(name=name), kind, KINDS)
    told = (Applied(n, r.kind, tuple(sorted(set(r.events))), r.personal) for n, r in reach.receivers.items())
    written = (Applied(name, each.kind, (MIRROR,), False) for name, each in reach.crms.items())
    return sorted((*told, *written), key=lambda each: each.name)


def apply(app: Context, reach: Reach) -> dict[str, Any]:
    """Has the receivers of slaflow.toml, and no others, be told of what is logged from here on."""
    now = wanted(reach)

    def work(conn: Connection) -> dict[str, Any]:
        before = {each.name: each for each in store.applied(conn)}
        store.apply(conn, now, app.now())
        names = {each.name for each in now}
        return {
            "receivers": [_json(each) for each in now],
            "added": [each.name for each in now if each.name not in before],
            "changed": [each.name for each in now if before.get(each.name, each) != each],
            "removed": [name for name in before if name not in names],
        }

    return written(app, work)


def differing(app: Context, reach: Reach) -> str | None:
    """In what file and database differ; None where they do not."""
    with app.database.read() as conn:
        stored = {each.name: each for each in store.applied(conn)}
    named = {each.name: each for each in wanted(reach)}
    fresh = [name for name in named if name not in stored]
    gone = [name for name in stored if name not in named]
    other = [name for name, each in named.items() if stored.get(name, each) != each]
    words = [
        *(_("[receivers.{name}] was never applied").format(name=name) for name in fresh),
        *(_("receiver {name} stands in no slaflow.toml here").format(name=name) for name in gone),
        *(_("[receivers.{name}] has changed").format(name=name) for name in other),
    ]
    return "; ".join(words) or None


def check_same(app: Context, reach: Reach) -> None:
    """Raises ``ReceiversDiffer``: who sends would send to others than those who write wrote for."""
    if (words := differing(app, reach)) is not None:
        raise ReceiversDiffer(words)


def known_names(conn: Connection, reach: Reach) -> list[str]:
    """Every channel and receiver that slaflow.toml has, and every receiver that was applied."""
    applied = {f"{RECEIVER}{each.name}" for each in store.applied(conn)}
    named = (f"{RECEIVER}{name}" for name in (*reach.receivers, *reach.crms))
    return sorted({*reach.channels, *named, *applied})


def listed(app: Context) -> list[dict[str, Any]]:
    """Who is told of what, how it does and what waits: deliveries, or for a CRM leads to be written there.

    Of a CRM also how many leads are ``troubled``: written no more, or not when that was tried last.
    """
    with app.database.read() as conn:
        applied, states = store.applied(conn), channel_store.states(conn)
        waiting = {name: number for name, (number, _) in channel_store.waiting(conn).items()}
        counts = {each.name: mirrors.counts(conn, each.name) for each in applied if is_crm(each)}
    rows = []
    for each in applied:
        name = f"{RECEIVER}{each.name}"
        row = {**_json(each), **_standing(states.get(name, State(name))), "waiting": waiting.get(name, 0)}
        if (known := counts.get(each.name)) is not None:
            troubled = known["troubled"] + known["gone"] + known["stopped"]
            row |= {"waiting": known["waiting"], "troubled": troubled}
        rows.append(row)
    return rows


def is_crm(receiver: Applied) -> bool:
    """Whether its fields are written, and it is told of nothing."""
    return MIRROR in receiver.events


def put(app: Context, name: str, *, on: bool, channels: Collection[str] = ()) -> dict[str, Any]:
    """Puts a receiver on again, or off: what waits for it is kept. A CRM that is put on is also written again
    what was stopped because it went round in circles.

    So with one of *channels*, or another that was ever used.

    Raises:
        UnknownName: there is neither of that name.
    """
    said = _OPEN if on else {"off_at": app.now(), "off_because": "put off by hand"}

    def work(conn: Connection) -> None:
        applied = {each.name: each for each in store.applied(conn)}
        known = list(applied)
        used = {each for each in channel_store.states(conn) if not each.startswith(RECEIVER)}
        if name not in {*known, *used, *channels}:
            raise UnknownName("receiver or channel", name, {*known, *used, *channels})
        full = f"{RECEIVER}{name}" if name in known else name
        channel_store.state(conn, full, lock=True)
        channel_store.save(conn, full, **said)
        if on and name in applied and is_crm(applied[name]):
            mirrors.restart(conn, name, stopped_only=True)

    written(app, work)
    found = next((each for each in listed(app) if each["name"] == name), None)
    return found or _channel(app, name)


def _channel(app: Context, name: str) -> dict[str, Any]:
    with app.database.read() as conn:
        state, waiting = channel_store.state(conn, name), channel_store.waiting(conn)
    return {"name": name, **_standing(state), "waiting": waiting.get(name, (0,))[0]}


def _json(each: Applied) -> dict[str, Any]:
    return {"name": each.name, "kind": each.kind, "events": list(each.events), "personal": each.personal}


def _standing(state: State) -> dict[str, Any]:
    return {
        "is_on": state.off_at is None,
        "because": state.off_because if state.off_at is not None else state.closed_because,
        "closed_until": None if state.closed_until is None else instant_text(state.closed_until),
        "last_sent_at": None if state.last_sent_at is None else instant_text(state.last_sent_at),
    }
