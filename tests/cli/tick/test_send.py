"""``tick --send``: one process ticks and sends, and neither waits for the other or dies of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Slaflow, everywhere
from support.faulty import FaultyServer, answer, hang
from support.sending import SECRETS, toml_of

from slaflow.engine.tick import run

PATIENT = 30
Process = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def told(
    handed_over: Slaflow, faulty: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Slaflow:
    """Two receivers that are told of what becomes of Kim from now on."""
    monkeypatch.setenv("HOOK", SECRETS["HOOK"])
    patience = {"timeout": '"1s"', "first": '"1h"'}
    (tmp_path / "slaflow.toml").write_text(toml_of(faulty, "crm", "dwh", **patience), encoding="utf-8")
    assert handed_over("receiver", "apply").code == 0
    return handed_over


def test_once_it_ticks_and_then_sends(told: Slaflow, faulty: FaultyServer) -> None:
    said = told("tick", "--send", "--at", "2026-03-09T12:00:00+01:00")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "2 messages planned; 2 sent"
    answered = told("tick", "--send", "--format", "json").json
    assert (answered["failed"], answered["sending"]["sent"]) == ([], 0)
    assert len(faulty.seen) == 2


def test_what_cannot_be_sent_undoes_no_tick(told: Slaflow, tmp_path: Path, faulty: FaultyServer) -> None:
    words = ("tick", "--send", "--at", "2026-03-09T12:00:00+01:00")
    (tmp_path / "slaflow.toml").write_text(toml_of(faulty, "crm"), encoding="utf-8")
    said = told(*words)
    assert (said.code, said.err) == (
        3, "slaflow: receiver dwh stands in no slaflow.toml here; run 'slaflow receiver apply'\n",
    )  # fmt: skip
    assert "1 breached" in said.out
    (tmp_path / "slaflow.toml").write_text(toml_of(faulty, "crm", "dwh"), encoding="utf-8")
    said = told(*words, env={"HOOK": ""})
    assert (said.code, said.err.splitlines()[0]) == (
        1, "slaflow: receiver:crm: [receivers.crm] secret: the variable HOOK is not set",
    )  # fmt: skip


def test_trying_a_tick_sends_nothing(slaflow: Slaflow) -> None:
    said = slaflow("tick", "--dry-run", "--send")
    assert said.code == 2
    assert "--dry-run does not go with --send" in said.err


@everywhere
def test_a_receiver_that_hangs_holds_up_neither_ticks_nor_others_nor_the_end(
    told: Slaflow, faulty: FaultyServer, process: Process, database_url: str
) -> None:
    faulty.answers("/dwh", hang)
    told("tick", "--at", "2026-03-09T12:00:00+01:00")
    watch = process(
        "--db", database_url, "tick", "--watch", "--send", "--every", "1s", "--format", "jsonl", "--log-json"
    )
    assert watch.stdout is not None
    rounds: list[dict[str, object]] = []
    while sum("steps" in each for each in rounds) < 2 or not any(each.get("sent") for each in rounds):
        rounds.append(json.loads(watch.stdout.readline()))
    watch.send_signal(signal.SIGTERM)
    out, err = watch.communicate(timeout=PATIENT)
    rounds += [json.loads(line) for line in out.splitlines()]
    assert [each["sent"] for each in rounds if each.get("sent")] == [1]
    assert watch.returncode == 0
    log = [json.loads(line) for line in err.splitlines()]
    assert {"started", "ended"} <= {each.get("event") for each in log}
    assert [each["sent"] for each in log if each.get("event") == "sent" and each["sent"]] == [1]
    # What was in hand was brought to an end: nothing is left to a lease.
    (waits,) = told("outbox", "list", "--status", "waiting", "--receiver", "dwh", "--format", "json").json
    assert (waits["tries"], waits["last_error"]) == (1, "it did not answer in time")


def test_a_sender_that_cannot_begin_says_so_and_ticks_go_on(
    told: Slaflow, tmp_path: Path, faulty: FaultyServer, process: Process, database_url: str
) -> None:
    (tmp_path / "slaflow.toml").write_text(toml_of(faulty, "crm"), encoding="utf-8")
    watch = process(
        "--db", database_url, "tick", "--watch", "--send", "--every", "1s", "--format", "jsonl", "--log-json"
    )
    assert watch.stdout is not None
    rounds = [json.loads(watch.stdout.readline()) for _ in range(2)]
    watch.send_signal(signal.SIGTERM)
    _, err = watch.communicate(timeout=PATIENT)
    assert all("steps" in each for each in rounds)
    said = [json.loads(line) for line in err.splitlines()]
    (why, *_) = [each["message"] for each in said if each["logger"] == "slaflow.send"]
    assert why.startswith("receiver dwh stands in no slaflow.toml here; run 'slaflow receiver apply'; trying")
    assert watch.returncode == 0


def test_a_tick_that_hangs_does_not_keep_what_waits(
    told: Slaflow, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("tick", "--at", "2026-03-09T12:00:00+01:00")
    came = threading.Event()

    def arrives(asked: object) -> bool:
        came.set()
        return answer()(asked)  # type: ignore[arg-type]

    faulty.answers("/crm", arrives)

    def hanging(*_: object) -> None:
        assert came.wait(PATIENT)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(run, "run", hanging)
    said = told("tick", "--watch", "--send")
    assert (said.code, said.err.splitlines()[-1]) == (0, "slaflow: ended")
