"""Periods of commitments close once, on the terms in force when they began, and every party hears."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from support.blocked import wait_until_blocked
from support.builders import utc
from support.office import ANNA, BO, DAY, FOUNDED, HOUR, MIA, MONDAY, PROSPECT, Present, created, statements
from support.promising import (
    APRIL,
    CLOSED,
    COMMITMENTS,
    OUTCOMES,
    VOLUME,
    handed,
    owing,
    promising,
    statements_of,
    told,
    verdicts,
)

from slaflow.engine.app import Engine
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.batch import Batch
from slaflow.engine.setup.doctor import examine
from slaflow.lifecycle.events import Recorded
from slaflow.store.commitments import periods
from slaflow.store.database import Database
from slaflow.store.rows import leads as lead_store

# Closing


def test_a_period_closes_once_by_the_first_tick_after_its_closing_instant(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    handed(app, 1, MONDAY)
    assert app.tick(CLOSED).commitments == 2  # January and February
    assert verdicts(app, "volume") == [("2026-01", 0, "missed"), ("2026-02", 0, "missed")]
    assert app.tick(CLOSED + timedelta(microseconds=1)).commitments == 1
    assert app.tick(CLOSED + DAY).commitments == 0
    stated = statements_of(app)[-1]
    assert stated == {
        "at": CLOSED, "kind": "commitment", "target": "volume", "step": None, "commitment": "volume",
        "title": "Leads", "period": "2026-03", "every": "month", "from": "2026-02-28T23:00:00Z",
        "to": "2026-03-31T22:00:00Z", "owed_by": ["marketing"], "figure": 1,
        "promise": {"at_least": "2"}, "verdict": "missed",
    }  # fmt: skip
    assert app.verify().ok


def test_a_lead_counts_once_in_a_period_and_again_in_the_next(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    lead = handed(app, 1, MONDAY)
    for back, again in ((MONDAY + HOUR, MONDAY + 2 * HOUR), (MONDAY + 3 * HOUR, APRIL + HOUR)):
        app.fire(lead, "return", "sales", {"return_reason": "not_ready"}, at=back)
        app.record(lead, "demo", "lead", at=again)
    app.tick(utc("2026-05-20"))
    assert verdicts(app, "volume")[2:] == [("2026-03", 1, "missed"), ("2026-04", 1, "missed")]


def test_what_happened_in_the_period_counts_if_it_had_arrived_by_the_closing(empty: Engine) -> None:
    """One tick long after: the last two were told after March had closed."""
    app = promising(empty, VOLUME % "title: Leads")
    for number, told_at in enumerate((APRIL - DAY, CLOSED, CLOSED + HOUR, CLOSED + 5 * DAY)):
        lead = int(app.add({"email": f"k{number}@example.com"}, "marketing", at=MONDAY)["id"])
        app.record(lead, "demo", "lead", at=told_at, occurred_at=APRIL - DAY)
    app.tick(CLOSED + 20 * DAY)
    found = [(s["at"], s["figure"], s["verdict"], s.get("restates")) for s in statements_of(app)[2:]]
    assert found == [
        (CLOSED, 2, "kept", None),
        (CLOSED + HOUR, 3, "kept", "2026-04-03T22:00:00Z"),
        (CLOSED + 5 * DAY, 4, "kept", "2026-04-03T23:00:00Z"),
    ]


def test_the_end_of_a_period_belongs_to_the_next(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    handed(app, 1, APRIL - timedelta(microseconds=1))
    handed(app, 2, APRIL)
    app.tick(utc("2026-05-20"))
    assert verdicts(app, "volume")[2:] == [("2026-03", 1, "missed"), ("2026-04", 1, "missed")]


def test_a_first_period_that_is_not_whole_is_owed_by_its_open_days(empty: Engine) -> None:
    """In force from Monday 5 January on: 19 of January's 20 office days (1 and 6 January are holidays)."""
    app = promising(empty, "commitments:\n  volume: {owed_by: marketing, every: month, count: {enter: mql}, "
                           "at_least: 200, at_most: 400}\n  share: {owed_by: sales, every: month, "
                           "share: {met: respond}, at_least: 50%}\n")  # fmt: skip
    app.tick(utc("2026-03-05"))
    january, february = statements_of(app, "volume")
    assert january["promise"] == {"at_least": "190", "at_most": "380"}
    assert january["prorated"] == {"days": 19, "of": 20}
    assert february["promise"] == {"at_least": "200", "at_most": "400"}
    assert "prorated" not in february
    assert statements_of(app, "share")[0]["promise"] == {"at_least": "50%"}


def test_nothing_is_owed_for_a_period_without_an_open_day(empty: Engine) -> None:
    app = promising(
        empty, "commitments:\n  c: {owed_by: marketing, every: day, count: {enter: mql}, at_least: 1}\n"
    )
    app.tick(utc("2026-01-15"))
    found = {period: verdict for period, _, verdict in verdicts(app, "c")}
    assert [found[f"2026-01-{day:02}"] for day in range(5, 12)] == [
        "missed", None, "missed", "missed", "missed", None, None,
    ]  # fmt: skip


def test_too_small_a_sample_gives_no_verdict(empty: Engine) -> None:
    app = promising(empty, OUTCOMES % "at_least: 100%, min_sample: 2")
    first, _undecided = handed(app, 1, MONDAY), handed(app, 2, MONDAY)
    app.fire(first, "accept", "sales", at=MONDAY + HOUR)
    app.tick(APRIL)
    app.tick(CLOSED + HOUR)
    assert verdicts(app, "c")[-1] == ("2026-03", "1", None)


def test_a_handoff_is_judged_by_its_first_outcome_before_the_closing(empty: Engine) -> None:
    app = promising(empty, OUTCOMES % "at_least: 50%, cohort: {enter: mql}, matures: 5d")
    late = APRIL - HOUR
    accepted, returned, open_still = (handed(app, n, late) for n in range(3))
    app.fire(accepted, "accept", "sales", at=APRIL + HOUR)
    app.fire(accepted, "return", "sales", {"return_reason": "no_fit"}, at=APRIL + 2 * HOUR)
    app.fire(returned, "return", "sales", {"return_reason": "no_fit"}, at=late + timedelta(minutes=1))
    april = handed(app, 4, APRIL)
    app.fire(april, "accept", "sales", at=APRIL + HOUR)
    app.tick(APRIL + 5 * DAY + HOUR)
    stated = statements_of(app)[-1]
    assert (stated["of"], stated["among"], stated["figure"], stated["verdict"]) == (1, 2, "0.5", "kept")
    assert open_still


def test_a_share_of_clocks_counts_lifted_breaches_as_met(empty: Engine) -> None:
    app = promising(empty, "commitments:\n  c: {owed_by: sales, every: month, share: {met: respond}, "
                           "at_least: 60%}\n")  # fmt: skip
    met, broken, cancelled = (handed(app, n, MONDAY) for n in range(3))
    app.fire(met, "accept", "sales", at=MONDAY + HOUR)
    app.tick(MONDAY + 6 * HOUR)
    app.fire(broken, "accept", "sales", at=MONDAY + 6 * HOUR)
    app.tick(CLOSED + HOUR)
    stated = statements_of(app)[-1]
    assert (stated["of"], stated["among"], stated["verdict"]) == (1, 3, "missed")
    assert cancelled


def test_per_owner_each_has_a_verdict_and_one_miss_is_a_miss(empty: Engine) -> None:
    app = promising(empty, "commitments:\n  c: {owed_by: sales, every: month, per: owner, at_least: 2, "
                           "count: {trigger: accept}, missed: {notify: [owner, manager]}}\n")  # fmt: skip
    app.tick(MONDAY)
    for number, owner in enumerate((ANNA, ANNA, BO)):
        lead = handed(app, number, MONDAY + HOUR)
        app.assign(lead, owner, "system", at=MONDAY + HOUR)
        app.fire(lead, "accept", owner, at=MONDAY + 2 * HOUR)
    app.tick(CLOSED + HOUR)
    stated = statements_of(app)[-1]
    assert stated["owners"] == [
        {"owner": ANNA, "figure": 2, "verdict": "kept"}, {"owner": BO, "figure": 1, "verdict": "missed"},
    ]  # fmt: skip
    assert (stated["figure"], stated["verdict"]) == (3, "missed")
    assert told(app) == [(BO, "commitment", CLOSED, "c"), (MIA, "commitment", CLOSED, "c")]


def test_a_miss_is_told_to_whom_the_agreement_names(empty: Engine) -> None:
    app = promising(empty, VOLUME % "missed: {notify: [marketing, nordics, ceo@example.com]}")
    app.tick(utc("2026-02-05"))
    at = utc("2026-02-03T23:00")
    names = ("demand-desk@example.com", ANNA, BO, "cia@example.com", "ceo@example.com")
    assert told(app) == [(name, "commitment", at, "volume") for name in names]


def test_so_many_misses_in_a_row_are_told_and_fewer_are_not(empty: Engine) -> None:
    app = promising(empty, VOLUME % "missed: {in_a_row: 2, do: [{notify: marketing}]}")
    app.tick(utc("2026-02-05"))
    assert told(app) == []
    for number in range(2):
        handed(app, number, utc("2026-02-10T08:00"))
    app.tick(utc("2026-04-05"))
    assert [verdict for *_, verdict in verdicts(app, "volume")] == ["missed", "kept", "missed"]
    assert told(app) == []
    app.tick(utc("2026-05-05"))
    assert [at for _, _, at, _ in told(app)] == [utc("2026-05-03T22:00")]


# Whose terms


def test_a_period_is_judged_by_the_terms_in_force_when_it_began(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Two")
    app.activate(owing((VOLUME % "title: Nine").replace("at_least: 2", "at_least: 9")), at=MONDAY)
    app.tick(utc("2026-05-05"))
    found = {s["period"]: (s["title"], s["promise"]) for s in statements_of(app)}
    assert found["2026-03"] == ("Two", {"at_least": "2"})
    assert found["2026-04"] == ("Nine", {"at_least": "9"})


def test_a_commitment_added_within_a_period_begins_with_the_next(empty: Engine) -> None:
    app = promising(empty, "")
    assert app.tick(MONDAY).commitments == 0
    app.activate(owing(VOLUME % "title: Leads"), at=MONDAY)
    app.tick(utc("2026-05-05"))
    assert [period for period, *_ in verdicts(app, "volume")] == ["2026-04"]


def test_a_commitment_that_was_dropped_closes_the_period_it_began(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    app.activate(owing(""), at=MONDAY)
    app.tick(utc("2026-06-05"))
    assert [period for period, *_ in verdicts(app, "volume")] == ["2026-01", "2026-02", "2026-03"]
    with app.database.read() as conn:
        assert periods.next_wake(conn) is None


# Pace


def test_a_pace_that_falls_short_is_told_once_at_its_instant(empty: Engine) -> None:
    """February has 20 office days, the tenth is Friday the 13th."""
    app = promising(empty, VOLUME % "pace: {50%: {notify: [marketing, ceo@example.com]}}")
    app.tick(utc("2026-02-05"))
    middle = utc("2026-02-13T23:00")
    assert app.tick(middle).warned == 0
    report = app.tick(middle + HOUR)
    assert (report.warned, report.notified, report.commitments) == (1, 2, 0)
    (warned,) = [s for s in statements_of(app) if s["kind"] == "warned" and s["period"] == "2026-02"]
    assert (warned["at"], warned["target"], warned["step"]) == (middle, "volume", "50%")
    assert (warned["figure"], warned["expected"], warned["projection"]) == (0, "1", 0)
    assert warned["days"] == {"over": 10, "of": 20}
    assert app.tick(middle + DAY).warned == 0
    assert [(who, kind, at) for who, kind, at, _ in told(app)][-2:] == [
        ("demand-desk@example.com", "warned", middle), ("ceo@example.com", "warned", middle),
    ]  # fmt: skip


def test_a_pace_that_will_do_is_told_to_nobody(empty: Engine) -> None:
    app = promising(empty, VOLUME % "pace: 50%")
    handed(app, 1, utc("2026-02-03T08:00"))
    app.tick(utc("2026-02-20"))
    assert [s["period"] for s in statements_of(app) if s["kind"] == "warned"] == ["2026-01"]


@pytest.mark.parametrize(("accepted", "warned"), [(0, 1), (1, 0)])
def test_a_share_is_out_of_pace_where_it_stands_below_its_bound(
    empty: Engine, accepted: int, warned: int
) -> None:
    app = promising(empty, OUTCOMES % "at_least: 50%, pace: 50%")
    app.tick(utc("2026-02-05"))
    for number, trigger in enumerate(["accept"] * accepted + ["return"]):
        lead = handed(app, number, utc("2026-02-06T08:00"))
        inputs = {"return_reason": "no_fit"} if trigger == "return" else {}
        app.fire(lead, trigger, "sales", inputs, at=utc("2026-02-06T09:00"))
    app.tick(utc("2026-02-20"))
    assert len([s for s in statements_of(app) if s["kind"] == "warned"]) == warned


# What it costs, and who does it


def test_an_idle_tick_asks_once_about_commitments(empty: Engine) -> None:
    app = promising(empty)
    assert app.tick(FOUNDED + 8 * DAY).commitments > 0
    with statements() as sent:
        assert app.tick(FOUNDED + 8 * DAY + timedelta(seconds=1)).commitments == 0
    assert len([text for text in sent if "closing" in text]) == 1
    assert not [text for text in sent if text.startswith(("INSERT", "UPDATE"))]
    assert not [text for text in sent if "FROM entry" in text]


def test_a_command_told_as_it_happens_asks_nothing_about_commitments(empty: Engine, present: Present) -> None:
    app = promising(empty)
    lead = int(app.add({"email": "kim@example.com"}, "marketing")["id"])
    present.at += HOUR
    with statements() as sent:
        app.record(lead, "visit", "lead")
    assert not [text for text in sent if "closing" in text or "late_arrival" in text]


def test_a_dry_run_says_how_many_periods_it_would_close(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    assert app.tick(CLOSED + HOUR, dry_run=True).commitments == 3
    assert app.tick(CLOSED + HOUR).commitments == 3
    assert app.tick(CLOSED + HOUR, dry_run=True).commitments == 0


def test_a_watching_worker_wakes_for_the_next_closing(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    app.tick(FOUNDED + HOUR)
    with app.database.read() as conn:
        assert periods.next_wake(conn) == utc("2026-02-03T23:00")


def test_a_lead_that_cannot_be_settled_is_named_and_holds_nothing_up(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    good, bad = handed(app, 1, MONDAY), handed(app, 2, MONDAY)
    settle = Batch.settle

    def failing(batch: Batch, lead_id: int, now: datetime) -> Outcome:
        if lead_id == bad:
            raise RuntimeError("no rule for that")
        return settle(batch, lead_id, now)

    monkeypatch.setattr(Batch, "settle", failing)
    report = app.tick(CLOSED + HOUR)
    assert [lead for lead, _ in report.failed] == [bad]
    stated = statements_of(app)[-1]
    assert (stated["figure"], stated["unsettled"]) == (2, [bad])
    assert good


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_two_workers_close_each_period_once(empty: Engine, database_url: str) -> None:
    app = promising(empty, COMMITMENTS.replace("every: day", "every: week"))
    for number in range(6):
        handed(app, number, MONDAY + number * HOUR)
    workers = [Database(database_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda each: Engine(each).tick(CLOSED + 9 * DAY), workers))
    for worker in workers:
        worker.dispose()
    found = [(s["commitment"], s["period"], s["at"], s["step"]) for s in statements_of(app)]
    assert len(found) == len(set(found)) > 50
    assert sum(report.commitments + report.warned for report in reports) >= len(found)
    assert sum(report.commitments for report in reports) == sum(step is None for *_, step in found)
    assert app.verify().ok


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_period_closes_with_what_was_being_decided_when_it_ended(empty: Engine) -> None:
    """Two leads of the month's last hour; their transaction ends only after the tick that closes it began."""
    app = promising(empty, VOLUME % "title: Leads")
    asks = [
        each
        for number in (1, 2)
        for each in (
            created(app.active(), number, None),
            Ask(number, Recorded("demo"), PROSPECT),
        )
    ]
    with ThreadPoolExecutor(1) as pool:
        with app.database.write() as conn:
            lead_store.next_ids(conn, 2)
            in_transaction(app, conn, asks, now=APRIL - HOUR)
            ticking = pool.submit(app.tick, CLOSED + HOUR)
            wait_until_blocked(app.database)
        ticking.result(30)
    assert verdicts(app, "volume")[-1] == ("2026-03", 2, "kept")


# Leads of older versions


def test_leads_of_an_older_version_are_judged_by_the_terms_in_force(empty: Engine) -> None:
    """They began under a version that noted nothing; the log decided again says what it would have noted."""
    old = (VOLUME % "title: All") + PIPELINE.replace("commitments:\n", "").replace("worth", "value")
    app = promising(empty, "", utc("2026-01-02"))
    app.activate(owing(old).replace("worth: decimal", "worth: decimal\n    value: int"), at=FOUNDED)
    leads = [
        int(
            app.add(
                {"email": f"l{n}@example.com", "country": country, "worth": "300.25"}, "marketing", at=MONDAY
            )["id"]
        )
        for n, country in enumerate(["SE", "DE", "SE"])
    ]
    terms = (VOLUME % "title: Swedes").replace("{enter: mql}", "{enter: mql, when: \"lead.country == 'SE'\"}")
    app.activate(owing(terms + PIPELINE.replace("commitments:\n", "")), at=APRIL - DAY)
    for lead in leads:
        app.record(lead, "demo", "lead", at=APRIL + DAY)
    fresh = handed(app, 9, APRIL + 2 * DAY, worth="0.5")
    app.tick(utc("2026-05-10"))
    assert verdicts(app, "volume")[-1] == ("2026-04", 3, "kept")
    assert verdicts(app, "pipeline")[-1] == ("2026-04", "901.25", "missed")
    assert app.show(fresh)["digest"] != app.show(leads[0])["digest"]


PIPELINE = """\
commitments:
  pipeline: {owed_by: marketing, every: month, sum: {field: worth, of: {enter: mql}}, at_least: 1000}
"""


def test_doctor_finds_periods_that_no_tick_has_closed(empty: Engine, present: Present) -> None:
    promising(empty, VOLUME % "title: Leads")
    present.at = CLOSED
    (found,) = [check for check in examine(empty) if check.name == "tick"]
    assert not found.ok
    assert found.detail.startswith("what is owed per period has waited for")
    empty.tick(CLOSED)
    assert all(check.ok for check in examine(empty) if check.name == "tick")
