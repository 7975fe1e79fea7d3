"""A folder for trying out: mails in a Maildir that any mail program opens, and a line of JSON for each.

Source: https://cr.yp.to/proto/maildir.html
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.parser import Parser
from email.policy import default
from pathlib import Path

import orjson

from slaflow.notify.answer import Again, Answer, Sent
from slaflow.notify.channels.composing import composed
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Form, Parcel

LINES = "messages.jsonl"
SENDER = Address("slaflow", "slaflow", "localhost")


class Folder:
    """Mails to anybody, kept in *folder*. A letter that is sent again takes its own place."""

    form: Form = "mail"
    pace = timedelta()

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def compose(self, letter: Letter, pages: Pages, to: str, at: datetime) -> str:
        """The whole mail. Raises ``AddressUnusable``."""
        return composed(letter, pages, SENDER, to, at)

    def send(self, parcel: Parcel) -> Answer:
        """Writes the mail, then its line."""
        try:
            for each in ("tmp", "new", "cur"):
                (self._folder / each).mkdir(parents=True, exist_ok=True)
            new = self._folder / "new" / parcel.id
            is_again = new.exists()
            part = self._folder / "tmp" / parcel.id
            part.write_text(parcel.body, encoding="ascii", newline="")
            part.replace(new)
            if not is_again:
                with (self._folder / LINES).open("ab") as lines:
                    lines.write(_line(parcel))
        except OSError as problem:
            return Again(f"its folder can't be written to: {problem.strerror}")
        return Sent(parcel.id)

    def probe(self) -> Answer:
        """Whether something could be written there."""
        above = next(each for each in (self._folder, *self._folder.absolute().parents) if each.exists())
        is_there = above.is_dir() and os.access(above, os.W_OK)
        return Sent() if is_there else Again("its folder can't be written to")

    def close(self) -> None:
        """Nothing is kept open."""


def _line(parcel: Parcel) -> bytes:
    mail = Parser(policy=default).parsestr(parcel.body)
    part = mail.get_body(("plain",))
    told = {
        "id": parcel.id, "at": parcel.at.astimezone(UTC), "to": parcel.address, "subject": mail["subject"],
        "text": "" if part is None else part.get_content(),
    }  # fmt: skip
    return orjson.dumps(told, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
