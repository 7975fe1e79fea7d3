"""Exports of well-known systems, each with its quirks, imported by a preset on every database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.exports import AGREEMENT, BULK, DATA_LOADER, HUBSPOT, MARKETO, SALESFORCE
from support.small import NOW, entries, history, utc
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.exchange.imports.run import ImportReport, import_file
from slaflow.exchange.presets.fit import fitted_to
from slaflow.exchange.presets.preset import preset_named
from slaflow.exchange.presets.text import map_text
from slaflow.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def agreed(database: Database) -> None:
    Engine(database, now=lambda: NOW).activate(AGREEMENT)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(agreed), now=lambda: NOW)


Load = Callable[..., ImportReport]


@pytest.fixture
def load(app: Engine, tmp_path: Path) -> Load:
    """Imports a text by a preset: ``load(name, text, **options)``."""

    def imported(preset: str, text: str, dry_run: bool = False) -> ImportReport:
        file = tmp_path / "export.csv"
        file.write_bytes(text.encode())
        return import_file(app, file, preset_named(preset), dry_run=dry_run)

    return imported


def fields(app: Engine, key: str) -> dict[str, object]:
    return {name: value for name, value in app.show(key)["fields"].items() if value is not None}


def test_hubspots_contacts_come_in_with_what_the_agreement_has_fields_for(app: Engine, load: Load) -> None:
    assert load("hubspot", HUBSPOT, dry_run=True).leads_added == 2
    assert len(entries(app)) == 1
    report = load("hubspot", HUBSPOT)
    assert (report.leads_added, report.events, report.rejected) == (2, 0, [])
    assert fields(app, "asa@example.com") == {
        "mail": "asa@example.com", "company_name": "Berg; Söner, AB", "first_name": "Åsa",
        "phone": "+46 8 123 45 67", "postcode": "01234", "country": "Sweden", "employees": 12,
        "unsubscribed": True, "interests": "Pricing;Demo", "renewal_date": "2027-01-31",
    }  # fmt: skip
    assert fields(app, "kim@example.com") == {
        "mail": "kim@example.com", "first_name": "Kim", "unsubscribed": False,
    }  # fmt: skip
    assert history(app, "asa@example.com") == [("created", utc("2026-03-01T08:14:00"))]
    assert history(app, "kim@example.com") == [("created", utc("2026-03-29T01:30:00"))]
    assert report.notes == [
        "hubspot: takes mail, first_name, company_name, phone, postcode, country, employees, unsubscribed, "
        "interests, renewal_date",
        'hubspot: left out, as "handoff" has no field for it: Record ID, Message',
        "hubspot: left out: Original Source, as the field lead_source takes nothing but values of its own",
        "hubspot: left out: Contact owner, as the field owner is email",
        "hubspot: left out, as only you can say which trigger each tells of: "
        "Became a Marketing Qualified Lead Date, Lifecycle Stage",
        "hubspot: Create Date is when a lead came into being; without an offset it is local time of "
        "Europe/Stockholm (HubSpot writes it in the time zone of who exported, without saying which)",
    ]
    before = entries(app)
    assert (load("hubspot", HUBSPOT).unchanged, entries(app)) == (2, before)


def test_a_salesforce_report_has_dates_of_the_united_states_and_a_footer(app: Engine, load: Load) -> None:
    report = load("salesforce", SALESFORCE)
    assert (report.rows, report.leads_added, report.rejected) == (2, 2, [])
    assert fields(app, "asa@example.com") == {
        "mail": "asa@example.com", "company_name": "Berg AB", "first_name": "Åsa", "phone": "+46 8 123",
        "postcode": "01234", "unsubscribed": False, "renewal_date": "2027-01-31",
    }  # fmt: skip
    assert fields(app, "kim@example.com") == {
        "mail": "kim@example.com", "first_name": "Kim", "unsubscribed": True,
    }  # fmt: skip
    assert history(app, "asa@example.com") == [("created", utc("2026-02-28T23:00:00"))]
    assert history(app, "kim@example.com") == [("created", utc("2026-03-14T13:30:00"))]
    assert report.notes[-2] == "salesforce: 1/31/2027 is read with the month first"
    assert report.notes[-1] == 'the last 5 lines are no rows but a footer, from "Leads by source" on'
    before = entries(app)
    assert (load("salesforce", SALESFORCE).unchanged, entries(app)) == (2, before)


@pytest.mark.parametrize(
    ("preset", "text", "unsubscribed"),
    [("salesforce", DATA_LOADER, True), ("marketo", MARKETO, False), ("marketo", BULK, True)],
    ids=["data loader", "marketo's list", "bulk extract"],
)
def test_the_other_exports_come_in_once(
    app: Engine, load: Load, preset: str, text: str, unsubscribed: bool
) -> None:
    assert load(preset, text).leads_added == 1
    known = fields(app, "asa@example.com")
    assert (known["first_name"], known["unsubscribed"]) == ("Åsa", unsubscribed)
    assert "null" not in known.values()
    assert history(app, "asa@example.com") == [("created", utc("2026-03-01T08:14:00"))]
    assert (load(preset, text).unchanged, len(entries(app))) == (1, 2)


def test_a_shown_map_imports_like_its_preset_and_takes_events(
    app: Engine, load: Load, tmp_path: Path
) -> None:
    load("salesforce", SALESFORCE)
    file = tmp_path / "export.csv"
    text = map_text(fitted_to(preset_named("salesforce"), app.active(), file))
    shown = tmp_path / "map.yaml"
    shown.write_text(text, encoding="utf-8")
    assert import_file(app, file, shown).unchanged == 2
    shown.write_text(
        text.replace("# events", "events").replace("#   - {trigger: TRIGGER", "  - {trigger: win")
    )
    assert import_file(app, file, shown).events == 1
    assert app.show("asa@example.com")["state"] == "won"
