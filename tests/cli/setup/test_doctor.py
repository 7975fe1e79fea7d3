"""`slaflow doctor` on channels and receivers: what slaflow.toml has of them, and whether they could send."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import Slaflow
from support.elsewhere import elsewhere

HOOK = """
[receivers.crm]
kind = "webhook"
url = "http://127.0.0.1:1/"
secret_env = "HOOK"
events = "breached"
[net]
allow = "127.0.0.0/8"
"""
SET = {"HOOK": f"whsec_{'a' * 32}"}


@pytest.fixture
def receiver(handed_over: Slaflow) -> Slaflow:
    """A database with an agreement in force, and slaflow.toml with a receiver that nobody is behind."""
    Path("slaflow.toml").write_text(HOOK, encoding="utf-8")
    assert handed_over("receiver", "apply", "--quiet").code == 0
    return handed_over


def checks(slaflow: Slaflow, *words: str, **env: str) -> dict[str, tuple[bool, str]]:
    found = slaflow("doctor", *words, "--format", "json", env=env).json["checks"]
    return {each["name"]: (each["ok"], each["detail"]) for each in found}


def test_without_channels_it_says_nothing_of_any(handed_over: Slaflow) -> None:
    assert checks(handed_over).keys().isdisjoint(("settings", "channels", "receivers", "links", "try"))


def test_a_secret_that_is_not_set_is_amiss(receiver: Slaflow) -> None:
    assert checks(receiver, **SET)["receivers"] == (True, "crm: its secret is set; nothing sent yet")
    (ok, words) = checks(receiver)["receivers"]
    assert (ok, words) == (False, "crm: [receivers.crm] secret: the variable HOOK is not set")
    assert receiver("doctor").code == 1


def test_with_try_each_is_connected_to(receiver: Slaflow) -> None:
    assert "try" not in checks(receiver, **SET)
    for words in (("--try",), ("--try", "crm")):
        assert checks(receiver, *words, **SET)["try"] == (False, "crm: nobody listens there")
    unknown = receiver("doctor", "--try", "cmr", env=SET)
    assert unknown.err == 'slaflow: unknown channel or receiver "cmr"; did you mean "crm"?\n'


def test_each_fault_of_the_file_is_amiss(receiver: Slaflow) -> None:
    Path("slaflow.toml").write_text(f"{HOOK}\n[send]\ntries = 0\nfuse = 0", encoding="utf-8")
    said = receiver("doctor", env=SET)
    assert said.code == 1
    assert said.out.count("not ok  settings") == 2
    assert "[send] tries: 0 is less than 1" in said.out


OIDC = """
public_url = "https://sla.example.com"
[web.oidc]
issuer = "ISSUER"
client_id = "slaflow"
secret_env = "OIDC"
name = "Example ID"
[net]
allow = "127.0.0.0/8"
"""


def test_the_site_that_says_who_people_are_is_looked_at_and_asked(handed_over: Slaflow) -> None:
    with elsewhere() as site:
        Path("slaflow.toml").write_text(OIDC.replace("ISSUER", site.where), encoding="utf-8")
        assert checks(handed_over)["oidc"] == (False, "[web.oidc] secret: the variable OIDC is not set")
        back = "https://sla.example.com/sign-in/back"
        words = f"people sign in with Example ID or with a password, and come back to {back}"
        assert checks(handed_over, OIDC="s")["oidc"] == (True, words)
        for asked in (("--try",), ("--try", "oidc")):
            found = checks(handed_over, *asked, OIDC="s")["try"]
            assert found == (True, "oidc: Example ID could be asked who people are now")
        site.about = {"issuer": "https://evil.example"}
        ok, words = checks(handed_over, "--try", "oidc", OIDC="s")["try"]
        assert (ok, words.startswith("oidc: it calls itself otherwise")) == (False, True)
    assert checks(handed_over, "--try", OIDC="s")["try"] == (False, "oidc: nobody listens there")


def test_where_another_site_alone_says_who_people_are_nobody_is_invited(handed_over: Slaflow) -> None:
    alone = OIDC.replace("ISSUER", "https://login.example.com").replace("[net]", "only = true\n[net]")
    Path("slaflow.toml").write_text(alone, encoding="utf-8")
    said = handed_over("user", "invite", "anna@example.com", env={"OIDC": "s"})
    assert (said.code, "nobody has a password here" in said.err) == (1, True)
