"""A hand-over killed between saving and committing: each lead is whole, and asked again it goes on."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
from support.builders import utc

from slaflow.engine.app import Engine
from slaflow.engine.dealing import handover
from slaflow.store.database import Database

AGREEMENT = """
workflow: dealt
timezone: UTC
parties: {sales: {desk: floor@example.com}}
lead: {identity: [email], fields: {email: email}}
states: {worked: {held_by: sales, initial: true}, done: {final: true}}
transitions: [{trigger: close, from: worked, to: done, by: sales}]
on_assign: [{notify: owner}]
teams: {floor: {party: sales, capacity: 4}}
"""
KILLED_AT_SECOND = """
import os, signal, sys
from slaflow.engine import apply
from slaflow.engine.app import Engine
from slaflow.engine.dealing import handover
from slaflow.store.database import Database

saved, times = apply.save, []

def save(*given):
    saved(*given)
    times.append(1)
    if len(times) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

apply.save, handover.AT_ONCE = save, 3
handover.hand_over(Engine(Database(sys.argv[1])), "ann@example.com")
"""


def test_what_a_killed_hand_over_left_is_whole_and_is_taken_up(
    database_url: str, database: Database, loaded_python: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "AT_ONCE", 3)
    app, at = Engine(database), utc("2026-03-02T09:00")
    app.activate(AGREEMENT, at=at)
    for name in ("ann", "ben"):
        app.add_person(f"{name}@example.com", "sales", team="floor", at=at)
    for number in range(8):
        lead = app.add({"email": f"lead{number}@example.com"}, "sales", at=at)["id"]
        app.assign(lead, "ann@example.com", "sales", at=at)
    environment = {**os.environ, "SLAFLOW_DB": ""}
    killed = subprocess.run([*loaded_python, "-c", KILLED_AT_SECOND, database_url], env=environment)
    assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert [lead["owner"] for lead in app.leads()].count("ben@example.com") == 3
    assert [lead["owner"] for lead in app.leads()].count("ann@example.com") == 5
    told = handover.hand_over(app, "ann@example.com").as_json()
    assert (told["given"], told["waiting"]) == ([{"email": "ben@example.com", "leads": 1}], 4)
    report = app.replay()
    assert (report.findings, report.not_checkable, report.impossible) == ([], 0, None)
