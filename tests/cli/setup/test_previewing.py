"""``slaflow outbox preview``: what a message says, before anybody is sent it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Slaflow

AT = "2026-03-09T08:30Z"


@pytest.fixture
def warned(handed_over: Slaflow) -> Slaflow:
    """Messages in the outbox about a lead that nobody has answered."""
    handed_over("tick", "--at", AT)
    return handed_over


def first(slaflow: Slaflow) -> dict[str, object]:
    found: list[dict[str, object]] = slaflow("outbox", "list", "--format", "json").json
    return found[0]


def test_it_shows_the_letter_and_sends_nothing(warned: Slaflow) -> None:
    message = first(warned)
    said = warned("outbox", "preview", message["id"], "--at", AT).out
    assert said.startswith(f"to {message['recipient']}\nSubject: ")
    assert "kim@example.com" in said
    assert first(warned) == message
    (row,) = warned("outbox", "preview", message["id"], "--at", AT, "--format", "json").json
    assert set(row) == {"id", "channel", "address", "subject", "text", "html"}
    assert row["text"].splitlines()[0] in said


def test_a_template_of_ones_own_is_used_and_a_broken_one_named(warned: Slaflow, tmp_path: Path) -> None:
    number = first(warned)["id"]
    (folder := tmp_path / "words" / "en").mkdir(parents=True)
    (tmp_path / "slaflow.toml").write_text('templates = "words"\n')
    (folder / "message.txt").write_text("Subject: Do look at {{ lead.title }}\n\nSoon.\n")
    assert "Subject: Do look at kim@example.com\n" in warned("outbox", "preview", number).out
    (folder / "message.txt").write_text("Subject: {{ lead.__class__ }}\n")
    said = warned("outbox", "preview", number).out
    assert "message.txt:1: access to attribute '__class__' of 'LeadTold' object is unsafe." in said
    assert "\nSubject: " in said


def test_a_message_that_there_is_not_is_one_line(warned: Slaflow) -> None:
    said = warned("outbox", "preview", 999)
    assert (said.code, said.err) == (1, "slaflow: no message 999 in the outbox; see 'slaflow outbox list'\n")
