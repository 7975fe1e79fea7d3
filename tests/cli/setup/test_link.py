"""A CRM on the command line: made known, listed, told of, started again."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere

LINK = "object: contacts\nfind: {by: email}\nout: {slaflow_state: state}\n"
MONDAY = "2026-03-09T09:30:00+01:00"


@pytest.fixture
def crm(office: Slaflow, tmp_path: Path) -> Slaflow:
    """A lead, and a CRM that slaflow.toml describes and nobody knows yet."""
    (tmp_path / "crm.link.yaml").write_text(LINK, encoding="utf-8")
    toml = '[receivers.crm]\nkind = "hubspot"\ntoken_env = "TOKEN"\nmap = "crm.link.yaml"\n'
    (tmp_path / "slaflow.toml").write_text(toml, encoding="utf-8")
    added = office("lead", "add", "--set", "email=kim@example.com", "--as", "marketing", "--at", MONDAY)
    assert added.code == 0, added.err
    return office


@everywhere
def test_a_crm_is_made_known_and_every_lead_is_to_be_written(crm: Slaflow) -> None:
    said = crm("receiver", "apply").out
    assert said.splitlines() == [
        "0 receivers told from now on", "1 CRM written to from now on", "  added: crm",
        "  1 lead to be written to crm",
    ]  # fmt: skip
    again = crm("receiver", "apply", "--format", "json").json
    assert (again["added"], again["marked"]) == ([], {})
    (listed,) = crm("receiver", "list", "--format", "json").json
    assert (listed["kind"], listed["waiting"], listed["troubled"]) == ("hubspot", 1, 0)
    assert "fields of leads" in crm("receiver", "list").out
    assert crm("receiver", "off", "crm").out == "crm is off; 1 wait for it\n"
    (told,) = crm("link", "status", "--format", "json").json
    assert (told["is_on"], told["leads"], told["waiting"], told["trouble"]) == (False, 1, 1, [])
    assert crm("link", "status").out.startswith("crm (hubspot) off: 1 lead, 1 waiting; nothing written yet\n")


def test_leads_are_compared_anew(crm: Slaflow) -> None:
    for words in (("status", "crm"), ("all", "crm"), ("retry", "crm")):
        assert crm("link", *words).err == (
            "slaflow: no CRM called \"crm\" was applied; run 'slaflow receiver apply'\n"
        )
    crm("receiver", "apply")
    assert crm("link", "all", "crm").out == "1 lead to be written to crm\n"
    assert crm("link", "retry", "crm", "--lead", "kim@example.com", "--format", "json").json["leads"] == 1
    assert crm("link", "all", "crm", "--anew").out == "1 lead to be written to crm\n"
    refused = crm("link", "all", "cmr", "--anew")
    assert (refused.code, "did you mean" in refused.err) == (1, True)
    refused = crm("link", "all", "cmr")
    assert (refused.code, "did you mean" in refused.err) == (1, True)


def test_doctor_knows_it(crm: Slaflow) -> None:
    crm("receiver", "apply")
    lines = {each["name"]: each for each in crm("doctor", "--format", "json").json["checks"]}
    assert "the variable TOKEN is not set" in lines["crms"]["detail"]
    lines = {
        each["name"]: each for each in crm("doctor", "--format", "json", env={"TOKEN": "t"}).json["checks"]
    }
    assert lines["crms"]["detail"] == "crm: its token is set; nothing written yet; 1 lead waits"
