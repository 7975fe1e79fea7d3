"""Whole and partial runs: batches, interruptions, rehearsals, the order of rows, people that appear."""

from __future__ import annotations

import random
from contextlib import nullcontext
from pathlib import Path

import pytest
from support.databases import known_rows
from support.small import AGREEMENT, EVENTS, EVENTS_HEADER, NOW, Import, entries, reasons

from slaflow.engine.app import Engine
from slaflow.exchange.imports import batch, run
from slaflow.exchange.imports.run import ImportStopped, import_file
from slaflow.store import schema, statistics
from slaflow.store.database import Database

PEOPLE = """
lead: {email: email}
events:
  - {trigger: promote, at: at}
  - {activity: call, at: at, as: {column: rep, party: sales}}
"""
TOLD = (("visit", ",,"), ("call", "sales,,"), ("promote", ",,"), ("win", "sales,5,"))


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def second(tmp_path: Path) -> Engine:
    """Another database under the same agreement, to compare with."""
    database = Database(f"sqlite:///{tmp_path}/second.db")
    schema.upgrade(database)
    engine = Engine(database, now=lambda: NOW)
    engine.activate(AGREEMENT)
    return engine


def a_history(seed: int) -> list[str]:
    """Rows of a dozen leads, every instant once, some of them refused."""
    chance = random.Random(seed)
    minutes = chance.sample(range(28 * 24 * 60), 120)
    rows = []
    for minute in minutes:
        at = f"2026-03-{minute // 1440 + 1:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
        lead, source = f"lead{chance.randrange(12)}@example.com", chance.choice(["web", "event"])
        event, rest = chance.choice(TOLD)
        rows.append(f"{lead},{source},{event},{at},{rest}")
    return rows


@pytest.mark.parametrize("seed", [1, 2])
def test_the_log_knows_neither_the_order_of_rows_nor_the_size_of_batches(
    app: Engine, second: Engine, load: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rows = a_history(seed)
    first = load(EVENTS, EVENTS_HEADER, *rows)
    random.Random(seed).shuffle(rows)
    (tmp_path / "shuffled.csv").write_text("\n".join([EVENTS_HEADER, *rows]))
    monkeypatch.setattr(run, "AT_ONCE", 7)
    shuffled = import_file(second, tmp_path / "shuffled.csv", tmp_path / "map.yaml")
    assert entries(second) == entries(app)
    assert {(report.leads_added, report.leads_updated) for report in (first, shuffled)} == {(12, 0)}
    assert (first.events, first.refused) == (shuffled.events, shuffled.refused)
    assert min(first.events, first.refused) > 0
    assert second.verify().ok


def test_an_interrupted_import_is_whole_up_to_a_batch_and_the_next_goes_on(
    app: Engine, second: Engine, load: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_history(4)
    monkeypatch.setattr(run, "AT_ONCE", 20)

    def stop(what: str, done: int, of: int | None) -> None:
        if what == "importing" and done >= 60:
            raise KeyboardInterrupt

    with pytest.raises(ImportStopped, match=r"^stopped after 60 of 240 steps: .* go on") as stopped:
        load(EVENTS, EVENTS_HEADER, *rows, progress=stop)
    before = stopped.value.report
    after = load(EVENTS, EVENTS_HEADER, *rows)
    import_file(second, tmp_path / "leads.csv", tmp_path / "map.yaml")
    assert 0 < before.events < before.events + after.events
    assert entries(app) == entries(second)


def test_a_batch_that_is_stopped_in_the_middle_leaves_nothing(
    app: Engine, load: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember = batch.import_store.remember
    calls = []

    def second_time(*args: object) -> None:
        remember(*args)  # type: ignore[arg-type]
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "AT_ONCE", 20)
    monkeypatch.setattr(batch.import_store, "remember", second_time)
    with pytest.raises(ImportStopped) as stopped:
        load(EVENTS, EVENTS_HEADER, *a_history(5))
    inputs = [e for e in entries(app) if e["class"] == "input" and e["kind"] in ("activity", "transition")]
    assert len(inputs) == stopped.value.report.events
    assert app.verify().ok


def test_a_dry_run_reports_the_same_and_changes_nothing(app: Engine, load: Import, tmp_path: Path) -> None:
    rows = [EVENTS_HEADER, *a_history(6)]
    before = entries(app)
    dry = load(EVENTS, *rows, dry_run=True)
    assert entries(app) == before
    assert not list(tmp_path.glob("*.rejected.csv"))
    real = load(EVENTS, *rows)
    assert {**real.as_json(), "rejected_file": None} == dry.as_json()
    assert app.show("lead1@example.com")["id"] in range(1, 13)


def test_people_not_known_yet_are_recorded_at_the_commands_clock(app: Engine, load: Import) -> None:
    app.add_person("anna@example.com", "sales")
    at = "2026-03-01T10:00:00Z"
    rows = (f"kim@example.com,anna@example.com,{at}", f"lee@example.com,4711,{at}")
    report = load(PEOPLE, "email,rep,at", *rows)
    assert (report.events, report.notes) == (4, ["1 person was recorded who was not known before"])
    assert [(p.email, p.party, p.valid_from) for p in app.people()] == [
        ("anna@example.com", "sales", NOW), ("4711", "sales", NOW),
    ]  # fmt: skip
    assert [e["actor"] for e in entries(app) if e["kind"] == "activity"] == ["anna@example.com", "4711"]


def test_a_dry_run_records_nobody(app: Engine, load: Import) -> None:
    load(PEOPLE, "email,rep,at", "kim@example.com,4711,2026-03-01T10:00:00Z", dry_run=True)
    assert list(app.people()) == []


def test_an_actor_is_judged_by_the_party_they_are_known_in(app: Engine, load: Import) -> None:
    app.add_person("mia", "marketing")
    win = "trigger: win, set: {amount: 5}"
    map = PEOPLE.replace("activity: call", win)
    report = load(map, "email,rep,at", "kim@example.com,mia,2026-03-01T10:00:00Z")
    assert reasons(report) == ["win is for sales, not for marketing"]


def test_a_column_may_name_a_party_or_a_known_person_and_nobody_else(app: Engine, load: Import) -> None:
    app.add_person("anna@example.com", "sales")
    call = "kim@example.com,web,call,2026-03-0{}T10:00:00Z,{},,"
    who = ("sales", "Anna@example.com", "ana@example.com", "")
    report = load(EVENTS, EVENTS_HEADER, *(call.format(day, name) for day, name in enumerate(who, 1)))
    assert reasons(report) == ['unknown user or party "ana@example.com"; did you mean "anna@example.com"?']
    actors = [(e["actor"], e["party"]) for e in entries(app) if e["kind"] == "activity"]
    assert actors == [("sales", "sales"), ("anna@example.com", "sales"), ("sales", "sales")]


def test_who_was_removed_is_named_so_in_the_reason(app: Engine, load: Import) -> None:
    app.add_person("anna@example.com", "sales", at=NOW)
    app.remove_person("anna@example.com", at=NOW)
    report = load(EVENTS, EVENTS_HEADER, "kim@example.com,web,call,2026-03-01T10:00:00Z,Anna@example.com,,")
    (reason,) = reasons(report)
    assert reason.startswith('unknown user or party "anna@example.com": they were removed on ')


def test_an_import_takes_nobody_back_who_was_removed(app: Engine, load: Import) -> None:
    app.add_person("4711", "sales", at=NOW)
    app.remove_person("4711", at=NOW)
    report = load(PEOPLE, "email,rep,at", "kim@example.com,4711,2026-03-01T10:00:00Z")
    assert (report.rejected, report.notes, list(app.people())) == ([], [], [])
    assert [(e["actor"], e["party"]) for e in entries(app) if e["kind"] == "activity"] == [("4711", "sales")]


def test_the_party_of_as_does_not_make_a_person_of_a_party(load: Import) -> None:
    report = load(PEOPLE, "email,rep,at", "kim@example.com,marketing,2026-03-01T10:00:00Z")
    assert reasons(report) == ['"marketing" is a party, not a person of sales']


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("is_stopped", [False, True])
def test_an_import_ends_with_statistics_of_what_it_filled(
    app: Engine, load: Import, monkeypatch: pytest.MonkeyPatch, is_stopped: bool
) -> None:
    def progress(what: str, done: int, of: int | None) -> None:
        if is_stopped and what == "importing" and done == 20:
            raise KeyboardInterrupt

    monkeypatch.setattr(statistics, "MANY", 10)
    monkeypatch.setattr(run, "AT_ONCE", 20)
    rows = a_history(1)
    load(EVENTS, EVENTS_HEADER, *rows, dry_run=True)
    assert known_rows(app.database, "entry") is None
    with pytest.raises(ImportStopped) if is_stopped else nullcontext():
        load(EVENTS, EVENTS_HEADER, *rows, progress=progress)
    for table in ("entry", "imported"):
        with app.database.read() as connection:
            there = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        assert known_rows(app.database, table) == there >= 10
