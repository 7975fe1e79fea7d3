"""The log checked by several processes: what they find is what one finds, in its order and words."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from support.archiving import archived, at_rest, behind, six_leads
from support.builders import MONDAY
from support.forgery import change, changed, rewrite, without
from support.hands import dying, hands, refusing
from support.office import DAY, FRIDAY, Present, a_history, on_one_database, one_by_one, staffed
from support.tampering import UNSEEN_BY_CHAINS, Attack, an_honest_log, honest_streams, let_go
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.log import checkpoints, read, replay, replay_leads, workers
from slaflow.engine.log.checkpoints import trusted
from slaflow.engine.log.workers import Workers
from slaflow.errors import SlaflowError
from slaflow.log.errors import LogTampered, VerificationImpossible
from slaflow.log.keys import PrivateKey
from slaflow.store.database import Database
from slaflow.store.errors import DatabaseLocked, StoreFailed
from slaflow.store.log.part import Part

KEY = PrivateKey("example.com/leads", bytes(32))


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[[str, int], Workers]]:
    with hands(2) as lent:
        yield lent


@pytest.fixture(autouse=True)
def small_parts(started: Callable[[str, int], Workers], monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream or a lead is a part already."""
    monkeypatch.setattr(workers, "Workers", started)
    monkeypatch.setattr(read, "PART", 1)
    monkeypatch.setattr(replay, "PART", 2)
    for module in (replay, replay_leads):
        monkeypatch.setattr(module, "PAGE", 2)


def honest(database: Database) -> None:
    """Fourteen leads, whose names do not stand in the order of their numbers, and the people."""
    with database.write() as connection:
        an_honest_log(connection)
        honest_streams(connection, 5, 8, 10, 11, 19, 20, 99, 100, 1000, 2**40)


@pytest.fixture
def log(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(honest), now=lambda: MONDAY)


def verified(log: Engine, jobs: int, signed: checkpoints.Trusted | None = None) -> Any:
    """All that a caller gets to know."""
    heard: list[int] = []
    found = log.verify(heard.append, signed, jobs=jobs)
    return found, [str(each.as_error()) for each in found.findings], heard


def test_an_honest_log_is_found_honest(log: Engine) -> None:
    found, said, _ = verified(log, 2)
    assert (found.entries, found.streams, said) == (45, 15, [])
    assert verified(log, 1) == verified(log, 2)


FORGERIES = [
    "UPDATE entry SET actor = 'x' WHERE id IN (2, 8, 14, 30, 44)",
    "UPDATE entry SET data = NULL WHERE id = 5",
    "DELETE FROM entry WHERE id = 31",
    "DELETE FROM entry WHERE stream IN ('lead:10', 'lead:8', 'lead:1099511627776')",
    "DELETE FROM lead WHERE id IN (1, 10, 19)",
    "UPDATE lead SET seq = 7 WHERE id IN (99, 20)",
    "UPDATE lead SET id = -4 WHERE id = 2",
    "UPDATE entry SET stream = 'lead:5x' WHERE stream = 'lead:5'",
    "UPDATE entry SET stream = 'a', seq = seq + 9 WHERE stream = 'lead:1000'",
    "INSERT INTO stream (name, seq, head) VALUES ('lead:40', 3, ''), ('ant', 0, '')",
]
ONLY_SQLITE_TAKES = [
    "UPDATE entry SET stream = CAST(x'ff6c' AS TEXT) WHERE stream = 'lead:11'",
    "UPDATE entry SET stream = CAST(x'6c6561643aff' AS TEXT) WHERE stream = 'lead:11'",
    "UPDATE entry SET seq = 'one' WHERE id = 30",
    "UPDATE entry SET at = x'00' WHERE id = 17",
]


def compared(log: Engine) -> list[str]:
    """What several processes say, which is what one says, errors too."""

    def said(jobs: int) -> Any:
        try:
            return verified(log, jobs)
        except VerificationImpossible as error:
            return VerificationImpossible, [str(error)], []

    (one, words, heard), (several, the_same, likewise) = said(1), said(2)
    assert (words, heard) == (the_same, likewise)
    assert one == several
    return list(words)


def behind_its_back(log: Engine, *statements: str) -> None:
    with log.database.write() as connection:
        let_go(connection)
        for statement in statements:
            connection.execute(text(statement))


@on_one_database
@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_logs_are_found_out_alike(log: Engine, forgery: str) -> None:
    behind_its_back(log, forgery)
    assert compared(log)


@on_one_database
@pytest.mark.parametrize("forgery", ONLY_SQLITE_TAKES)
def test_what_cannot_be_read_is_found_alike(log: Engine, forgery: str) -> None:
    behind_its_back(log, forgery)
    assert compared(log)


@on_one_database
def test_a_stream_without_a_name_is_not_passed_over(log: Engine) -> None:
    """The file's owner can take away what forbids it."""
    allowed = "UPDATE sqlite_schema SET sql = replace(sql, 'stream TEXT NOT NULL', 'stream TEXT')"
    behind_its_back(log, "PRAGMA writable_schema = ON", allowed)
    log.database.dispose()
    with log.database.write() as connection:
        connection.execute(text("UPDATE entry SET stream = NULL WHERE stream = 'lead:11'"))
    assert compared(log)


@on_one_database
@pytest.mark.parametrize("attack", UNSEEN_BY_CHAINS)
def test_signed_heads_are_compared_as_ever(log: Engine, attack: Attack) -> None:
    signed = trusted(log.checkpoint(KEY).note.encode(), [KEY.public])
    with log.database.write() as connection:
        let_go(connection)
        attack(connection)
    assert verified(log, 1, signed) == verified(log, 2, signed)
    assert verified(log, 2, signed)[1]


def archived_compared(app: Engine, folder: Path, forgery: str) -> list[str]:
    archived(app, folder)
    if forgery:
        behind(app, "DELETE FROM clock", forgery)
    return compared(app)


def test_archived_streams_are_taken_up_alike(world_of: Callable[[Fill], Database], tmp_path: Path) -> None:
    assert archived_compared(at_rest(world_of(six_leads)), tmp_path, "") == []


@on_one_database
@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM lead WHERE id IN (2, 4)",
        "UPDATE archived_stream SET seq = seq + 1 WHERE stream = 'lead:3'",
        "DELETE FROM archived_stream WHERE stream <> 'lead:1'",
        "DELETE FROM entry WHERE stream = 'archive'",
    ],
)
def test_a_forged_record_of_the_archive_is_found_alike(
    world_of: Callable[[Fill], Database], tmp_path: Path, forgery: str
) -> None:
    assert archived_compared(at_rest(world_of(six_leads)), tmp_path, forgery)


# Decided again


def a_quarter(database: Database) -> None:
    """A dozen leads of a made-up history."""
    app = staffed(Engine(database, now=Present()))
    one_by_one(app, a_history(app.active(), 5, leads=12, events=40), FRIDAY + 40 * DAY)
    app.tick(FRIDAY + 40 * DAY)


@pytest.fixture
def told(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(a_quarter), now=Present())


def decided_again(app: Engine, jobs: int) -> Any:
    heard: list[int] = []
    found = app.replay(heard.append, jobs=jobs)
    return found.as_json(), [str(error) for error in found.errors()], found.entries, found.bad, heard


def test_an_honest_log_is_decided_again(told: Engine) -> None:
    found, said, entries, *_ = decided_again(told, 2)
    assert (found["ok"], found["replayed"], said) == (True, 12, [])
    assert entries == sum(entry.lead is not None for entry in told.log())
    assert decided_again(told, 1) == decided_again(told, 2)


REPLAYED = {
    "rows": lambda app: change(app, "UPDATE lead SET state = 'won', owner = NULL WHERE id IN (2, 3, 11)"),
    "clocks": lambda app: change(app, "DELETE FROM clock"),
    "a turn": lambda app: change(app, "UPDATE team SET turn = 'nobody@example.com'"),
    "a log": lambda app: rewrite(app, 10, changed("created", data={"fields": {"country": 7}})),
    "logs and rows": lambda app: (
        rewrite(app, 3, without("clock_started")),
        rewrite(app, 12, without("clock_started")),
        change(app, "UPDATE lead SET engagement = 99 WHERE id IN (1, 10)"),
    ),
    "logs that are gone": lambda app: change(app, "DELETE FROM entry WHERE stream IN ('lead:2', 'lead:10')"),
    "an erased lead": lambda app: app.erase(4, "asked to be forgotten", "sales", at=FRIDAY + 50 * DAY),
}  # fmt: skip


@on_one_database
@pytest.mark.parametrize("forgery", REPLAYED)
def test_what_was_forged_is_found_alike(told: Engine, forgery: str) -> None:
    REPLAYED[forgery](told)
    one = decided_again(told, 1)
    assert one == decided_again(told, 2)
    assert one[1] or one[0]["not_checkable"]


@on_one_database
def test_no_more_is_named_than_by_one_process(told: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slaflow.engine.log.replay_report.SHOWN", 3)
    REPLAYED["logs and rows"](told)
    one = decided_again(told, 1)
    assert (len(one[1]), one[3]) == (3, 4)
    assert one == decided_again(told, 2)


@on_one_database
def test_a_version_without_text_cannot_be_checked_by_several_either(told: Engine) -> None:
    change(told, "DELETE FROM entry WHERE kind = 'activated'")
    change(told, "DELETE FROM workflow_version")
    with pytest.raises(VerificationImpossible, match="is not in the log"):
        told.replay(jobs=2)


# While somebody writes, and where something fails


def test_all_see_what_stood_when_they_began(
    log: Engine, started: Callable[[str, int], Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lead comes before each worker has begun, and one more before the first part is checked."""
    begun: list[str | None] = []

    def busy(url: str, number: int) -> Workers:
        lent = started(url, number)
        begin, each = lent.begin, lent.each

        def begin_late(name: str | None) -> None:
            if not begun:
                add(log, 60)
            begun.append(name)
            begin(name)

        def check_late(make: Any, parts: Any) -> Iterator[Any]:
            add(log, 61)
            yield from each(make, parts)

        lent.begin, lent.each = begin_late, check_late  # type: ignore[method-assign]
        return lent

    monkeypatch.setattr(workers, "Workers", busy)
    found = log.verify(jobs=2)
    seen = 48 if log.database.dialect == "sqlite" else 45
    assert (found.findings, found.entries) == ((), seen)
    assert len(begun) == (2 if log.database.dialect == "sqlite" else 1)


def add(log: Engine, number: int) -> None:
    other = Database(log.database.url)
    with other.write() as connection:
        honest_streams(connection, number)
    other.dispose()


@on_one_database
def test_a_database_that_is_never_still_is_read_by_one(
    log: Engine, started: Callable[[str, int], Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(200, 300))

    def restless(url: str, number: int) -> Workers:
        lent = started(url, number)
        lent.begin = lambda name: add(log, next(numbers))  # type: ignore[method-assign]
        return lent

    monkeypatch.setattr(workers, "Workers", restless)
    assert log.verify(jobs=2).ok


@on_one_database
@pytest.mark.parametrize("parts", [[9], [9, 9, 9, 9]])
def test_a_process_that_dies_is_told_and_waited_for_by_nobody(log: Engine, parts: list[int]) -> None:
    with Workers(log.database.url, 1) as doomed:
        doomed.begin(None)
        with pytest.raises(VerificationImpossible, match="a process that was reading it died") as found:
            list(doomed.each(dying, parts))
    assert found.value.exit_code == 3


WAITING = """
from slaflow.engine.log.workers import Workers
from support.hands import sleeping

with Workers("{url}", 2) as workers:
    workers.begin(None)
    print("begun", flush=True)
    list(workers.each(sleeping, [600, 600, 600]))
"""


@on_one_database
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_all_of_them_end_with_the_one_that_started_them(log: Engine, end: signal.Signals) -> None:
    """By Ctrl-C, which all of a terminal's processes hear, and where it is killed alone."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITING.format(url=log.database.url)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as started:  # fmt: skip
        assert started.stdout is not None
        assert started.stdout.readline() == "begun\n"
        (os.killpg if end == signal.SIGINT else os.kill)(started.pid, end)
        said = started.communicate(timeout=60)[1]
    assert started.returncode == -end
    assert said.count("Traceback") == (end == signal.SIGINT)
    psutil.wait_procs(members(started.pid), timeout=30)
    assert not members(started.pid)


def members(group: int) -> list[psutil.Process]:
    """Whoever is left of the processes that began with *group*."""
    return [each for each in psutil.process_iter() if is_member(each, group)]


def is_member(process: psutil.Process, group: int) -> bool:
    try:
        return os.getsid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


@on_one_database
def test_an_error_comes_as_it_was_raised(log: Engine, started: Callable[[str, int], Workers]) -> None:
    with started(log.database.url, 2) as lent:
        lent.begin(None)
        results = lent.each(refusing, [1, 3, 4, 5])
        assert [next(results), next(results)] == [1, 3]
        with pytest.raises(DatabaseLocked, match=r"x\.db has been locked by another process for 4 s"):
            next(results)


@pytest.mark.parametrize(
    "error",
    [StoreFailed("sqlite:///x.db", "why"), LogTampered(3, "lead:1", 2, "it was changed", "a", "b")],
)
def test_errors_are_the_same_in_another_process(error: SlaflowError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


# Names and numbers

_number = st.one_of(st.integers(1, 2000), st.integers(1, 10**18 - 1))


@settings(max_examples=100)
@given(st.one_of(st.none(), _number), st.one_of(st.none(), _number), st.data())
def test_the_leads_of_a_part_are_those_whose_names_lie_in_it(
    first: int | None, end: int | None, data: st.DataObject
) -> None:
    near = [each + step for each in (first, end) if each for step in (-1, 0, 1)]
    lead = data.draw(st.one_of(st.sampled_from([*near, 0, -5]), _number, st.integers(-(2**63), 2**63 - 1)))
    part = Part(first and f"lead:{first}", end and f"lead:{end}")
    name = f"lead:{lead}"
    lies = (part.first is None or part.first <= name) and (part.end is None or name < part.end)
    assert any(least <= lead <= greatest for least, greatest in part.lead_ids()) == lies
