"""What failed sent again, what is held let go: asked for by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.setup.receivers import known_names
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError, UnknownName
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows import deliveries as delivery_store
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending import again as store
from slaflow.store.sending.again import Which

AT_ONCE = 1000


class MessageNotThere(SlaflowError):
    """The outbox has no message of that id."""

    code = "message_not_there"

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        named = ", ".join(map(str, numbers))
        are = "is no message" if len(numbers) == 1 else "are no messages"
        super().__init__(f"there {are} {named}; see 'slaflow outbox list'")


def retry(app: Context, reach: Reach, messages: Sequence[int], name: str | None) -> dict[str, Any]:
    """Has what failed of *messages*, or over the channel *name*, be sent again, as if it were new.

    A message that nobody could be told is planned anew. What was for people about a lead that has been erased
    since stays as it is.

    Raises:
        MessageNotThere: of one of *messages* nothing is known.
        UnknownName: nothing ever went over a channel of that name, and slaflow.toml has none here.
    """
    which = Which(tuple(dict.fromkeys(messages)) or None, name)
    _check(app, reach, which)
    found, erased, anew = Counter[str](), 0, 0
    after = 0
    while some := written(app, partial(_send_again, app, which, after)):
        found.update(each.channel for each in some if not each.is_erased)
        erased += sum(each.is_erased for each in some)
        after = some[-1].id
    after = 0
    while unreached := written(app, partial(_plan_again, app, which, after)):
        anew += len(unreached)
        after = unreached[-1]
    return {
        "deliveries": found.total(), "channels": dict(sorted(found.items())), "planned_anew": anew,
        "erased": erased, "shut": _shut(app, found),
    }  # fmt: skip


def release(app: Context, reach: Reach, name: str | None) -> dict[str, Any]:
    """Lets go of what is held, over all channels or that of *name*. Raises ``UnknownName``."""
    _check(app, reach, Which(channel=name))
    found, after = Counter[str](), 0
    while some := written(app, partial(_let_go, name, after)):
        found.update(channel for _, channel in some)
        after = some[-1][0]
    return {"deliveries": found.total(), "channels": dict(sorted(found.items())), "shut": _shut(app, found)}


def receivers_name(receiver: str) -> str:
    """What deliveries call the way to that receiver."""
    return f"{RECEIVER}{receiver}"


def check_name(conn: Connection, reach: Reach, name: str) -> None:
    """Raises ``UnknownName`` where nothing is known of a channel, or a receiver, of that *name*."""
    known = {*known_names(conn, reach), *store.channel_names(conn)}
    if name in known:
        return
    is_receiver = name.startswith(RECEIVER)
    alike = [each for each in known if each.startswith(RECEIVER) == is_receiver]
    what = "receiver" if is_receiver else "channel"
    raise UnknownName(what, name.removeprefix(RECEIVER), [each.removeprefix(RECEIVER) for each in alike])


def _check(app: Context, reach: Reach, which: Which) -> None:
    with app.database.read() as conn:
        if which.messages is not None and (gone := store.absent(conn, which.messages)):
            raise MessageNotThere(gone)
        if which.channel is not None:
            check_name(conn, reach, which.channel)


def _send_again(app: Context, which: Which, after: int, conn: Connection) -> list[store.Failed]:
    some = store.failed(conn, which, after, AT_ONCE)
    again = [each for each in some if not each.is_erased]
    store.send_again(conn, [each.id for each in again], app.now())
    delivery_store.settle_messages(conn, {each.message for each in again})
    return some


def _plan_again(app: Context, which: Which, after: int, conn: Connection) -> list[int]:
    some = store.unreached(conn, which, after, AT_ONCE)
    store.plan_again(conn, some, app.now())
    return some


def _let_go(name: str | None, after: int, conn: Connection) -> Sequence[tuple[int, str]]:
    some = store.held(conn, name, after, AT_ONCE)
    store.let_go(conn, [number for number, _ in some])
    return some


def _shut(app: Context, names: Counter[str]) -> dict[str, str]:
    """Why nothing goes now over those of the channels *names* that are closed or off."""
    with app.database.read() as conn:
        states = channel_store.states(conn)
    shut = {name: states[name].shut_because(app.now()) for name in sorted(names) if name in states}
    return {name: because for name, because in shut.items() if because is not None}
