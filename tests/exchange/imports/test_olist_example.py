"""The worked example in docs/olist does what its page says, on rows made up here."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.small import NOW, entries, utc

from slaflow.engine.app import Engine
from slaflow.exchange.imports.run import ImportReport, import_file
from slaflow.store.database import Database

OLIST = Path(__file__).parents[3] / "docs" / "olist"
LEADS = """mql_id,first_contact_date,landing_page_id,origin
friday,2018-02-09,page,social
saturday,2018-05-05,page,
wednesday,2018-05-02,page,email
early,2018-05-02,page,email
"""
DEALS = """mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,lead_behaviour_profile,\
has_company,has_gtin,average_stock,business_type,declared_product_catalog_size,declared_monthly_revenue
saturday,shop1,sdr,sr1,2018-05-07 15:00:00,pet,online_medium,"cat, wolf",,,,reseller,,0.0
wednesday,shop2,sdr,sr1,2018-05-02 03:00:00,pet,online_big,cat,,,,reseller,,50000.0
early,shop3,sdr,sr2,2018-04-30 15:00:00,pet,online_big,cat,,,,reseller,,0.0
"""


@pytest.fixture
def olist(database: Database) -> Engine:
    engine = Engine(database, now=lambda: NOW)
    engine.activate((OLIST / "workflow.yaml").read_bytes())
    return engine


@pytest.fixture
def reports(olist: Engine, tmp_path: Path) -> list[ImportReport]:
    """Both files imported, and a tick after them."""
    found = []
    for name, text in (("leads", LEADS), ("deals", DEALS)):
        (tmp_path / f"{name}.csv").write_text(text)
        found.append(import_file(olist, tmp_path / f"{name}.csv", OLIST / f"{name}.map.yaml"))
    olist.tick(utc("2018-12-01T00:00:00"))
    return found


def test_each_lead_is_handed_over_at_the_start_of_its_day(olist: Engine, reports: list[ImportReport]) -> None:
    assert (reports[0].leads_added, reports[0].events, reports[0].refused) == (4, 4, 0)
    handed_over = [e["at"] for e in entries(olist) if e["handoff"] and e["trigger"] == "promote"]
    assert sorted(handed_over) == [
        "2018-02-09T02:00:00Z", "2018-05-02T03:00:00Z", "2018-05-02T03:00:00Z", "2018-05-05T03:00:00Z",
    ]  # fmt: skip


def test_the_deal_before_the_first_contact_is_the_one_refused(reports: list[ImportReport]) -> None:
    assert reports[1].events == 2
    assert reports[1].rejected == [(3, "win lies before the lead's creation (2018-05-02T03:00:00Z)")]


def test_silence_is_one_breach_at_its_due_instant(olist: Engine, reports: list[ImportReport]) -> None:
    breaches = [e["at"] for e in entries(olist) if e["kind"] == "breached"]
    assert breaches == ["2018-02-09T20:00:00Z", "2018-05-02T21:00:00Z"]
    assert olist.show("friday")["clocks"][0]["status"] == "breached"


def test_a_lead_of_a_saturday_starts_counting_on_monday(olist: Engine, reports: list[ImportReport]) -> None:
    respond = olist.show("saturday")["clocks"][0]
    assert (respond["status"], respond["due_at"]) == ("met", "2018-05-07T21:00:00Z")
    assert olist.show("wednesday")["clocks"][0]["status"] == "met"
    assert olist.show("saturday")["fields"]["behaviour"] == "cat, wolf"
