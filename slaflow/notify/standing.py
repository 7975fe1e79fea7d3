"""How channels, receivers and links do, for ``slaflow doctor``: looked up, and tried where that is asked.

Says nothing where slaflow.toml has none of them, and never a secret or an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from slaflow.engine.context import Context
from slaflow.engine.setup import receivers
from slaflow.engine.setup.doctor import Check, Look, length
from slaflow.errors import SlaflowError, UnknownName
from slaflow.language import _, marked, ngettext
from slaflow.lifecycle.decision import instant_text
from slaflow.notify import links
from slaflow.notify.addresses import channels_named
from slaflow.notify.answer import Sent
from slaflow.notify.channels.opening import open_channel
from slaflow.notify.letters.preview import previewed
from slaflow.notify.letters.render import Pages
from slaflow.settings.reach import Reach, Secret
from slaflow.settings.reading import secrets_of
from slaflow.store.rows import channels as channel_store
from slaflow.store.rows.channels import State
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending import queues as store
from slaflow.store.sending.queues import Queue

LATE = timedelta(minutes=15)
"""Who sends looks every second; what has been due for longer says that nobody does."""
AT_ONCE = 16
SHOWN = 20


def examine(
    app: Context, reach: Reach, environment: Mapping[str, str] | None = None,
    spelt: Callable[[datetime], str] = instant_text,
) -> list[Check]:  # fmt: skip
    """What there is to say of each channel and receiver, of links, and of whom nothing reaches.

    Args:
        environment: where secrets are looked for; the process's own if None.
        spelt: writes instants, in UTC unless it is told otherwise.
    """
    if reach == Reach(send=reach.send, net=reach.net):
        return []
    now, look = app.now(), Look(app, spelt)
    with app.database.read() as conn:
        states, queues = channel_store.states(conn), store.queues(conn, now)
        unreached = store.reaching_nobody(conn)
    found: list[Check] = []
    for name in channels_named(reach):
        state, queue = states.get(name, State(name)), queues.get(name, Queue())
        found += _channel(name, reach, environment, state, queue, now, look)
    found += [_without_table(name, queue) for name, queue in queues.items() if not _is_here(name, reach)]
    if (words := receivers.differing(app, reach)) is not None:
        told = _("{words}; run 'slaflow receiver apply'").format(words=words)
        found.append(Check(marked("receivers"), False, told))
    found += _links(reach, environment)
    found += _templates(app, reach, now)
    return found + list(_reaching_nobody(unreached))


def tried(reach: Reach, name: str | None = None, environment: Mapping[str, str] | None = None) -> list[Check]:
    """Whether each channel and receiver could send now, or those called *name*.

    Nobody hears of it where that can be had; the database is not asked.

    Raises:
        UnknownName: slaflow.toml has neither a channel nor a receiver of that name.
    """
    known = list(channels_named(reach))
    names = [each for each in known if name in (None, each, bare(each))]
    if name is not None and not names:
        raise UnknownName("channel or receiver", name, [bare(each) for each in known])
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="try") as pool:
        return list(pool.map(lambda each: _tried(each, reach, environment), names))


def bare(name: str) -> str:
    """A channel's name, or a receiver's without what tells that it is one."""
    return name.removeprefix(RECEIVER)


def _tried(name: str, reach: Reach, environment: Mapping[str, str] | None) -> Check:
    try:
        channel = open_channel(name, reach, environment)
    except SlaflowError as error:
        return Check("try", False, f"{bare(name)} cannot be tried: {error}")
    try:
        answer = channel.probe()
    finally:
        channel.close()
    if isinstance(answer, Sent):
        return Check("try", True, f"{bare(name)} could send now")
    return Check("try", False, f"{bare(name)}: {answer.because}")


def _kind(name: str) -> str:
    return "receivers" if name.startswith(RECEIVER) else marked("channels")


def _is_here(name: str, reach: Reach) -> bool:
    return name in channels_named(reach)


def _channel(
    name: str, reach: Reach, environment: Mapping[str, str] | None, state: State, queue: Queue, now: datetime,
    look: Look,
) -> Iterator[Check]:  # fmt: skip
    amiss = list(_amiss(name, state, queue, now, look))
    try:
        open_channel(name, reach, environment).close()
    except SlaflowError as error:
        amiss.insert(0, str(error))
    shown = bare(name)
    yield from (Check(_kind(name), False, f"{shown}: {words}") for words in amiss)
    if not amiss:
        facts = [*_secret(name, reach), _last(state, look), *_waiting(queue, now), *_error(state)]
        yield Check(_kind(name), True, f"{shown}: {'; '.join(facts)}")


def _amiss(name: str, state: State, queue: Queue, now: datetime, look: Look) -> Iterator[str]:
    waits = "".join(f"; {words}" for words in _waiting(queue, now))
    if state.off_at is not None:
        words = _("off since {at}: {why}; {last}{waits}; put it on with 'slaflow receiver on {name}'")
        at, last = look.to_the_second(state.off_at), _last(state, look)
        yield words.format(at=at, why=state.off_because, last=last, waits=waits, name=bare(name))
    elif state.shut_because(now) is not None and state.closed_until is not None:
        words = _(
            "closed until {at}: {why}; {last}{waits}; one is tried then, and opens it where it is taken"
        )
        at, last = look.to_the_second(state.closed_until), _last(state, look)
        yield words.format(at=at, why=state.closed_because, last=last, waits=waits)
    elif queue.due_at is not None and now - queue.due_at > LATE:
        words = _(
            "{n} wait, the first has been due for {length}; "
            "run 'slaflow outbox send', and keep 'slaflow outbox send --watch' running"
        )
        yield words.format(n=queue.waiting, length=length(now - queue.due_at))
    if queue.held and queue.held_since is not None:
        words = _("{n} held since {at}; look at them, then let them go with 'slaflow outbox release'")
        yield words.format(n=queue.held, at=look.to_the_second(queue.held_since))


def _secret(name: str, reach: Reach) -> Iterator[str]:
    table = reach.receivers.get(bare(name)) if name.startswith(RECEIVER) else reach.channels.get(name)
    if isinstance(table, Secret) and any(table.place("", key) for key in secrets_of(type(table))):
        yield _("its secret is set")


def _last(state: State, look: Look) -> str:
    if state.last_sent_at is None:
        return _("nothing sent yet")
    return _("last sent {at}").format(at=look.to_the_second(state.last_sent_at))


def _waiting(queue: Queue, now: datetime) -> Iterator[str]:
    if queue.waiting and queue.since is not None:
        words = ngettext("{n} waits for {length}", "{n} wait, the first for {length}", queue.waiting)
        yield words.format(n=queue.waiting, length=length(now - queue.since))


def _error(state: State) -> Iterator[str]:
    if state.last_error:
        yield _("its last error: {words}").format(words=state.last_error)


def _without_table(name: str, queue: Queue) -> Check:
    number = queue.waiting + queue.held
    words = ngettext(
        "{name}: {n} waits, and slaflow.toml has no such channel here",
        "{name}: {n} wait, and slaflow.toml has no such channel here",
        number,
    )
    if name.startswith(RECEIVER):
        words = ngettext(
            "{name}: {n} waits, and slaflow.toml has no such receiver here",
            "{name}: {n} wait, and slaflow.toml has no such receiver here",
            number,
        )
    return Check(_kind(name), False, words.format(name=bare(name), n=number))


def _links(reach: Reach, environment: Mapping[str, str] | None) -> Iterator[Check]:
    trouble = links.trouble(reach, environment)
    if trouble is not None:
        words = _("{trouble}; until then no message has any").format(trouble=trouble)
        yield Check(marked("links"), False, words)
    elif reach.links.place("links", "key") is not None:
        words = _("those in messages lead to {address}").format(address=reach.public_url)
        yield Check("links", True, words)


def _templates(app: Context, reach: Reach, now: datetime) -> Iterator[Check]:
    """What of the user's own templates is passed over; the last message of each kind is written by them."""
    if reach.templates is None:
        return
    if not reach.templates.is_dir():
        words = _("{folder} is no folder, and the package's are taken").format(folder=reach.templates)
        yield Check(marked("templates"), False, words)
        return
    with app.database.read() as conn:
        last = store.last_of_kinds(conn)
    shown = [each for number in last for each in previewed(app, reach, number, now)]
    found = {
        *map(str, Pages(reach.templates).faults()),
        *(each for way in shown for each in way.get("broken", ())),
    }
    for broken in sorted(found)[:SHOWN]:
        words = _("{broken}; the package's is taken until that is mended").format(broken=broken)
        yield Check("templates", False, words)
    if not found:
        words = _("those of {folder} can be used").format(folder=reach.templates)
        yield Check("templates", True, words)


def _reaching_nobody(found: Sequence[tuple[str, int, int]]) -> Iterator[Check]:
    for because, number, last in found[:SHOWN]:
        words = ngettext(
            "{n} message reached nobody: {because}; mend that, then run 'slaflow outbox retry {last}'",
            "{n} messages, the last of them {last}, reached nobody: {because}; "
            "mend that, then run 'slaflow outbox retry {last}' and so for each",
            number,
        )
        yield Check("outbox", False, words.format(n=number, last=last, because=because))
