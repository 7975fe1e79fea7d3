"""Leads at rest leave the log for files; the log verifies over both, and says what it could not read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text
from support.archiving import (
    APRIL,
    DAY,
    KEY,
    MARCH,
    NOW,
    archived,
    at_rest,
    behind,
    everything,
    everywhere,
    files,
    ids,
    signed,
    six_leads,
)
from support.databases import known_rows
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.files.atomic import FileUnwritable
from slaflow.engine.log import archives
from slaflow.engine.log.archives import LiesAhead
from slaflow.engine.log.past import PastArchived, PastUnknown
from slaflow.engine.log.replay import replayed
from slaflow.exchange.archive.run import archive
from slaflow.log.errors import LogTampered, VerificationImpossible
from slaflow.log.proof import check_proof
from slaflow.store import statistics
from slaflow.store.database import Database
from slaflow.store.errors import ConflictingChange, LogIsAppendOnly
from slaflow.store.log import archives as store

pytestmark = everywhere


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    """Six leads of March: the first four closed, the fifth still owed a word, the sixth closed in April."""
    return at_rest(world_of(six_leads))


def test_closed_leads_leave_and_all_others_stay(app: Engine, tmp_path: Path) -> None:
    before = everything(app)
    report = archived(app, tmp_path)
    gone = [entry for entry in before if entry.lead in (1, 2, 3, 4)]
    assert (report.leads, report.entries) == (4, len(gone))
    assert report.files == [str(tmp_path / "log-archive-0001.parquet")]
    stay = [entry for entry in before if entry not in gone]
    assert everything(app)[:-1] == stay
    assert report.stayed == sum(1 for entry in stay if entry.at < APRIL)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".db"] == [
        "log-archive-0001.parquet"
    ] or (app.database.dialect == "sqlite")


def test_what_left_is_on_the_record(app: Engine, tmp_path: Path) -> None:
    report = archived(app, tmp_path)
    entry = everything(app)[-1]
    assert (entry.stream, entry.kind, entry.actor, entry.at) == ("archive", "archived", "system", NOW)
    (record,) = archives.records(app)
    assert entry.data == record.as_data()
    assert (record.file, record.entries, record.streams) == ("log-archive-0001.parquet", report.entries, 4)
    assert len(record.sha256) == len(record.root) == len(record.ends) == 64


def test_the_log_verifies_with_its_archive_and_without(app: Engine, tmp_path: Path) -> None:
    total = len(everything(app))
    report = archived(app, tmp_path)
    assert app.verify().as_json() == {
        "ok": True, "entries": total + 1 - report.entries, "streams": 4, "bad": None,
    }  # fmt: skip
    both = app.verify(archived=files(app, tmp_path))
    assert (both.ok, both.entries, both.streams) == (True, total + 1, 8)


def test_heads_of_before_and_after_hold_over_both(app: Engine, tmp_path: Path) -> None:
    before = signed(app)
    archived(app, tmp_path)
    after = signed(app)
    assert after.head.size == before.head.size + 1
    for head in (before, after):
        assert app.verify(signed=head, archived=files(app, tmp_path)).ok
        with pytest.raises(VerificationImpossible, match=r"archived in log-archive-0001\.parquet"):
            app.verify(signed=head)


def test_a_first_head_can_be_signed_after_an_archive(app: Engine, tmp_path: Path) -> None:
    """The root over what left was computed when it left."""
    archived(app, tmp_path)
    head = signed(app)
    assert app.verify(signed=head, archived=files(app, tmp_path)).ok
    assert head.head.size == len(everything(app)) + archives.records(app)[0].entries


def test_entries_are_proved_wherever_they_are(app: Engine, tmp_path: Path) -> None:
    before = everything(app)
    head = signed(app)
    archived(app, tmp_path)
    for entry in before:
        proof = app.prove(entry.id or 0, head, with_data=True, archived=files(app, tmp_path))
        assert check_proof(proof, [KEY.public]).checkpoint == head.head
        assert (proof.entry_hash.hex(), proof.data) == (entry.hash, entry.data_text)
    with pytest.raises(VerificationImpossible, match="archived"):
        app.prove(before[-1].id or 0, head)


def test_a_lead_that_comes_back_goes_on_where_it_was(app: Engine, tmp_path: Path) -> None:
    end = next(entry for entry in reversed(everything(app)) if entry.lead == 1)
    archived(app, tmp_path)
    app.record(1, "call", "sales", {"outcome": "bought again"}, at=NOW)
    later = [entry for entry in everything(app) if entry.lead == 1]
    assert (later[0].seq, later[0].prev) == (end.seq + 1, end.hash)
    assert app.verify().ok
    assert app.verify(archived=files(app, tmp_path)).ok


def test_it_may_be_archived_again(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    app.record(1, "call", "sales", at=NOW - 2 * DAY)
    second = archive(app, NOW - DAY, tmp_path, at=NOW)
    assert (second.leads, second.files) == (2, [str(tmp_path / "log-archive-0002.parquet")])
    assert app.verify().ok
    assert app.verify(signed=signed(app), archived=files(app, tmp_path)).ok
    assert archive(app, NOW - DAY, tmp_path, at=NOW).files == []


def test_many_leads_go_into_several_files(app: Engine, tmp_path: Path) -> None:
    report = archived(app, tmp_path, most=1)
    assert [Path(file).name for file in report.files] == [f"log-archive-000{n}.parquet" for n in (1, 2, 3, 4)]
    assert app.verify(signed=signed(app), archived=files(app, tmp_path)).ok


def test_a_second_time_there_is_nothing_left(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    before = ids(app)
    again = archived(app, tmp_path)
    assert (again.entries, again.files, ids(app)) == (0, [], before)


def test_only_what_is_past_is_at_rest(app: Engine, tmp_path: Path) -> None:
    with pytest.raises(LiesAhead):
        archive(app, NOW + DAY, tmp_path)


def test_nothing_goes_where_no_file_can_be_written(app: Engine, tmp_path: Path) -> None:
    before = ids(app)
    with pytest.raises(FileUnwritable):
        archived(app, tmp_path / "nowhere")
    assert ids(app) == before


def test_a_crash_before_the_end_leaves_the_log_and_a_stray_file(
    app: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ids(app)
    with monkeypatch.context() as patch:
        patch.setattr(store, "let_go", _crash)
        with pytest.raises(KeyboardInterrupt):
            archived(app, tmp_path)
    assert ids(app) == before
    assert archives.records(app) == []
    assert app.verify().ok
    report = archived(app, tmp_path)
    assert report.files == [str(tmp_path / "log-archive-0002.parquet")], "the stray file is left alone"
    assert app.verify(archived=files(app, tmp_path)).ok


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_crash_while_writing_leaves_no_file(
    app: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ids(app)
    with monkeypatch.context() as patch:
        patch.setattr("slaflow.exchange.archive.run._check", _crash)
        with pytest.raises(KeyboardInterrupt):
            archived(app, tmp_path)
    assert ids(app) == before
    assert list(tmp_path.glob("*archive*")) == []


def test_who_archives_at_the_same_time_is_told(app: Engine, tmp_path: Path) -> None:
    """The second finds the entries gone, and leaves everything as it is."""
    archived(app, tmp_path)
    (number, record), *_ = _records(app)
    with app.database.write() as connection:
        ends = list(store.ends_of(connection, number))
        undone = connection.begin_nested()
        twice = store.record(connection, _renamed(record), [end._replace(seq=end.seq + 1) for end in ends])
        with pytest.raises(ConflictingChange, match="0 entries are there to be archived"):
            store.let_go(connection, twice, record.entries)
        undone.rollback()


def _records(app: Engine) -> list[tuple[int, archives.ArchiveRecord]]:
    with app.database.read() as connection:
        return store.records(connection)


def _renamed(record: archives.ArchiveRecord) -> archives.ArchiveRecord:
    return replace(record, sha256="f" * 64)


@pytest.mark.parametrize("number", [5, 6])
def test_nothing_else_can_be_deleted(app: Engine, tmp_path: Path, number: int) -> None:
    archived(app, tmp_path)
    with pytest.raises(LogIsAppendOnly), app.database.write() as connection:
        connection.execute(text(f"DELETE FROM entry WHERE lead = {number}"))
    with pytest.raises(LogIsAppendOnly), app.database.write() as connection:
        connection.execute(text("DELETE FROM entry WHERE stream = 'archive'"))


def test_what_a_lead_does_after_its_archive_stays(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    app.record(1, "call", "sales", at=NOW)
    with pytest.raises(LogIsAppendOnly), app.database.write() as connection:
        connection.execute(text("DELETE FROM entry WHERE lead = 1"))


def test_a_log_that_was_changed_is_not_archived(app: Engine, tmp_path: Path) -> None:
    behind(app, "UPDATE entry SET actor = 'nobody' WHERE lead = 2 AND seq = 1")
    before = ids(app)
    with pytest.raises(LogTampered, match=r"stream lead:2, entry 1: it was changed"):
        archived(app, tmp_path)
    assert (ids(app), list(tmp_path.glob("*archive*"))) == (before, [])


def test_an_archive_that_is_not_there_says_nothing_about_the_log(app: Engine, tmp_path: Path) -> None:
    report = archived(app, tmp_path)
    Path(report.files[0]).unlink()
    with pytest.raises(
        VerificationImpossible, match=r"log-archive-0001\.parquet \(\d+ entries\) is not there"
    ):
        files(app, tmp_path)
    with pytest.raises(VerificationImpossible, match="there is no archive"):
        files(app, tmp_path / "nowhere")


def test_an_archive_is_known_by_what_is_in_it(app: Engine, tmp_path: Path) -> None:
    report = archived(app, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(report.files[0], elsewhere / "renamed.parquet")
    assert app.verify(archived=files(app, elsewhere)).ok


def test_a_changed_archive_is_named(app: Engine, tmp_path: Path) -> None:
    report = archived(app, tmp_path)
    head = signed(app)
    file = Path(report.files[0])
    whole = bytearray(file.read_bytes())
    for place in (0, 4, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        file.write_bytes(changed)
        (found,) = app.verify(signed=head, archived=files(app, tmp_path)).findings
        assert "log-archive-0001.parquet is not as it was recorded: its SHA-256 is another" in found.reason
        assert found.expected == archives.records(app)[0].sha256 != found.found


def test_the_past_of_archived_leads_is_not_made_up(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    assert app.show(1, at=APRIL)["state"] == "won"
    with pytest.raises(PastUnknown, match="its entries are archived"):
        app.show(1, at=MARCH + DAY)
    assert app.show(5, at=MARCH + 5 * DAY)["state"] == "mql"
    with pytest.raises(PastArchived, match="entries of before 2026-04-01T00:00:00Z are archived"):
        list(app.leads(at=MARCH + DAY))
    assert len(list(app.leads(at=APRIL))) == 6


def test_archived_leads_are_not_decided_again(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    report = replayed(app)
    assert (report.ok, report.leads, report.not_checkable) == (True, 2, 4)
    assert {reason for _, reason in report.unchecked} == {"its entries are archived"}


def test_what_is_left_of_a_log_is_looked_at_anew(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a database that was filled in place: a copy has no count of what was written."""
    if database.dialect == "sqlite":
        pytest.skip("SQLite is given no statistics")
    six_leads(database)
    app = at_rest(database)
    monkeypatch.setattr(statistics, "MANY", 1)
    statistics.refresh(app.database)
    before = len(everything(app))
    assert known_rows(database, "entry") >= before
    archived(app, tmp_path)
    # The server hears of what a session changed up to a second later.
    until = monotonic() + 5
    while known_rows(database, "entry") >= before and monotonic() < until:
        statistics.refresh(database)
    assert known_rows(database, "entry") < before


def test_an_archive_has_the_statistics_looked_at(
    app: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Database] = []
    monkeypatch.setattr(statistics, "refresh", looked_at.append)
    archived(app, tmp_path)
    assert looked_at == [app.database]
