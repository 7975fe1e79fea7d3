"""Reports before and after a lead is erased: what was counted is counted still."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson
import pytest
from support.office import DAY, HOUR, Present, a_history, staffed, together
from support.promising import COMMITMENTS, owing
from support.weeks import END, START, THEN
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.report.aging import aging
from slaflow.report.commitments import commitments
from slaflow.report.funnel import funnel
from slaflow.report.handoffs import handoffs
from slaflow.report.returns import returns
from slaflow.report.sla import sla
from slaflow.report.waste import waste
from slaflow.store.database import Database

REPORTS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "sla": sla, "handoffs": handoffs, "waste": waste, "funnel": funnel, "aging": aging,
    "returns": partial(returns, quoted=0),
}  # fmt: skip
ERASED = (2, 3, 5, 8)


def weeks_of_promises(database: Database) -> None:
    """Weeks of leads under the agreement with commitments, none of them daily: a period is one as another."""
    weekly = COMMITMENTS.replace("every: day", "every: week")
    app = staffed(Engine(database, now=Present()), owing(weekly), START - DAY)
    asks = a_history(app.active(), 71, leads=10, events=150, start=START)
    together(app, asks, END, lenient=True)
    app.tick(END + HOUR)


@pytest.fixture
def busy(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(weeks_of_promises), now=present)


def told(app: Engine, some: list[str]) -> dict[str, Any]:
    """Every report of all there is, some by owner and as of then, and every commitment."""
    found: dict[str, Any] = {f"{name} by None": report(app, at=END) for name, report in REPORTS.items()}
    found |= {f"{name} by owner": REPORTS[name](app, at=END, by="owner") for name in some}
    found |= {f"{name} then": REPORTS[name](app, at=THEN) for name in some}
    return found | {f"commitments {at}": commitments(app, at=at)["commitments"] for at in (THEN, END)}


def test_every_figure_stays_when_leads_are_erased(busy: Engine) -> None:
    some = random.sample(list(REPORTS), 3)
    before = told(busy, some)
    text = orjson.dumps(before).decode()
    assert all(word in text for word in ('"came_back":', '"p90_seconds":', '"touchpoints":{"call"'))
    for lead in ERASED:
        busy.erase(lead, "asked for", "sales", at=END + HOUR)
    after = told(busy, some)
    assert [name for name in before if before[name] != after[name]] == []
    assert busy.verify().ok
    by_country = sla(busy, at=END, by="country")["groups"]
    assert (
        sum(row["targets"]["triage"]["started"] for row in by_country.values())
        == (before["sla by None"]["targets"]["triage"]["started"])
    )


def test_what_is_kept_is_the_agreements_and_nobodys(busy: Engine) -> None:
    """Numbers, instants, names of the agreement and of your own people; no word that anybody wrote."""
    for lead in ERASED:
        busy.erase(lead, "asked for", "sales", at=END + HOUR)
    erased = [entry for entry in busy.log() if entry.kind == "erased"]
    kept = [each for entry in erased for each in entry.data["kept"].values()]
    assert {name for each in kept for name in each} == {
        "activity", "automated", "counts", "due_at", "handoff", "inputs", "late_seconds", "open_seconds",
        "set",
    }  # fmt: skip
    chosen = [each[part] for each in kept for part in ("inputs", "set") if part in each]
    assert {tuple(each.items()) for each in chosen} == {
        (("return_reason", "no_fit"),), (("return_reason", "ignored"),),
    }  # fmt: skip
    text = "".join(entry.data_text or "" for entry in erased)
    assert [word for word in ("lead2@", "lead5@", "no answer", "1200.5") if word in text] == []


def test_a_lead_erased_when_nothing_was_kept_counts_as_far_as_its_entries_tell(busy: Engine) -> None:
    before = sla(busy, at=END)["targets"]["triage"]["started"], waste(busy, at=END)["parties"]
    busy.erase(2, "asked for", "sales", at=END + HOUR)
    with busy.database.write() as conn:
        conn.exec_driver_sql("UPDATE entry SET data = NULL WHERE stream = 'lead:2'")
    assert (sla(busy, at=END)["targets"]["triage"]["started"], waste(busy, at=END)["parties"]) == before
    assert all(report(busy, at=END) for report in REPORTS.values())
