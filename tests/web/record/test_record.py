"""The record's pages say what the commands say, never count, and take no address for a fault of ours."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient
from support.clicked import KEYS, REACH
from support.office import ANNA, MIA, Present, handed_over, on_one_database, statements
from support.pages_sent import attributes, enter, form_to, led_to, words
from support.recorded import HEAD, LATER, counted, weeks_owed
from support.worlds import Fill
from web.desk.test_other_agreements import SVENSKA

from slaflow.engine.app import Engine
from slaflow.engine.figures import kept
from slaflow.report.rates import percent_text
from slaflow.report.record.reports import REPORTS, looked_at_first
from slaflow.report.sla import sla
from slaflow.store.database import Database
from slaflow.web.app import made
from slaflow.web.site import Site

MONTH = "2026-03"


def weeks_counted(database: Database) -> None:
    """The weeks, and what is looked at first of them counted."""
    weeks_owed(database)
    app = Engine(database, now=Present(LATER))
    kept.begin(app, looked_at_first(app))
    counted(app)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    present.at = LATER
    return Engine(world_of(weeks_counted), now=present)


@pytest.fixture
def record(app: Engine, client: TestClient) -> TestClient:
    """Sales' manager before pages that were counted."""
    enter(app, client, MIA)
    return client


def test_before_it_is_counted_a_page_says_so_and_has_it_counted(app: Engine, client: TestClient) -> None:
    enter(app, client, ANNA)
    for path in ("/record/sla?by=team", f"/record/{app.active().name}/{MONTH}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "has not been counted yet" in words(page)
        counted(app)
        assert "has not been counted yet" not in words(client.get(path))
        assert "As of" in words(client.get(path))
    assert client.get("/record/funnel.csv?by=team").status_code == 503


def test_the_scoreboard_tells_both_sides_alike(app: Engine, record: TestClient) -> None:
    page = record.get("/record")
    said = words(page)
    workflow = app.active()
    sides = re.findall(r'<section class="side".*?</section>', page.text, flags=re.DOTALL)
    assert len(sides) == len(workflow.parties)
    shapes = [{re.sub(r"verdict \w+", "verdict", each) for each in marks(side)} for side in sides]
    assert shapes[0] == shapes[1]
    for target in workflow.targets:
        if target.title:
            assert target.title in said
    board = kept.show(app, kept.Place("scoreboard", workflow.name)).figures
    assert board is not None
    for figures in board["targets"].values():
        if figures["met_rate"] is not None:
            assert percent_text(figures["met_rate"], 0) in said


def marks(side: str) -> list[str]:
    """What frames a side's tiles, without what names each."""
    found = re.findall(r"<(?:article|h3|p|strong|div)\b[^>]*>", side)
    return [re.sub(r'(id|aria-labelledby)="[^"]*"', "", each) for each in found]


def test_a_report_says_what_the_command_says(app: Engine, record: TestClient) -> None:
    for report, told in TELLING.items():
        page = record.get(f"/record/{report}")
        assert page.status_code == 200
        assert "style=" not in page.text
        assert not [each for each in attributes(page) if each.startswith("on")]
        numbers = {f"{each:,}" for each in told(REPORTS[report](app)) if each}
        shown = set(re.findall(r">\s*([\d,]+)", page.text.partition("<tbody>")[2]))
        assert numbers, report
        assert numbers <= shown, report


TELLING: dict[str, Callable[[Any], list[int]]] = {
    "sla": lambda all: [each["started"] for each in all["targets"].values()],
    "handoffs": lambda all: [each["handed_over"] for each in all["ways"]],
    "waste": lambda all: [each["never_touched"] for each in all["parties"].values()],
    "returns": lambda all: [each["returns"] for each in all["reasons"]],
    "funnel": lambda all: [each["leads"] for each in (*all["states"], *all["moves"])],
    "aging": lambda all: [each["leads"] for each in all["states"]],
    "losses": lambda all: [each["endings"] for each in all["ways"]],
    "content": lambda all: [each["touches"] for each in all["kinds"]],
    "journey": lambda all: [each["leads"] for each in all["stages"]],
    "candour": lambda all: [each["decided"] for each in all["parties"].values()],
    "commitments": lambda all: [
        each["figure"] for each in all["commitments"] if isinstance(each["figure"], int)
    ],
}
"""Numbers that each report's page has to show."""


def test_rows_as_a_file_are_the_commands_own_and_harmless(app: Engine, record: TestClient) -> None:
    answer = record.get("/record/sla.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    targets = sla(app)["targets"]
    assert [row["target"] for row in rows] == list(targets)
    assert [int(row["started"]) for row in rows] == [each["started"] for each in targets.values()]
    assert answer.headers["content-disposition"] == 'attachment; filename="sla.csv"'
    app.change(1, {"company": "=1+1"}, "sales")
    assert "not been counted" in words(record.get("/record/sla?by=company"))
    counted(app)
    grouped = record.get("/record/sla.csv?by=company").text
    assert "'=1+1" in grouped
    assert "\n=1+1" not in grouped


def test_a_period_and_a_group_are_asked_for_by_address(app: Engine, record: TestClient) -> None:
    address = "/record/sla?from=2026-03-24&to=2026-04-10&by=owner"
    record.get(address)
    counted(app)
    page = record.get(address)
    start, end = app_day("2026-03-24"), app_day("2026-04-10")
    groups = sla(app, start, end, by="owner")["groups"]
    assert groups
    for owner in groups:
        assert owner in words(page)


def app_day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm"))


def test_it_is_counted_anew_by_a_button_and_not_by_looking(
    app: Engine, record: TestClient, present: Present
) -> None:
    handed_over(app, "new", present.at)
    assert "More has happened since" in words(record.get("/record/sla"))
    assert counted(app) == []
    form = form_to(record.get("/record/sla?by="), "/record/sla")
    assert led_to(record.post("/record/sla", data=form, follow_redirects=False)) == "/record/sla"
    assert "being counted anew" in words(record.get("/record/sla"))
    assert len(counted(app)) == 1
    assert "More has happened" not in words(record.get("/record/sla"))


def test_a_review_is_signed_by_each_side_for_itself(app: Engine, record: TestClient) -> None:
    place = f"/record/{app.active().name}/{MONTH}"
    record.get(place)
    counted(app)
    assert "Sign for sales" in words(record.get(place))
    form = form_to(record.get(f"{place}/sign"), f"{place}/sign")
    done = record.post(f"{place}/sign", data=form, follow_redirects=False)
    assert (done.status_code, led_to(done)) == (303, f"{place}?signed=1")
    assert f"signed by {MIA}" in words(record.get(place))
    again = record.post(f"{place}/sign", data=form)
    assert again.status_code == 409
    assert "has signed" in words(again)
    enter(app, record, HEAD)
    form = form_to(record.get(f"{place}/sign"), f"{place}/sign")
    record.post(f"{place}/sign", data=form)
    review = app.review(app.active().name, MONTH)
    assert [each["actor"] for each in review["signatures"]] == [MIA, HEAD]
    assert review["signed_alike"]
    enter(app, record, ANNA)
    assert record.get(f"{place}/sign").status_code == 403
    assert not app.verify().findings


def test_nothing_is_signed_but_what_was_shown(app: Engine, record: TestClient) -> None:
    place = f"/record/{app.active().name}/{MONTH}"
    record.get(place)
    counted(app)
    form = form_to(record.get(f"{place}/sign"), f"{place}/sign")
    refused = record.post(f"{place}/sign", data={**form, "record": "0" * 64})
    assert refused.status_code == 409
    assert "is not as it was shown any more" in words(refused)
    assert app.review(app.active().name, MONTH)["signatures"] == []


def test_a_period_that_runs_is_not_signed(app: Engine, record: TestClient, present: Present) -> None:
    running = f"{present.at:%Y-%m}"
    place = f"/record/{app.active().name}/{running}"
    record.get(place)
    counted(app)
    assert "still runs" in words(record.get(place))
    assert "Sign for" not in words(record.get(place))
    assert "still runs" in words(record.get(f"{place}/sign"))


@on_one_database
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/record/nothing", 404), ("/record/nothing.csv", 404), ("/record/%00", 404),
        ("/record/sla?from=2026-04-01&to=2026-03-01", 422), ("/record/sla?from=2026-03-01T09:00", 422),
        ("/record/sla?to=soon", 422), ("/record/sla?from=0001-01-01", 422), ("/record/sla?by=nothing", 422),
        ("/record/sla?by=%00", 422), ("/record/sla?by=" + "x" * 300, 404),
        ("/record/sla.csv?from=2026-04-01&to=2026-03-01", 422), ("/record/commitments?by=owner", 422),
        ("/record/office-deal/2026-99", 404), ("/record/office-deal/1999-01", 404),
        ("/record/office-deal/2026-Q1", 404), ("/record/nobodys/2026-03", 404), ("/record?of=nobodys", 404),
        ("/record/office-deal/%00", 404), ("/record/office-deal/2026-03?signed=%3Cb%3E", 200),
        ("/record/sla?from=2026-03-01T09:00%2B01:00", 200), ("/record/sla?from=9999-12-31", 422),
    ],
)  # fmt: skip
def test_no_address_is_a_fault_of_ours(app: Engine, client: TestClient, path: str, status: int) -> None:
    enter(app, client, MIA)
    answer = client.get(path)
    assert answer.status_code == status, words(answer)
    assert "<b>" not in answer.text


@on_one_database
def test_hostile_text_is_text(app: Engine, client: TestClient) -> None:
    evil = "</table><script>alert(1)</script>\u202e"
    app.change(1, {"company": evil}, "sales")
    enter(app, client, MIA)
    client.get("/record/funnel?by=company")
    counted(app)
    page = client.get("/record/funnel?by=company")
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


def test_a_page_asks_for_little(app: Engine, record: TestClient) -> None:
    """Whatever the report, and however old it is."""
    for path in ("/record", "/record/sla", "/record/handoffs", f"/record/{app.active().name}/{MONTH}"):
        record.get(path)
        with statements() as sent:
            record.get(path)
        assert len(sent) < 40, path
        assert not [each for each in sent if "FROM clock" in each or "FROM passage" in each]


def test_an_old_figure_is_asked_for_by_who_looks(app: Engine, record: TestClient, present: Present) -> None:
    handed_over(app, "new", present.at)
    present.at += timedelta(minutes=6)
    assert "being counted anew" in words(record.get("/record/handoffs"))
    assert [place.report for place in counted(app)] == ["handoffs"]


@on_one_database
def test_an_agreement_of_other_names_has_its_own(
    world_of: Callable[[Fill], Database], present: Present
) -> None:
    present.at = LATER
    app = Engine(world_of(spoken_otherwise), now=present)
    kept.begin(app, looked_at_first(app))
    counted(app)
    with TestClient(made(Site(app, REACH, KEYS)), base_url="https://sla.example.com") as client:
        enter(app, client, MIA)
        for place in looked_at_first(app):
            page = client.get("/record" if place.workflow else f"/record/{place.report}")
            assert page.status_code == 200
            assert not re.search(r"\b(mql|sales|marketing|nurturing|accepted)\b", words(page)), place
        assert "Butiken promises" in words(client.get("/record"))


def spoken_otherwise(database: Database) -> None:
    app = Engine(database, now=Present(LATER))
    app.activate(SVENSKA)
    app.add_person(MIA, "butiken", role="manager")
