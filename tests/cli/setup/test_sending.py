"""Receivers made known, put on and off; what waits sent, listed, sent again: as people and scripts see it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from support.commands import Said, Slaflow, everywhere
from support.faulty import FaultyServer, answer
from support.sending import SECRETS, toml_of

from slaflow.store.database import Database
from slaflow.store.tables.deliveries import delivery

Process = Callable[..., "subprocess.Popen[bytes]"]
PATIENT = 30
MONDAY = "2026-03-09T09:30:00+01:00"


@pytest.fixture(autouse=True)
def hook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", SECRETS["HOOK"])


@pytest.fixture
def known(office: Slaflow, faulty: FaultyServer, tmp_path: Path) -> Slaflow:
    """Two receivers, described and made known."""
    told(tmp_path, toml_of(faulty, "crm", "dwh"))
    assert office("receiver", "apply").code == 0
    return office


def told(folder: Path, toml: str) -> None:
    (folder / "slaflow.toml").write_text(toml, encoding="utf-8")


def hand_over(office: Slaflow) -> None:
    added = office("lead", "add", "--set", "email=kim@example.com", "--as", "marketing", "--at", MONDAY)
    assert added.code == 0, added.err
    assert office("lead", "activity", 1, "demo", "--as", "lead", "--at", MONDAY).code == 0


def lines(said: Said) -> list[str]:
    return [re.sub(" {2,}", "  ", line) for line in said.out.splitlines()]


# Receivers


@everywhere
def test_receivers_are_made_known_and_it_says_what_has_changed(
    office: Slaflow, faulty: FaultyServer, tmp_path: Path
) -> None:
    told(tmp_path, toml_of(faulty, "crm", "dwh"))
    said = office("receiver", "apply")
    assert (said.code, lines(said)) == (0, ["2 receivers told from now on", "  added: crm, dwh"])
    told(
        tmp_path,
        toml_of(faulty, "crm").replace('"created", ', "") + toml_of(faulty, "erp").partition("[send]")[0],
    )
    answered = office("receiver", "apply", "--format", "json").json
    assert [each["name"] for each in answered["receivers"]] == ["crm", "erp"]
    assert (answered["added"], answered["changed"], answered["removed"]) == (["erp"], ["crm"], ["dwh"])
    assert office("receiver", "apply", "--quiet").out == ""
    told(tmp_path, "")
    assert lines(office("receiver", "apply")) == ["0 receivers told from now on", "  removed: crm, erp"]
    assert "no receivers; describe one under [receivers.NAME]" in office("receiver", "list").out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ('"created"', '"creatd"'),
            'events: "creatd" is no kind of entry; did you mean "created"?',
        ),
        (('kind = "webhook"', 'kind = "webhok"'), "receivers.crm"),
        (("events = ", "event = "), '[receivers.crm]: unknown key "event"; did you mean "events"?'),
        (('secret_env = "HOOK"', 'secret = "whsec_of_mine"'), "secret"),
    ],
)
def test_a_receiver_that_is_described_wrongly_is_a_line_and_nothing_is_changed(
    known: Slaflow, faulty: FaultyServer, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    told(tmp_path, toml_of(faulty, "crm").replace(*change))
    said = known("receiver", "apply")
    assert said.code != 0
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert "of_mine" not in said.err
    told(tmp_path, toml_of(faulty, "crm", "dwh"))
    assert [each["name"] for each in known("receiver", "list", "--format", "json").json] == ["crm", "dwh"]


def test_a_receiver_is_put_off_and_on_and_the_list_says_so(known: Slaflow, faulty: FaultyServer) -> None:
    hand_over(known)
    assert known("outbox", "send").code == 0
    faulty.answers("/dwh", answer(410))
    assert known("lead", "fire", 1, "accept", "--as", "anna@example.com", "--at", MONDAY).code == 0
    said = known("outbox", "send")
    assert (said.code, said.err) == (0, "slaflow: receiver:dwh: it answered 410: it wants no more\n")
    listed = known("receiver", "list", "--format", "json").json
    assert [(each["name"], each["is_on"], each["waiting"]) for each in listed] == [
        ("crm", True, 0), ("dwh", False, 1),
    ]  # fmt: skip
    assert lines(known("receiver", "list"))[2].endswith("it answered 410: it wants no more")
    faulty.answers("/dwh", answer())
    assert known("receiver", "on", "dwh").out == "dwh is on; 1 wait for it\n"
    assert known("outbox", "send").out == "0 messages planned; 1 sent\n"
    answered = known("receiver", "off", "dwh", "--format", "json").json
    assert (answered["is_on"], answered["because"]) == (False, "put off by hand")
    said = known("receiver", "on", "dhw")
    assert (said.code, said.err) == (1, 'slaflow: unknown receiver or channel "dhw"; did you mean "dwh"?\n')


# Sending


@everywhere
def test_what_waits_is_sent_and_it_says_what_came_of_it(known: Slaflow, faulty: FaultyServer) -> None:
    hand_over(known)
    faulty.answers("/crm", answer(422), answer())
    faulty.answers("/dwh", answer(503))
    said = known("outbox", "send")
    assert (said.code, said.out) == (0, "4 messages planned; 1 sent, 1 to be tried again, 1 failed\n")
    assert said.err == ""
    answered = known("outbox", "send", "--format", "json").json
    assert (answered["planned"], answered["sent"], answered["problems"]) == (0, 0, {})
    assert known("outbox", "send", "--quiet").out == ""


def test_file_and_database_must_name_the_same(known: Slaflow, faulty: FaultyServer, tmp_path: Path) -> None:
    hand_over(known)
    told(tmp_path, toml_of(faulty, "crm", "dwh", "erp"))
    for words in (("outbox", "send"), ("outbox", "send", "--watch")):
        said = known(*words)
        assert (said.code, said.out) == (3, "")
        assert said.err.endswith("[receivers.erp] was never applied; run 'slaflow receiver apply'\n")
    assert faulty.seen == []


@pytest.mark.parametrize("secret", ["", "not a secret of that kind", "whsec_c2hvcnQ="])
def test_without_its_secret_a_receiver_is_named_and_the_secret_never_is(known: Slaflow, secret: str) -> None:
    hand_over(known)
    said = known("outbox", "send", env={"HOOK": secret})
    assert said.code == 1
    assert [line.split(":")[2] for line in said.err.splitlines()] == ["crm", "dwh"]
    assert not secret or secret not in said.err + said.out
    said = known("outbox", "send")
    assert (said.out, said.err) == ("0 messages planned; 4 sent\n", "")


def test_sending_goes_on_until_it_is_told_to_end(
    known: Slaflow, faulty: FaultyServer, process: Process, database_url: str
) -> None:
    hand_over(known)
    watch = process("--db", database_url, "outbox", "send", "--watch", "--format", "json")
    assert watch.stdout is not None
    rounds = [json.loads(watch.stdout.readline())]
    while sum(each["sent"] for each in rounds) < 4:
        rounds.append(json.loads(watch.stdout.readline()))
    watch.send_signal(signal.SIGTERM)
    out, err = watch.communicate(timeout=PATIENT)
    assert (watch.returncode, out) == (0, b"")
    assert err.decode().startswith("slaflow: sending what waits in ")
    assert rounds[0]["planned"] == len(faulty.seen) == 4


# What was sent, and what was not


@everywhere
def test_the_list_tells_of_each_way_and_what_failed_is_sent_again(
    known: Slaflow, faulty: FaultyServer
) -> None:
    hand_over(known)
    faulty.answers("/crm", answer(422))
    known("outbox", "send")
    (first, *_) = known("outbox", "list", "--receiver", "crm", "--format", "json").json
    (way,) = first["deliveries"]
    assert (first["status"], way["channel"], way["status"], way["tries"], way["last_error"]) == (
        "failed", "receiver:crm", "failed", 1, "it answered 422",
    )  # fmt: skip
    table = lines(known("outbox", "list", "--status", "failed"))
    assert [line.rpartition("  ")[2] for line in table[1:]] == ["it answered 422"] * 2
    said = known("outbox", "retry", first["id"])
    assert (said.code, said.out) == (0, "1 delivery to be sent again: 1 by receiver:crm\n")
    faulty.answers("/crm", answer())
    assert known("outbox", "send").out == "0 messages planned; 1 sent\n"
    answered = known("outbox", "retry", "--receiver", "crm", "--format", "json").json
    assert answered == {
        "deliveries": 1, "channels": {"receiver:crm": 1}, "planned_anew": 0, "erased": 0, "shut": {},
    }  # fmt: skip
    assert known("outbox", "list", "--receiver", "crm", "--status", "failed").out == "no messages\n"
    assert known("outbox", "release").out == "0 deliveries let go\n"


LETTERS = """\
[channels.post]
kind = "file"
folder = "letters"
[channels.chat]
kind = "slack"
token_env = "NONE"
[recipients]
default = ["post", "chat"]
"""


def test_the_list_says_how_far_each_of_several_ways_is(
    known: Slaflow, faulty: FaultyServer, database_url: str, tmp_path: Path
) -> None:
    told(tmp_path, LETTERS + toml_of(faulty, "crm", "dwh"))
    hand_over(known)
    known("outbox", "send")
    assert known("tick", "--at", "2026-03-09T11:35:00+01:00").code == 0

    def over() -> str:
        known("outbox", "send")
        (said,) = [line for line in lines(known("outbox", "list")) if "anna@example.com" in line]
        return said.split("  ")[3]

    assert over() == "post sent, chat waiting"
    with Database(database_url).write() as conn:
        chat = update(delivery).where(delivery.c.channel == "chat")
        conn.execute(chat.values(tries=3, held_at=delivery.c.planned_at, digest="12"))
    assert over() == "post sent, chat held after 3 tries in a digest"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("retry",), 2, "give ids of messages, or --channel or --receiver"),
        (("retry", "1", "--receiver", "crm"), 2, "give ids of messages, or --channel or --receiver"),
        (("retry", "--receiver", "crm", "--channel", "mail"), 2, "give --channel or --receiver, not both"),
        (("retry", "x"), 2, "'x' is not a valid integer"),
        (("retry", "7"), 1, "there is no message 7; see 'slaflow outbox list'"),
        (("retry", "--receiver", "cmr"), 1, 'unknown receiver "cmr"; did you mean "crm"?'),
        (("release", "--channel", "mail"), 1, 'unknown channel "mail"'),
        (("list", "--receiver", "cmr"), 1, 'unknown receiver "cmr"; did you mean "crm"?'),
    ],
)
def test_what_is_asked_wrongly_is_a_line(
    known: Slaflow, words: tuple[str, ...], code: int, told: str
) -> None:
    said = known("outbox", *words)
    assert (said.code, said.out) == (code, "")
    assert told in said.err
    assert len(said.err.splitlines()) == 1
