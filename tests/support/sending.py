"""What sends: receivers on the faulty server, a sender in this process, and what the tables say then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select
from support.faulty import FaultyServer, Seen
from support.office import Present

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.notify.send import Report, Sender
from slaflow.settings.reach import Reach
from slaflow.store.tables.deliveries import channel, delivery
from slaflow.store.tables.outbox import message

SECRETS = {"HOOK": f"whsec_{'a' * 32}"}


def reach_of(faulty: FaultyServer, *names: str, **send: Any) -> Reach:
    """Receivers of handoffs and breaches, each at a path of the server that is named like it."""
    tables = {
        name: {
            "kind": "webhook", "url": faulty.url(f"/{name}"), "secret_env": "HOOK",
            "events": ["created", "transition", "breached"],
        }
        for name in names
    }  # fmt: skip
    return Reach.model_validate({"receivers": tables, "net": {"allow": ["127.0.0.0/8"]}, "send": send})


def applied(app: Engine, reach: Reach) -> Reach:
    """*reach*, of which all that write know."""
    receivers.apply(app, reach)
    return reach


def sent(app: Engine, reach: Reach, environment: Mapping[str, str] = SECRETS) -> Report:
    """One round of a sender; the clock that a test sets goes on where a channel's pace is waited for."""

    def wait(seconds: float) -> None:
        if isinstance(app.now, Present):
            app.now.at += timedelta(seconds=seconds)

    sender = Sender(app, reach, environment=environment)
    try:
        return sender.once(wait)
    finally:
        sender.close()


def taken(faulty: FaultyServer, name: str) -> list[Seen]:
    """The requests that came to a receiver whole: who is killed may have sent half of one."""
    of = [seen for seen in faulty.seen if seen.path == f"/{name}"]
    return [seen for seen in of if len(seen.body) == int(seen.headers["content-length"])]


def arrived(faulty: FaultyServer, name: str) -> list[tuple[str, str, int]]:
    """What came to a receiver: the lead, the kind, the number in the lead's log; in the order of arrival."""
    told = [orjson.loads(seen.body) for seen in taken(faulty, name)]
    return [(each["subject"], each["data"]["entry"]["kind"], int(each["sequence"])) for each in told]


def deliveries(app: Engine) -> list[Any]:
    with app.database.read() as conn:
        return list(conn.execute(select(delivery).order_by(delivery.c.id)))


def messages(app: Engine) -> list[Any]:
    with app.database.read() as conn:
        return list(conn.execute(select(message).order_by(message.c.id)))


def channels(app: Engine) -> dict[str, Any]:
    with app.database.read() as conn:
        return {row.name: row for row in conn.execute(select(channel))}


def toml_of(faulty: FaultyServer, *names: str, **send: str) -> str:
    """What :func:`reach_of` is as slaflow.toml."""
    tables = [
        f'[receivers.{name}]\nkind = "webhook"\nurl = "{faulty.url(f"/{name}")}"\nsecret_env = "HOOK"\n'
        'events = ["created", "transition", "breached"]\n'
        for name in names
    ]
    patience = "".join(f"{key} = {text}\n" for key, text in send.items())
    return "".join(tables) + f'[send]\n{patience}[net]\nallow = ["127.0.0.0/8"]\n'
