"""`slaflow doctor` on channels and receivers: what slaflow.toml has of them, and whether they could send."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import Slaflow

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
