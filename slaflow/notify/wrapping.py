"""Claimed deliveries made into what is sent: rendered at the first try, the same at every later one."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from slaflow.engine.context import Context
from slaflow.errors import SlaflowError
from slaflow.notify.event import events_of
from slaflow.notify.frequency.digests import SAID, digest_of, gathered
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.letters.truth import Gone
from slaflow.notify.letters.writer import letters_of
from slaflow.notify.parcel import Channel, Form, LetterChannel, Parcel
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.rows.deliveries import Claimed, DeliveryStatus
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending.repeats import repeats
from slaflow.store.sending.threads import opened

ARCHIVED = "its entry is no longer in the log"
THREADED: Form = "slack"
"""Where a letter answers to another by what the other side calls that one."""
log = logging.getLogger("slaflow.send")


@dataclass(slots=True)
class Wrapped:
    """``parcels`` to send, ``bodies`` to keep by delivery, and what is ``gone``: not to be sent, and why.

    ``shared`` are deliveries that go in the parcel of another, by its id.
    """

    parcels: list[tuple[Claimed, Parcel]] = field(default_factory=list)
    bodies: dict[int, str] = field(default_factory=dict)
    gone: dict[int, tuple[DeliveryStatus, str]] = field(default_factory=dict)
    shared: dict[int, list[Claimed]] = field(default_factory=dict)


def wrapped(
    app: Context, conn: Connection, channel: Channel, claimed: Sequence[Claimed], reach: Reach, now: datetime,
    environment: Mapping[str, str] | None = None,
) -> Wrapped:  # fmt: skip
    """What is sent of *claimed*, in their order."""
    if isinstance(channel, LetterChannel):
        return _letters(app, conn, channel, claimed, reach, now, environment)
    return _events(conn, channel, claimed, reach, now)


def _letters(
    app: Context, conn: Connection, channel: LetterChannel, claimed: Sequence[Claimed], reach: Reach,
    now: datetime, environment: Mapping[str, str] | None,
) -> Wrapped:  # fmt: skip
    """Whether it is still true is asked at every try; what was written at the first stays as it was."""
    alone = [each for each in claimed if each.digest is None]
    letters = letters_of(app, conn, alone, reach, now, environment)
    pages, made = Pages(reach.templates), Wrapped()
    places = {each.lead_id for each in claimed if each.lead_id is not None and channel.form == THREADED}
    threads = opened(conn, channel.name, places)
    said = repeats(conn, [each.id for each in claimed])
    for each in alone:
        letter = letters[each.id]
        if isinstance(letter, Gone):
            made.gone[each.id] = (letter.status, letter.because)
        elif each.id in said:
            made.gone[each.id] = ("superseded", SAID)
        else:
            lead = None if letter.thread is None else each.lead_id
            root = None if lead is None else threads.get((lead, each.address))
            _add(made, channel, pages, letter.id, letter, [each], now, root)
    for shared in gathered(claimed):
        digest = digest_of(app, conn, shared, said, reach, now, environment)
        made.gone |= {number: (gone.status, gone.because) for number, gone in digest.gone.items()}
        if digest.held:
            _add(made, channel, pages, digest.id, digest.letter, digest.held, now)
    for broken in pages.broken.values():
        log.warning("a template is passed over: %s", broken)
    return made


def _add(
    made: Wrapped, channel: LetterChannel, pages: Pages, number: str, letter: Letter | None,
    held: Sequence[Claimed], now: datetime, root: str | None = None,
) -> None:  # fmt: skip
    """Adds the parcel of the letter of that *number*, which the first of *held* stands for."""
    first, body = held[0], held[0].body
    if body is None:
        assert letter is not None
        try:
            body = made.bodies[first.id] = channel.compose(letter, pages, first.address, now)
        except SlaflowError as error:
            made.gone |= {each.id: ("failed", str(error)) for each in held}
            return
    made.shared[first.id] = list(held[1:])
    thread = None if letter is None else letter.thread
    made.parcels.append((first, Parcel(number, first.address, body, now, thread, root)))


def _events(
    conn: Connection, channel: Channel, claimed: Sequence[Claimed], reach: Reach, now: datetime
) -> Wrapped:
    settings = reach.receivers[channel.name.removeprefix(RECEIVER)]
    fresh = [each.message for each in claimed if each.body is None]
    events = events_of(conn, fresh, personal=settings.personal) if fresh else {}
    made = Wrapped()
    for each in claimed:
        event = events.get(each.message)
        if each.body is None and event is None:
            made.gone[each.id] = ("dropped", ARCHIVED)
            continue
        if event is not None:
            made.bodies[each.id] = event.body
        body = each.body or (event.body if event else "")
        known: str = event.id if event else orjson.loads(body)["id"]
        made.parcels.append((each, Parcel(known, each.address, body, now, _thread(each))))
    return made


def _thread(claimed: Claimed) -> str | None:
    return None if claimed.lead_id is None else f"lead-{claimed.lead_id}"
