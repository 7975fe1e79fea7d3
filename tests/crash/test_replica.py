"""A streaming replica: what reads works there, what writes says where to go, and it can take over."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crash.conftest import Start
from support.commands import AGREEMENT, Said
from support.servers import kill, own_server, promote, standby_of, url_of

ADDED, FELL = "2026-03-02T09:00:00Z", "2026-03-20T09:00:00Z"
KIM = "kim@example.com"
PATIENT = 30.0
REFUSED = "is a read-only replica; name the primary with --db\n"


@pytest.fixture
def primary() -> Iterator[Any]:
    with own_server() as server:
        yield server


@pytest.fixture
def replica(primary: Any) -> Iterator[str]:
    with standby_of(primary) as url:
        yield url


@pytest.fixture
def typed(type_: Callable[..., Said], primary: Any, replica: str, tmp_path: Path) -> Callable[..., Said]:
    """Types a command on the database that is named first, where a promise was broken and nobody noticed."""
    (tmp_path / "office-deal.yaml").write_text(AGREEMENT, encoding="utf-8")
    url = url_of(primary)
    add = ("lead", "add", "--set", f"email={KIM}", "--as", "marketing", "--at", ADDED)
    for words in (("db", "upgrade"), ("workflow", "activate", "office-deal.yaml", "--at", ADDED), add):
        assert type_("--db", url, *words).code == 0
    latest = time.monotonic() + PATIENT
    while not type_("--db", replica, "lead", "show", KIM).out:
        assert time.monotonic() < latest

    def type_on(where: str, *words: object) -> Said:
        return type_("--db", where, "--format", "json", *words)

    return type_on


def test_what_only_reads_works_on_a_replica(typed: Callable[..., Said], replica: str) -> None:
    reads = (
        ("lead", "list"), ("lead", "show", KIM), ("lead", "explain", KIM), ("queue",), ("report", "sla"),
        ("log", "list"), ("log", "verify"), ("outbox", "list"), ("user", "list"), ("workflow", "list"),
        ("db", "check"), ("db", "current"), ("tick", "--dry-run"),
    )  # fmt: skip
    told = {words: typed(replica, *words) for words in reads}
    assert {words: said for words, said in told.items() if said.code != 0 or said.err} == {}
    assert told["tick", "--dry-run"].json["breached"] == 1


def test_what_writes_says_that_it_is_a_replica(typed: Callable[..., Said], replica: str) -> None:
    add = ("lead", "add", "--set", "email=lee@example.com", "--as", "marketing")
    writes: tuple[tuple[str, ...], ...] = (
        add, ("lead", "fire", KIM, "promote", "--as", "marketing"), ("tick",), ("tick", "--watch"),
        ("workflow", "activate", "office-deal.yaml"), ("user", "add", KIM, "--party", "sales"),
        ("db", "upgrade"),
    )  # fmt: skip
    for words in writes:
        said = typed(replica, *words)
        assert (said.code, said.out) == (3, ""), words
        assert said.err.endswith(REFUSED), words


def found(typed: Callable[..., Said], url: str) -> dict[str, Any]:
    return {check["name"]: check for check in typed(url, "doctor").json["checks"]}


def test_doctor_says_what_a_replica_follows(typed: Callable[..., Said], primary: Any, replica: str) -> None:
    assert "replica" not in found(typed, url_of(primary))
    following = found(typed, replica)["replica"]
    assert following["ok"], following
    assert following["detail"].startswith("a read-only replica")
    kill(primary, signal.SIGQUIT)
    latest = time.monotonic() + PATIENT
    while (alone := found(typed, replica)["replica"])["ok"]:
        assert time.monotonic() < latest
    assert alone["detail"].startswith("a replica that follows no primary now, its last change of 20")


def test_a_worker_goes_on_where_the_replica_takes_over(
    typed: Callable[..., Said], start: Start, primary: Any, replica: str
) -> None:
    """It is given both servers and asks for the one that takes writes."""
    folders = [url.partition("host=")[2] for url in (url_of(primary), replica)]
    url = f"postgresql+psycopg://postgres@/postgres?host={','.join(folders)}&target_session_attrs=read-write"
    worker = start("--db", url, "tick", "--watch", "--every", "1s", "--format", "jsonl")
    try:
        assert worker.stdout is not None
        assert '"breached":1' in worker.stdout.readline()
        kill(primary, signal.SIGKILL)
        promote(replica)
        lee = ("lead", "add", "--set", "email=lee@example.com", "--as", "marketing", "--at", FELL)
        assert typed(url, *lee).code == 0
        while '"breached":1' not in worker.stdout.readline():
            assert worker.poll() is None
    finally:
        worker.terminate()
        _, err = worker.communicate(timeout=PATIENT)
    assert worker.returncode == 0
    assert "is not reachable" in err
    assert typed(url, "log", "verify").json["ok"] is True
