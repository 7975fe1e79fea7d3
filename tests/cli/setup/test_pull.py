"""What a CRM was not heard of, read on the command line; and why nothing is written to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles.hubspot import TOKEN, HubSpotDouble
from doubles.hubspot_words import NOON
from support.commands import Slaflow

TOML = """\
[net]
allow = ["127.0.0.0/8"]
[receivers.crm]
kind = "hubspot"
token_env = "TOKEN"
map = "crm.link.yaml"
api = "{api}"
[hooks.hubspot]
kind = "hubspot"
secret_env = "SECRET"
map = "hubspot.hook.yaml"
"""


@pytest.fixture
def portal(office: Slaflow, hubspot: HubSpotDouble, tmp_path: Path) -> Slaflow:
    (tmp_path / "slaflow.toml").write_text(TOML.format(api=hubspot.api), encoding="utf-8")
    link = "object: contacts\nfind: {by: email}\nout: {slaflow_state: state}\n"
    (tmp_path / "crm.link.yaml").write_text(link, encoding="utf-8")
    (tmp_path / "hubspot.hook.yaml").write_text("lead: {email: properties.email}\n", encoding="utf-8")
    hubspot.add("contacts", NOON, email="kim@example.com")
    return office


def test_what_was_changed_is_pulled_once(portal: Slaflow) -> None:
    def pulled(*words: str) -> tuple[int, str, str]:
        said = portal("link", "pull", "crm", "--since", "2026-03-09", *words, env={"TOKEN": TOKEN})
        return said.code, said.out, said.err

    assert pulled() == (
        0, "1 record of contacts changed since Mon 2026-03-09 00:00; 1 change taken for hubspot\n", "",
    )  # fmt: skip
    again = portal("link", "pull", "crm", "--since", "2026-03-09", "--format", "json", env={"TOKEN": TOKEN})
    assert again.json == {
        "receiver": "crm", "hook": "hubspot", "object": "contacts", "since": "2026-03-08T23:00:00Z",
        "records": 1, "taken": 0,
    }  # fmt: skip


def test_what_stands_in_the_way_is_said_and_how_to_go_on(portal: Slaflow, hubspot: HubSpotDouble) -> None:
    since = ("--since", "2026-03-09T00:00:00Z")
    hubspot.tokens.clear()
    closed = portal("link", "pull", "crm", *since, env={"TOKEN": TOKEN})
    assert (closed.code, closed.out) == (3, "")
    assert "crm: it does not know the token; copy it anew from the app" in closed.err
    assert "'slaflow link pull crm --since 2026-03-09T00:00:00Z'" in closed.err
    assert TOKEN not in closed.err
    assert "TOKEN is not set" in portal("link", "pull", "crm", *since).err
    assert "did you mean" in portal("link", "pull", "cmr").err
    unclear = portal("link", "pull", "crm", "--hook", "hubspott", env={"TOKEN": TOKEN})
    assert (unclear.code, "unknown hook" in unclear.err) == (1, True)


def test_of_one_that_is_closed_a_round_says_why(portal: Slaflow, hubspot: HubSpotDouble) -> None:
    environment = {"TOKEN": TOKEN, "SECRET": "s"}
    said = portal("link", "run", env=environment)
    assert said.out.splitlines()[-1] == "crm: not applied; run 'slaflow receiver apply'"
    portal("receiver", "apply")
    assert portal("link", "run", env=environment).out.splitlines()[-1] == "crm: nothing to be written"
    portal(
        "lead", "add", "--set", "email=kim@example.com", "--as", "marketing", "--at", "2026-03-09T09:30+01:00"
    )
    hubspot.tokens.clear()
    for _ in range(2):
        said = portal("link", "run", env={"TOKEN": TOKEN, "SECRET": "s"})
        assert said.out.splitlines()[-1] == "crm: closed"
        assert said.err == "slaflow: crm: it does not know the token; copy it anew from the app\n"
    doctor = portal("doctor", env={"TOKEN": TOKEN, "SECRET": "s"}).out
    assert (
        "it does not know the token; copy it anew from the app; nothing written yet; 1 lead waits" in doctor
    )
