"""The SLA report against a plain recomputation from the log, entry by entry."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from support.builders import utc
from support.office import (
    AGREEMENT,
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    Present,
    a_history,
    handed_over,
    on_one_database,
    one_by_one,
    staffed,
    the_chain,
)
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.errors import InvertedRange, UnknownName
from slaflow.hours.errors import NaiveInstant
from slaflow.lifecycle.decision import Draft
from slaflow.log.chain import seal
from slaflow.log.entry import Entry
from slaflow.report.sla import gross_rates, percentile, sla
from slaflow.store.database import Database
from slaflow.store.log import entries as log_store
from slaflow.store.rows import leads as lead_store

START = FRIDAY + 18 * DAY
"""Towards the end of a month, so that what follows falls into two of them."""
END = START + 40 * DAY
COUNTED = ("met", "met_late", "breached", "running", "cancelled")


@dataclass
class Told:
    """One clock as its entries tell of it."""

    start: Entry
    due_at: datetime | None = None
    is_broken: bool = False
    is_paused: bool = False
    end: Entry | None = None

    def add(self, entry: Entry) -> None:
        given = entry.data.get("due_at") or entry.data.get("new")
        self.due_at = datetime.fromisoformat(given) if given else self.due_at
        self.is_broken |= entry.kind == "breached"
        self.is_paused = entry.kind == "clock_paused" or (self.is_paused and entry.kind != "clock_resumed")
        if entry.kind in ("clock_met", "met_late", "clock_cancelled"):
            self.end = entry

    def outcome(self, at: datetime) -> str:
        if self.end is not None and self.end.kind != "clock_cancelled":
            return {"clock_met": "met", "met_late": "met_late"}[self.end.kind]
        if self.is_broken:
            return "breached"
        if self.end is not None:
            return "cancelled"
        is_late = self.due_at is not None and self.due_at < at and not self.is_paused
        return "breached" if is_late else "running"

    @property
    def seconds(self) -> int | None:
        if self.end is None or self.end.kind == "clock_cancelled":
            return None
        late = self.end.data.get("late_seconds", 0)
        allowed: int = self.start.data["allowance_seconds"]
        return self.end.data.get("open_seconds", allowed + late)


def told(app: Engine, at: datetime = END) -> list[Told]:
    """Every clock of a promise, from the log alone, as far as it was written by *at*."""
    found: dict[Any, Told] = {}
    for entry in app.log():
        if entry.target is None or entry.party == "system" or entry.at > at:
            continue
        key = (entry.lead, entry.target, entry.clock)
        if entry.kind == "clock_started":
            found[key] = Told(entry)
        if key in found:
            found[key].add(entry)
    return list(found.values())


def figures(clocks: list[Told], at: datetime) -> dict[str, Any]:
    """The counts that the report should give of *clocks*."""
    targets: dict[str, Counter[str]] = defaultdict(Counter)
    for clock in clocks:
        targets[clock.start.target or ""][clock.outcome(at)] += 1
    return {name: {kind: count[kind] for kind in COUNTED} for name, count in sorted(targets.items())}


def reported(targets: dict[str, Any]) -> dict[str, Any]:
    return {name: {kind: row[kind] for kind in COUNTED} for name, row in targets.items()}


def half_ticked_weeks(database: Database) -> None:
    """Weeks of leads, ticked for the first three of them only."""
    app = staffed(Engine(database, now=Present()))
    one_by_one(app, a_history(app.active(), 71, leads=10, events=110, start=START), END)
    app.tick(START + 20 * DAY)


@pytest.fixture
def history(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(half_ticked_weeks), now=present)


def test_the_report_counts_what_the_log_tells(history: Engine) -> None:
    report = sla(history, at=END)
    clocks = told(history)
    assert reported(report["targets"]) == figures(clocks, END)
    for name, row in report["targets"].items():
        assert row["started"] == sum(row[kind] for kind in COUNTED) == _number(clocks, name)
        decided = row["met"] + row["met_late"] + row["breached"]
        assert row["met_rate"] == (round(row["met"] / decided, 4) if decided else None)
        assert row["lifted"] == 0
    assert {row["owed_by"] for row in report["targets"].values()} == {"marketing", "sales"}
    assert "thaw" not in report["targets"]
    assert sum(row["met_late"] for row in report["targets"].values()) > 0


def _number(clocks: list[Told], target: str) -> int:
    return sum(clock.start.target == target for clock in clocks)


def test_parties_are_the_sums_of_what_they_owe(history: Engine) -> None:
    report = sla(history, at=END)
    assert len(report["parties"]) > 1
    for party, row in report["parties"].items():
        owed = [target for target in report["targets"].values() if target["owed_by"] == party]
        met, broken = (sum(target[kind] for target in owed) for kind in ("met", "breached"))
        late = sum(target["met_late"] for target in owed)
        assert row == {"met_rate": round(met / (met + late + broken), 4), "breached": broken}


@on_one_database
def test_times_are_open_time_from_start_to_fulfilment(history: Engine) -> None:
    report = sla(history, at=END)
    assert any(row["median_seconds"] for row in report["targets"].values())
    for name, row in report["targets"].items():
        seconds = [c.seconds for c in told(history) if c.start.target == name and c.seconds is not None]
        if seconds:
            assert row["median_seconds"] == statistics.median_low(seconds)
            assert row["p90_seconds"] == percentile(seconds, 0.9)
        else:
            assert row["median_seconds"] is row["p90_seconds"] is None


def test_a_percentile_is_the_nearest_rank() -> None:
    assert [percentile(list(range(1, 11)), share) for share in (0.5, 0.9, 1.0, 0.01)] == [5, 9, 10, 1]
    assert percentile([7], 0.9) == 7
    assert percentile([], 0.5) is None


GROUPINGS: dict[str, Callable[[Told], str]] = {
    "owner": lambda clock: clock.start.owner or "(none)",
    "team": lambda clock: {"nora@example.com": "growth", None: "(none)"}.get(clock.start.owner, "nordics"),
    "month": lambda clock: f"{clock.start.at.astimezone(ZoneInfo('Europe/Stockholm')):%Y-%m}",
}


@on_one_database
@pytest.mark.parametrize("by", [*GROUPINGS, "country"])
def test_groups_are_the_report_of_their_clocks_alone(history: Engine, by: str) -> None:
    report = sla(history, at=END, by=by)
    fields = {lead["id"]: lead["fields"] for lead in history.leads(at=END)}
    of = GROUPINGS.get(by, lambda clock: fields[clock.start.lead][by])
    groups: dict[str, list[Told]] = defaultdict(list)
    for clock in told(history):
        groups[of(clock)].append(clock)
    assert report["by"] == by
    assert list(report["groups"]) == sorted(groups)
    for name, group in report["groups"].items():
        assert reported(group["targets"]) == figures(groups[name], END)
    assert len(groups) > 1


def test_a_period_takes_the_clocks_that_started_in_it(history: Engine) -> None:
    start, end = START + DAY, START + 5 * DAY
    report = sla(history, start, end, at=END)
    assert (report["from"], report["to"], report["settled_to"]) == (
        "2026-03-25T13:30:00Z", "2026-03-29T13:30:00Z", "2026-05-03T13:30:00Z",
    )  # fmt: skip
    inside = [clock for clock in told(history) if start <= clock.start.at < end]
    assert reported(report["targets"]) == figures(inside, END)
    assert 0 < len(inside) < len(told(history))


@on_one_database
def test_a_period_has_its_start_and_not_its_end(app: Engine) -> None:
    handed_over(app, at=FRIDAY)
    later = FRIDAY + timedelta(microseconds=1)
    assert sla(app, FRIDAY, later, at=FRIDAY)["targets"]["respond"]["started"] == 1
    assert sla(app, later, at=FRIDAY)["targets"] == {}
    assert sla(app, None, FRIDAY, at=FRIDAY)["targets"] == {}


def test_a_clock_past_due_counts_as_broken_before_a_tick_says_so(app: Engine) -> None:
    """Reading saves nothing, and at its due instant a promise is still kept."""
    handed_over(app)
    before = the_chain(app)
    due = MONDAY + timedelta(hours=1, minutes=30)
    for at, outcome in ((due, "running"), (due + timedelta(seconds=1), "breached")):
        row = sla(app, at=at)["targets"]["respond"]
        assert [kind for kind in COUNTED if row[kind]] == [outcome]
    assert the_chain(app) == before
    app.tick(due + HOUR)
    assert sla(app, at=due + HOUR)["targets"]["respond"]["breached"] == 1


@on_one_database
def test_a_paused_promise_is_not_broken_by_time(app: Engine) -> None:
    lead = handed_over(app)
    app.change(lead, {"on_hold": True}, "sales", at=FRIDAY + HOUR)
    assert sla(app, at=MONDAY + HOUR)["targets"]["respond"]["running"] == 1


@on_one_database
def test_what_passes_while_a_promise_is_paused_is_no_time_to_fulfil_it(app: Engine) -> None:
    """Accepted while on hold, a day after the hold began: it took the hour before it."""
    lead = handed_over(app, at=MONDAY)
    app.change(lead, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    app.fire(lead, "accept", ANNA, at=MONDAY + HOUR + DAY)
    assert sla(app, at=MONDAY + 2 * DAY)["targets"]["respond"]["median_seconds"] == 3600


def lift(app: Engine, lead: int, target: str, at: datetime) -> None:
    """What a lift leaves in the log."""
    with app.database.write() as conn:
        held = lead_store.lock(conn, [lead])[lead]
        held.seq += 1
        draft = Draft(
            held.seq, "breach_lifted", "input", at, "mia@example.com", "sales", arrived_at=at, occurred_at=at,
            owner=held.owner, held_by=held.held_by, target=target, clock=1, reason="the phones were down",
        )  # fmt: skip
        entries, held.head = seal(
            [draft], stream=f"lead:{lead}", lead=lead, salt=held.salt, digest=held.digest, head=held.head,
            recorded_at=at,
        )  # fmt: skip
        log_store.append(conn, entries)
        lead_store.update(conn, [held])


def test_a_lifted_breach_counts_as_met_in_the_rate_and_not_before_lifts(app: Engine) -> None:
    first, second = handed_over(app, "kim"), handed_over(app, "liv")
    for lead in (first, second):
        app.fire(lead, "accept", ANNA, at=MONDAY + 2 * HOUR)
    assert sla(app, at=MONDAY + 2 * HOUR)["targets"]["respond"]["met_rate"] == 0.0
    lift(app, first, "respond", MONDAY + 3 * HOUR)
    row = sla(app, at=MONDAY + 3 * HOUR)["targets"]["respond"]
    assert (row["lifted"], row["met_late"], row["met_rate"]) == (1, 1, 0.5)
    assert (row["ever_broken"], row["gross_met_rate"]) == (2, 0.0)
    before = sla(app, at=MONDAY + 2 * HOUR)["targets"]["respond"]
    assert (before["lifted"], before["met_rate"]) == (0, 0.0)


def test_gross_rates_of_a_party_are_over_all_it_owes(weeks: Engine) -> None:
    report = sla(weeks, at=END)
    rates = gross_rates(report)
    assert rates.keys() == report["parties"].keys() != set()
    for party, gross in rates.items():
        assert gross == report["parties"][party]["met_rate"]


@pytest.mark.parametrize("days", [3, 9, 16, 33])
def test_the_report_as_of_an_instant_sees_nothing_that_was_logged_later(weeks: Engine, days: int) -> None:
    at = START + days * DAY + timedelta(hours=3, seconds=11)
    report = sla(weeks, at=at)
    assert orjson.loads(orjson.dumps(report)) == report
    assert reported(report["targets"]) == figures(told(weeks, at), at)
    for name, row in report["targets"].items():
        seconds = [c.seconds for c in told(weeks, at) if c.start.target == name and c.seconds is not None]
        assert row["median_seconds"] == percentile(seconds, 0.5)
        assert row["p90_seconds"] == percentile(seconds, 0.9)


@on_one_database
def test_a_target_of_two_agreements_counts_for_each_party_that_owes_it(app: Engine) -> None:
    swapped = AGREEMENT.replace("office-deal", "reverse").replace(
        "    title: Accept or return within four hours\n    owed_by: sales",
        "    owed_by: marketing",
    )
    handed_over(app)
    app.activate(swapped)
    other = app.add({"email": "liv@example.com"}, "marketing", at=FRIDAY, workflow="reverse")["id"]
    app.record(other, "demo", "lead", at=FRIDAY)
    report = sla(app, at=MONDAY + 2 * HOUR)
    assert report["targets"]["respond"]["breached"] == 2
    assert {party: row["breached"] for party, row in report["parties"].items()} == {
        "marketing": 1,
        "sales": 1,
    }


@on_one_database
def test_a_yes_or_no_field_groups_as_json_writes_it(app: Engine) -> None:
    handed_over(app, "kim", on_hold=True)
    handed_over(app, "liv")
    assert list(sla(app, by="on_hold", at=FRIDAY)["groups"]) == ["false", "true"]
    assert list(sla(app, by="company", at=FRIDAY)["groups"]) == ["(none)"]


def test_a_period_that_ends_before_it_begins_is_refused(app: Engine) -> None:
    for end in (FRIDAY, MONDAY):
        with pytest.raises(
            InvertedRange, match=r"--from 2026-03-09T08:00:00Z is not before --to .*; swap them"
        ):
            sla(app, MONDAY, end)


@on_one_database
def test_an_instant_without_a_zone_is_refused(app: Engine) -> None:
    with pytest.raises(NaiveInstant):
        sla(app, MONDAY.replace(tzinfo=None))
    with pytest.raises(NaiveInstant):
        sla(app, at=MONDAY.replace(tzinfo=None))


def test_an_empty_database_gives_an_empty_report(database: Database) -> None:
    app = Engine(database, now=Present(utc("2026-03-06T13:30")))
    assert sla(app) == {
        "from": None, "to": None, "settled_to": "2026-03-06T13:30:00Z", "targets": {}, "parties": {},
    }  # fmt: skip
    assert sla(app, by="owner")["groups"] == {}


@on_one_database
def test_what_nothing_can_be_grouped_by_is_refused_even_where_there_are_no_leads(app: Engine) -> None:
    with pytest.raises(UnknownName, match='unknown grouping "contry"; did you mean "country"'):
        sla(app, by="contry")
    app.activate("\n".join(line for line in AGREEMENT.splitlines() if "country" not in line), at=MONDAY)
    assert sla(app, by="country")["groups"] == {}
