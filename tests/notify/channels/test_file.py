"""A folder of mails for trying out: what any mail program opens, and a line of JSON for each."""

from __future__ import annotations

from datetime import UTC
from email import message_from_bytes
from email.policy import strict
from mailbox import Maildir
from pathlib import Path

import orjson
from support.builders import utc
from support.letters import a_letter

from slaflow.notify.answer import Again, Sent
from slaflow.notify.channels.file import LINES, Folder
from slaflow.notify.letters.render import Pages
from slaflow.notify.parcel import Parcel

NOON = utc("2026-03-09T12:00")
ANNA = "anna@example.com"


def test_a_mail_program_reads_it_and_a_second_try_takes_its_own_place(tmp_path: Path) -> None:
    channel = Folder("out", tmp_path / "mails")
    parcel = Parcel("5f0c", ANNA, channel.compose(a_letter(), Pages(), ANNA, NOON), NOON)
    assert [channel.send(parcel), channel.send(parcel)] == [Sent("5f0c"), Sent("5f0c")]
    (key,) = (box := Maildir(tmp_path / "mails", create=False)).keys()
    mail = message_from_bytes(box.get_bytes(key), policy=strict)
    assert mail["Subject"] == "1 h left: Accept or return it · kim@example.com"
    (line,) = (tmp_path / "mails" / LINES).read_bytes().splitlines()
    told = orjson.loads(line)
    assert (told["id"], told["to"], told["subject"]) == ("5f0c", ANNA, mail["Subject"])
    assert told["at"] == NOON.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert "until Mon 9 March 14:30" in told["text"]


def test_what_stands_in_the_way_is_said_and_the_letter_waits(tmp_path: Path) -> None:
    (tmp_path / "mails").write_text("a file of somebody's")
    channel = Folder("out", tmp_path / "mails")
    parcel = Parcel("5f0c", ANNA, channel.compose(a_letter(), Pages(), ANNA, NOON), NOON)
    assert channel.send(parcel) == Again("its folder can't be written to: Not a directory")
    assert isinstance(channel.probe(), Again)
    assert Folder("out", tmp_path / "new" / "box").probe() == Sent()
    assert not (tmp_path / "new").exists()
    assert (tmp_path / "mails").read_text() == "a file of somebody's"
