"""`slaflow token`: a secret that is shown once, and never after."""

from __future__ import annotations

import re

from cli.conftest import Slaflow

LATER = "2026-03-06T15:30:00+01:00"


def test_a_token_is_shown_once(handed_over: Slaflow) -> None:
    made = handed_over("token", "add", "crm", "--party", "sales", "--scope", "write", "--scope", "read",
                       "--expires", "2027-03-01", "--at", LATER)  # fmt: skip
    secret, *said = made.out.splitlines()
    assert re.fullmatch(r"slf_[\w-]{51}", secret)
    assert said == [
        "a token of sales, for read, write, good until Mon 2027-03-01 00:00",
        "it is not shown again: keep it where only the system that shows it reads it",
    ]
    listed = handed_over("token", "list")
    assert listed.out.splitlines()[1].split() == [
        "crm", "sales", "read", "write", secret[:8], "Mon", "2027-03-01", "00:00", "never",
    ]  # fmt: skip
    hers = handed_over(
        "token", "add", "hers", "--for", "Anna@example.com", "--scope", "log", "--at", LATER,
        "--format", "json",
    ).json  # fmt: skip
    assert (hers["person"], hers["party"], hers["scopes"]) == ("anna@example.com", None, ["log"])
    again = handed_over("token", "list", "--format", "json")
    assert hers["token"] not in again.out
    assert hers["begins"] == again.json[1]["begins"]


def test_a_revoked_token_is_told_so(handed_over: Slaflow) -> None:
    handed_over("token", "add", "crm", "--party", "sales", "--scope", "read", "--at", LATER)
    assert handed_over("token", "revoke", "crm", "--at", LATER).out == "crm lets nobody in any more\n"
    assert handed_over("token", "revoke", "crm", "--at", LATER).out == "crm let nobody in before\n"
    assert "revoked" in handed_over("token", "list").out
    assert handed_over("token", "add", "crm", "--party", "sales", "--scope", "read").code == 2
