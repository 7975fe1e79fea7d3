"""Fields that slaflow alone writes, changed in the CRM: taken where a trigger says so, else put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from doubles.hubspot import HubSpotDouble
from doubles.hubspot_words import SECRET
from support.office import AGREEMENT, ANNA, BO, CIA, MONDAY, NORA, Present
from support.portal import Portal, joined, reach_of

from slaflow.engine.app import Engine

HAND_TO = "{trigger: hand_to, from: mql, by: sales, requires: {to: email}, assign: {input: to}}"
HANDED_ON = AGREEMENT.replace("  - {trigger: win,", f"  - {HAND_TO}\n  - {{trigger: win,")
LINK = """\
object: contacts
find: {by: email}
out: {slaflow_state: state, hubspot_owner_id: {owner: true}}
"""
HOOK = """\
lead: {email: properties.email}
remote: objectId
events:
  - activity: demo
    when: row.properties.demo_asked != ""
    at: {column: occurredAt, format: epoch_ms}
    as: lead
  - trigger: hand_to
    when: row.properties.hubspot_owner_id == "2"
    at: {column: occurredAt, format: epoch_ms}
    as: sales
    set: {to: bo@example.com}
"""


@pytest.fixture
def portal(
    app: Engine, tmp_path: Path, hubspot: HubSpotDouble, present: Present, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    monkeypatch.setenv("HOOK", SECRET)
    present.at = MONDAY
    app.activate(HANDED_ON)
    hubspot.owners = {ANNA: "1", BO: "2", CIA: "3", NORA: "4"}
    with joined(app, reach_of(tmp_path, hubspot.api, LINK, HOOK), hubspot, present) as both:
        yield both


def handed_over(portal: Portal) -> str:
    """A contact that asked for a demo, and is Anna's on both sides."""
    id = portal.double.add("contacts", email="kim@prospects.example")
    portal.rest()
    portal.present.at += timedelta(minutes=10)
    portal.double.change("contacts", id, demo_asked="yes")
    portal.rest()
    assert portal.record(id).value("hubspot_owner_id") == "1"
    portal.present.at += timedelta(minutes=10)
    return id


def test_a_rep_who_takes_it_there_has_it_here(portal: Portal) -> None:
    id = handed_over(portal)
    written = len(portal.written())
    portal.double.change("contacts", id, hubspot_owner_id="2")
    portal.rest()
    assert portal.app.show(1)["owner"] == BO
    assert portal.record(id).value("hubspot_owner_id") == "2"
    assert len(portal.written()) == written


def test_a_rep_who_took_it_just_before_we_wrote_has_it_on_both_sides(portal: Portal) -> None:
    """What was written over theirs is written anew, and not thought to be theirs."""
    id, double = handed_over(portal), portal.double
    app, present = portal.app, portal.present
    app.fire(1, "hand_to", ANNA, {"to": CIA}, at=present.at)
    double.change("contacts", id, present.at - timedelta(seconds=9), hubspot_owner_id="2")
    portal.show()
    assert portal.record(id).value("hubspot_owner_id") == "3"
    portal.rest()
    assert portal.record(id).value("hubspot_owner_id") == {BO: "2", CIA: "3"}[str(app.show(1)["owner"])]


@pytest.mark.parametrize("to", ["3", "4"])
def test_what_no_trigger_takes_is_put_back(portal: Portal, to: str) -> None:
    """The map has no line for one of them, and the other is of marketing."""
    id = handed_over(portal)
    portal.double.change("contacts", id, hubspot_owner_id=to)
    portal.rest()
    assert portal.app.show(1)["owner"] == ANNA
    assert portal.record(id).value("hubspot_owner_id") == "1"


def test_what_is_refused_is_put_back(portal: Portal) -> None:
    id = handed_over(portal)
    portal.app.send_away(BO, portal.present.at, portal.present.at + timedelta(days=1))
    portal.double.change("contacts", id, hubspot_owner_id="2")
    portal.rest()
    assert portal.app.show(1)["owner"] == ANNA
    assert portal.record(id).value("hubspot_owner_id") == "1"
