"""Jobs on every database: asked for, done once, taken over, called off, forgotten, gone with an erasure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.office import ANNA, FRIDAY, MIA, Present, handed_over, staffed
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.jobs import asking
from slaflow.engine.jobs.errors import JobHasEnded, JobNotThere, NoFile, TooManyJobs, UnknownKind
from slaflow.engine.jobs.kinds import Kind, Kinds, Work, kinds
from slaflow.engine.jobs.verifying import VERIFY
from slaflow.engine.jobs.work import LEASE
from slaflow.engine.jobs.worker import ENDED_THRICE, MOST_TRIES, NOT_OURS, JobWorker
from slaflow.engine.permits import Asker, NotPermitted
from slaflow.engine.sweeping import forget_over
from slaflow.errors import InvalidValue, SlaflowError
from slaflow.exchange.exports import job as exporting
from slaflow.exchange.exports.job import EXPORT
from slaflow.exchange.exports.run import TYPES
from slaflow.store.database import Database
from slaflow.store.jobs import queue as store

MANAGER, MEMBER = Asker(MIA, "sales", "manager"), Asker(ANNA, "sales", "member")
ADMIN, AUDITOR = Asker("root@example.com", "sales", "admin"), Asker("a@example.com", "sales", "auditor")
REAL = kinds((VERIFY, EXPORT))


def an_office(database: Database) -> None:
    app = Engine(database, now=lambda: FRIDAY)
    staffed(app)
    handed_over(app)


@pytest.fixture
def present() -> Present:
    return Present(FRIDAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(an_office), now=present)


def told(app: Engine, asked: Mapping[str, Any]) -> dict[str, Any]:
    return dict(asked)


def a_kind(run: Callable[[Engine, Work], dict[str, Any]], name: str = "count") -> Kinds:
    return kinds((Kind(name, "verify", told, run, holds_leads=True),))


def counted(app: Engine, work: Work) -> dict[str, Any]:
    work.progress(1, 2)
    work.name_file("numbers.txt", "text/plain")
    for number in range(3):
        work.write(f"{number}\n".encode())
    return {"n": 3}


def contents(app: Engine, known: Kinds, job: int, who: Asker = MANAGER) -> bytes:
    return b"".join(asking.file(app, known, who, job)[1])


def test_a_job_is_done_by_whoever_is_free_and_leaves_result_and_file(app: Engine) -> None:
    known = a_kind(counted)
    job = asking.ask(app, known, MANAGER, "count", {})
    worker = JobWorker(app, known)
    assert asking.find(app, known, MANAGER, job).status == "waiting"
    assert [worker.run_once(), worker.run_once()] == [True, False]
    done = asking.find(app, known, MANAGER, job)
    assert (done.status, done.result, done.file_name, done.file_bytes) == ("done", {"n": 3}, "numbers.txt", 6)
    assert contents(app, known, job) == b"0\n1\n2\n"
    assert [each.id for each in asking.listed(app, known, MANAGER)] == [job]


def test_a_job_is_its_askers_and_an_admins_and_nobody_elses(app: Engine) -> None:
    known = a_kind(counted)
    job = asking.ask(app, known, MANAGER, "count", {})
    JobWorker(app, known).run_once()
    for who in (AUDITOR, MEMBER, replace(MANAGER, role="member")):
        with pytest.raises(JobNotThere):
            asking.find(app, known, who, job)
        with pytest.raises(JobNotThere):
            asking.file(app, known, who, job)
        with pytest.raises(JobNotThere):
            asking.cancel(app, known, who, job)
        assert asking.listed(app, known, who, everybodys=True) == []
    assert asking.find(app, known, ADMIN, job).asked_by == MIA
    assert asking.listed(app, known, ADMIN) == []
    assert len(asking.listed(app, known, ADMIN, everybodys=True)) == 1


def test_who_may_not_ask_or_asks_for_too_much_is_told_so(app: Engine) -> None:
    with pytest.raises(NotPermitted, match="a manager, admin or auditor has the log verified"):
        asking.ask(app, REAL, MEMBER, "verify", {})
    with pytest.raises(UnknownKind, match="verify"):
        asking.ask(app, REAL, MANAGER, "verfy", {})
    for wrong in ({"replay": 1}, {"reply": True}):
        with pytest.raises(InvalidValue):
            asking.ask(app, REAL, MANAGER, "verify", wrong)
    for wrong in (
        {"type": "pdf"}, {"type": "csv", "kinds": ["broken"]}, {"type": "csv", "from": "2026-03-01T00:00"},
        {"type": "csv", "lead": True}, {"type": "csv", "owner": "x"}, {"type": "csv", "party": "nobody"},
        {"type": "csv", "kinds": "breached"}, {"type": "csv", "actor": 3}, {"type": "csv", "to": "soon"},
    ):  # fmt: skip
        with pytest.raises(SlaflowError):
            asking.ask(app, REAL, MANAGER, "export", wrong)
    for _ in range(asking.AT_ONCE):
        asking.ask(app, REAL, MANAGER, "verify", {})
    with pytest.raises(TooManyJobs):
        asking.ask(app, REAL, MANAGER, "verify", {})
    assert asking.ask(app, REAL, AUDITOR, "verify", {}) > 0


def test_what_is_called_off_ends_whoever_is_at_it_and_leaves_nothing(app: Engine) -> None:
    def called_off(engine: Engine, work: Work) -> dict[str, Any]:
        work.name_file("a", "b")
        work.write(b"x" * 2**21)
        asking.cancel(app, known, MANAGER, job)
        work.write(b"y" * 2**21)
        raise AssertionError("it went on")

    known = a_kind(called_off)
    job = asking.ask(app, known, MANAGER, "count", {})
    JobWorker(app, known).run_once()
    assert asking.find(app, known, MANAGER, job).status == "cancelled"
    with app.database.read() as conn:
        assert store.part(conn, job, 0) is None
    with pytest.raises(JobHasEnded):
        asking.cancel(app, known, MANAGER, job)
    with pytest.raises(NoFile):
        asking.file(app, known, MANAGER, job)


def test_what_nobody_is_heard_of_is_begun_anew_and_the_former_writes_nothing_more(
    app: Engine, present: Present
) -> None:
    """The first is only slow: the other has done it meanwhile."""

    def slow(engine: Engine, work: Work) -> dict[str, Any]:
        work.write(b"x" * 2**21)
        present.at += 2 * LEASE
        assert JobWorker(app, a_kind(counted)).run_once()
        work.write(b"y" * 2**21)
        return {"n": 0}

    job = asking.ask(app, a_kind(slow), MANAGER, "count", {})
    JobWorker(app, a_kind(slow)).run_once()
    done = asking.find(app, a_kind(slow), MANAGER, job)
    assert (done.result, done.tries) == ({"n": 3}, 2)
    assert contents(app, a_kind(slow), job) == b"0\n1\n2\n"


def test_what_ends_whoever_does_it_is_not_tried_for_ever(app: Engine, present: Present) -> None:
    class Killed(BaseException):
        """Nothing that the program could catch."""

    def killing(engine: Engine, work: Work) -> dict[str, Any]:
        raise Killed

    known = a_kind(killing)
    job = asking.ask(app, known, MANAGER, "count", {})
    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            JobWorker(app, known).run_once()
        assert not JobWorker(app, known).run_once()
        present.at += 2 * LEASE
    assert JobWorker(app, known).run_once()
    assert (found := asking.find(app, known, MANAGER, job)).status == "failed"
    assert found.error == ENDED_THRICE


def test_who_is_to_end_gives_back_what_is_in_hand(app: Engine) -> None:
    def ended(engine: Engine, work: Work) -> dict[str, Any]:
        worker.end()
        work.progress(1)
        raise AssertionError("it went on")

    known = a_kind(ended)
    job = asking.ask(app, known, MANAGER, "count", {})
    worker = JobWorker(app, known)
    worker.run_once()
    found = asking.find(app, known, MANAGER, job)
    assert (found.status, found.tries) == ("waiting", 0)


def test_a_fault_is_told_and_one_of_ours_without_its_words(app: Engine) -> None:
    def refused(engine: Engine, work: Work) -> dict[str, Any]:
        raise InvalidValue("there is no room")

    def broken(engine: Engine, work: Work) -> dict[str, Any]:
        raise KeyError("kim@example.com")

    for run, words in ((refused, "there is no room"), (broken, NOT_OURS)):
        job = asking.ask(app, a_kind(run), MANAGER, "count", {})
        JobWorker(app, a_kind(run)).run_once()
        found = asking.find(app, a_kind(run), MANAGER, job)
        assert (found.status, found.error) == ("failed", words)


def test_what_came_of_a_job_is_kept_for_a_week(app: Engine, present: Present) -> None:
    known = a_kind(counted)
    job = asking.ask(app, known, MANAGER, "count", {})
    JobWorker(app, known).run_once()
    present.at += asking.KEPT_FOR
    with pytest.raises(JobNotThere):
        asking.find(app, known, MANAGER, job)
    assert forget_over(app) == 1
    with app.database.read() as conn:
        assert store.find(conn, job) is None
        assert store.part(conn, job, 0) is None


def test_an_erasure_takes_every_file_and_has_what_is_in_hand_begun_anew(app: Engine) -> None:
    def reading(engine: Engine, work: Work) -> dict[str, Any]:
        work.name_file("a", "b")
        seen.append(b"kim" in b"".join(str(each.data).encode() for each in engine.log()))
        work.write(b"kim" * 2**20)
        if len(seen) == 1:
            app.erase("kim@example.com", "asked for", "system")
        work.write(b"kim" * 2**20)
        return {"n": 1}

    known, seen = kinds((*a_kind(reading).values(), EXPORT)), []
    first = asking.ask(app, known, MANAGER, "export", {"type": "jsonl"})
    JobWorker(app, known).run_once()
    assert b"kim" in contents(app, known, first)
    second = asking.ask(app, known, MANAGER, "count", {})
    worker = JobWorker(app, known)
    worker.run_once()
    with app.database.read() as conn:
        assert [store.part(conn, each, 0) for each in (first, second)] == [None, None]
    with pytest.raises(NoFile, match="a lead was erased"):
        asking.file(app, known, MANAGER, first)
    assert asking.find(app, known, MANAGER, first).result is None
    assert asking.find(app, known, MANAGER, second).status == "waiting"
    worker.run_once()
    assert seen == [True, False]
    assert asking.find(app, known, MANAGER, second).status == "done"


@pytest.mark.parametrize("type_", TYPES)
def test_an_export_is_what_the_command_writes(app: Engine, type_: str, tmp_path: Any) -> None:
    job = asking.ask(app, REAL, AUDITOR, "export", {"type": type_, "kinds": ["created", "transition"]})
    JobWorker(app, REAL).run_once()
    found = asking.find(app, REAL, AUDITOR, job)
    assert found.status == "done", found.error
    assert found.file_name == f"log-{FRIDAY:%Y-%m-%d}.{exporting.ENDINGS[type_][0]}"
    data = contents(app, REAL, job, AUDITOR)
    assert len(data) == found.file_bytes
    if type_ == "jsonl":
        kept = [json.loads(line)["kind"] for line in data.splitlines()]
        assert set(kept) == {"created", "transition"}
        assert found.result == {"entries": len(kept)}


def test_a_verification_says_that_all_is_as_it_was_written_and_its_head(app: Engine) -> None:
    job = asking.ask(app, REAL, AUDITOR, "verify", {"replay": True})
    JobWorker(app, REAL).run_once()
    found = asking.find(app, REAL, AUDITOR, job)
    assert found.status == "done", found.error
    said = found.result
    assert said is not None
    assert said["ok"]
    assert said["replay"]["ok"]
    assert said["head"]["size"] == said["entries"] == app.verify().entries


def test_two_workers_share_what_waits(app: Engine) -> None:
    known, order = a_kind(counted), []
    jobs = [asking.ask(app, known, MANAGER, "count", {}) for _ in range(3)]

    def nested(engine: Engine, work: Work) -> dict[str, Any]:
        order.append("outer")
        JobWorker(app, known).run_once()
        return {"n": 0}

    worker = JobWorker(app, a_kind(nested))
    assert worker.run_once()
    done = [asking.find(app, known, MANAGER, each).result for each in jobs]
    assert done == [{"n": 0}, {"n": 3}, None]
    assert timedelta(0) < LEASE
