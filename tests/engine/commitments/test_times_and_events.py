"""Times, events, steps, assignments and overrides are counted in the log, also where nothing is owed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from support.builders import utc
from support.office import DAY, HOUR, MIA, MONDAY, staffed
from support.promising import APRIL, CLOSED, handed, owing, promising, statements_of, told

from slaflow.engine.app import Engine
from slaflow.lifecycle.commitments.figures import figure
from slaflow.lifecycle.commitments.results import Times, of_times, restored, stored
from slaflow.report.sla import sla
from slaflow.workflow.model.commitment import Commitment, Timed

MINUTE = timedelta(minutes=1)
MEASURES = """\
commitments:
  quick: {owed_by: sales, every: month, time: {median: respond}, at_most: 15m, min_sample: 3}
  few: {owed_by: sales, every: month, time: {median: respond}, at_most: 15m, min_sample: 4, pace: 50%}
  slow: {owed_by: sales, every: month, time: {p90: respond}}
  typical: {owed_by: sales, every: month, time: {mean: respond}, at_most: 2h10m}
  calls: {owed_by: sales, every: month, count: {activity: call, each: true}, at_least: 2}
  called: {owed_by: sales, every: month, count: {of: {activity: call}}}
  broken: {owed_by: sales, every: month, count: {step: [respond, 100%]}, at_most: 1}
  warned:
    {owed_by: sales, every: month, share: {of: {step: [respond, 80%]}, among: {enter: mql}}, at_most: 30%}
  assigned: {owed_by: sales, every: month, count: {assign: true}, at_least: 3}
  passed_by: {owed_by: sales, every: month, count: {override: win}, at_most: 0}
"""
WIN = 'requires: {amount: decimal}, when: "check.value"}'


def in_april(empty: Engine) -> Engine:
    """Three leads of March: answered within ten minutes, within twenty, and two hours late."""
    app = staffed(empty, owing(MEASURES).replace(WIN, f"{WIN[:-1]}, override: {{by: {{sales: manager}}}}}}"))
    leads = [handed(app, number, MONDAY) for number in (1, 2, 3)]
    app.record(leads[0], "call", "sales", at=MONDAY + MINUTE)
    app.record(leads[0], "call", "sales", at=MONDAY + 2 * MINUTE)
    for lead, took in zip(leads, (10 * MINUTE, 20 * MINUTE, 6 * HOUR), strict=True):
        app.fire(lead, "accept", "sales", at=MONDAY + took)
    app.fire(leads[0], "win", MIA, {"amount": 5}, at=MONDAY + HOUR, override="a small one")
    app.tick(CLOSED + HOUR)
    return app


def test_each_is_measured_and_judged_by_what_it_says(empty: Engine) -> None:
    app = in_april(empty)
    march = {s["commitment"]: s for s in statements_of(app) if s["period"] == "2026-03"}
    assert {name: (s["figure"], s["verdict"]) for name, s in march.items()} == {
        "quick": ("1200", "missed"),
        "few": ("1200", None),
        "slow": ("21600", None),
        "typical": ("7800", "kept"),
        "calls": (2, "kept"),
        "called": (1, None),
        "broken": (1, "kept"),
        "warned": ("0.3333", "missed"),
        "assigned": (3, "kept"),
        "passed_by": (1, "missed"),
    }
    assert (march["quick"]["clocks"], march["quick"]["promise"]) == (3, {"at_most": "15m"})
    assert march["typical"]["promise"] == {"at_most": "2h10m"}
    assert march["slow"]["promise"] == {}
    told_too = sla(app, at=CLOSED)["targets"]["respond"]
    assert (told_too["median_seconds"], told_too["p90_seconds"]) == (1200, 21600)
    assert [who for who, kind, *_ in told(app) if kind == "warned"] == []


def test_a_time_that_comes_to_light_later_restates_and_an_erased_lead_does_not(empty: Engine) -> None:
    promised = "{owed_by: sales, every: month, time: {median: first_contact}, matures: 1h}"
    app = promising(empty, f"commitments:\n  c: {promised}\n")
    lead = handed(app, 1, utc("2026-03-30T08:00"))
    app.fire(lead, "accept", "sales", at=utc("2026-03-30T09:00"))
    app.tick(APRIL + 2 * HOUR)
    app.record(lead, "reply", "lead", at=APRIL + DAY, occurred_at=utc("2026-03-31T12:00"))
    app.tick(APRIL + 2 * DAY)
    assert [(s["figure"], s["clocks"]) for s in statements_of(app)[-2:]] == [(None, 0), ("43200", 1)]
    before = len(statements_of(app))
    app.erase(lead, "they asked for it", "sales", at=APRIL + 3 * DAY)
    app.tick(APRIL + 4 * DAY)
    assert len(statements_of(app)) == before


def test_times_are_kept_whole_so_that_a_difference_can_be_made_good() -> None:
    commitment = Commitment(0, "c", ("sales",), "month", Timed("respond", "p90"))
    then = of_times(Times("p90", Counter({("anna", 60): 9, ("bo", 600): 1})))
    again = restored(commitment, stored(then))
    assert again == then
    assert (again.total.of, again.total.among, figure(commitment, again.total)) == (Decimal(60), 10, "60")
    now = of_times(Times("p90", Counter({("bo", 600): 3})))
    made_good = again.plus_difference(now, of_times(Times("p90", Counter({("bo", 600): 1}))))
    assert (made_good.total.of, made_good.total.among) == (Decimal(600), 12)
    assert made_good.owners["anna"].among == 9
