"""What a channel is given to send, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

from slaflow.notify.answer import Answer
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages

Form = Literal["mail", "slack", "teams", "text", "webhook"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One letter to one address over one channel.

    ``id`` is the same at every try and no other letter's; ``at`` is the instant of this one. ``body`` is what
    was rendered at the first try, in the channel's form. ``thread`` names what belongs together, and
    ``opened`` what the other side calls the letter that opened it at this address, where one did.
    """

    id: str
    address: str
    body: str
    at: datetime
    thread: str | None = None
    opened: str | None = None

    def as_of(self, at: datetime) -> Parcel:
        """The same, tried at that instant."""
        return replace(self, at=at)


class Channel(Protocol):
    """A way to send. ``pace`` is the least time between two letters to one address."""

    name: str
    form: Form
    pace: timedelta

    def send(self, parcel: Parcel) -> Answer:
        """One try; raises nothing that the other side can cause."""

    def probe(self) -> Answer:
        """Whether it could send, with nobody hearing of it where that can be had."""

    def close(self) -> None:
        """Lets go of connections."""


@runtime_checkable
class LetterChannel(Channel, Protocol):
    """A channel to people: its parcels are letters in words."""

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """All that is sent of *letter* to the address *to*, made at its first try, *at*.

        Raises:
            SlaflowError: nothing can be sent to that address.
        """
