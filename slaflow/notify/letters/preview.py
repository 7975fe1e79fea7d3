"""A message as it would be sent now, to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.errors import SlaflowError
from slaflow.notify.addresses import Unreachable, Unwanted, ways
from slaflow.notify.channels import blocks, card
from slaflow.notify.channels.composing import titled
from slaflow.notify.event import events_of
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.letters.truth import Gone
from slaflow.notify.letters.writer import letters_of
from slaflow.settings.reach import AppriseChannel, Channel, Reach, SlackChannel, TeamsChannel
from slaflow.store.database import Connection
from slaflow.store.rows import outbox as outbox_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.deliveries import Way
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.rows.outbox import Stored
from slaflow.store.sending.preferences import Preferences


class MessageNotFound(SlaflowError):
    """A number that no message of the outbox has."""

    code = "message_not_found"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"no message {number} in the outbox; see 'slaflow outbox list'")


@dataclass(frozen=True, slots=True)
class _Unsent:
    """A delivery that there is none of."""

    id: int
    message: int
    channel: str
    address: str
    person: str | None


def previewed(app: Context, reach: Reach, number: int, at: datetime | None = None) -> list[dict[str, Any]]:
    """For each way of message *number* what would be sent at *at*, or why nothing would; None: now.

    Each has ``channel``, ``address``, and either ``subject``, ``text`` and ``html``, or the ``body`` of an
    event, a message of Slack or a card, or ``gone``. Templates that are broken stand under ``broken``.

    Raises:
        MessageNotFound: there is none of that number.
    """
    now = app.present(at)
    with app.database.read() as conn:
        stored = outbox_store.by_id(conn, [number]).get(number)
        if stored is None:
            raise MessageNotFound(number)
        because = None
        try:
            found = _ways(conn, stored, reach)
        except (Unreachable, Unwanted) as error:
            found, because = [Way("", stored.message.recipient)], str(error)
        shown = [_shown(app, conn, stored, way, reach, now) for way in found]
    return shown if because is None else [{**each, "unreachable": because} for each in shown]


def _ways(conn: Connection, stored: Stored, reach: Reach) -> list[Way]:
    """Where nothing is sent at all yet, as if by mail."""
    people, recipient = people_store.directory(conn), stored.message.recipient
    if reach.channels or recipient.startswith(RECEIVER):
        return ways(recipient, people, stored.message.at, reach, Preferences(conn))
    known = people.person(recipient, stored.message.at)
    return [Way("", recipient, known.email if known else None)]


def _shown(
    app: Context, conn: Connection, stored: Stored, way: Way, reach: Reach, now: datetime
) -> dict[str, Any]:
    head = {"id": stored.id, "channel": way.channel, "address": way.address}
    if way.channel.startswith(RECEIVER):
        settings = reach.receivers.get(way.channel.removeprefix(RECEIVER))
        events = events_of(conn, [stored.id], personal=settings is not None and settings.personal)
        event = events.get(stored.id)
        return (
            {**head, "gone": "its entry is no longer in the log"}
            if event is None
            else {**head, "body": event.body}
        )
    asked = _Unsent(0, stored.id, way.channel, way.address, way.person)
    letter = letters_of(app, conn, [asked], reach, now)[0]
    if isinstance(letter, Gone):
        return {**head, "gone": letter.because}
    pages = Pages(reach.templates)
    said = _said(letter, pages, reach.channels.get(way.channel))
    broken = [str(each) for each in pages.broken.values()]
    return {**head, **said, **({"broken": broken} if broken else {})}


def _said(letter: Letter, pages: Pages, channel: Channel | None) -> dict[str, str]:
    """What is sent over *channel*, in its form."""
    if isinstance(channel, SlackChannel):
        return {"body": blocks.composed(letter, pages)}
    if isinstance(channel, TeamsChannel):
        return {"body": card.composed(letter, pages)}
    subject, text = titled(pages.render(letter, "txt"))
    html = {} if isinstance(channel, AppriseChannel) else {"html": pages.render(letter, "html")}
    return {"subject": subject, "text": text, **html}
