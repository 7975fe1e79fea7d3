"""A channel to people that only remembers, and messages for it, put into the outbox as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import Message, instant_text
from slaflow.notify import send
from slaflow.notify.answer import Answer, Sent
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel
from slaflow.settings.reach import Reach
from slaflow.store.rows import outbox as store

MAIL = {"kind": "mail", "host": "mail.example.com", "from": "sla@example.com"}


@dataclass
class Letterbox:
    """What came, in order; ``answers`` are given first, then everything is taken."""

    name: str = "mail"
    form: Form = "mail"
    pace: timedelta = timedelta()
    came: list[Parcel] = field(default_factory=list)
    letters: dict[str, Letter] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        self.letters[letter.id] = letter
        told = [each.id for each in letter.messages]
        return orjson.dumps(
            {"told": told, "counts": dict(letter.counts), "digest": letter.is_digest}
        ).decode()

    def send(self, parcel: Parcel) -> Answer:
        answer = self.answers.pop(0) if self.answers else Sent()
        self.came.append(parcel)
        return answer

    def probe(self) -> Answer:
        return Sent()

    def close(self) -> None:
        pass

    def to(self, address: str) -> list[dict[str, Any]]:
        """What the letters to *address* hold, in the order in which they came first."""
        bodies = dict.fromkeys(parcel.body for parcel in self.came if parcel.address == address)
        return [orjson.loads(body) for body in bodies]

    def digests(self, address: str) -> list[dict[str, Any]]:
        return [each for each in self.to(address) if each["digest"]]

    def singles(self, address: str) -> list[int]:
        """The messages that came to *address* by themselves."""
        return [each["told"][0] for each in self.to(address) if not each["digest"]]


def put_up(monkeypatch: pytest.MonkeyPatch) -> Letterbox:
    """Has all that goes over any channel come to a letterbox."""
    box = Letterbox()
    monkeypatch.setattr(send, "open_channel", lambda name, *_: replace(box, name=name))
    return box


def reach_to(**settings: Any) -> Reach:
    """One mail channel; *settings* are of [send]."""
    return Reach.model_validate({"channels": {"mail": MAIL}, "send": settings})


def told(
    app: Engine, lead: int, recipients: Iterable[str], kind: str = "breached", at: datetime | None = None,
    first: int = 1000,
) -> None:  # fmt: skip
    """A message about *lead* to each of *recipients*, each told by an entry of its own from *first* on."""
    now = at or app.now()
    messages = [
        (Message(each, kind, now, seq, "respond", 1, data={"due_at": instant_text(now)}), "waiting", now)
        for seq, each in enumerate(recipients, first)
    ]
    with app.database.write() as conn:
        store.queue(conn, [(lead, *each) for each in messages])


def number_of(counts: dict[str, int]) -> int:
    return Counter(counts).total()
