"""The review: one page, nothing fetched, nothing that a person wrote runs in it."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report.test_returns import given_back, spoken
from support.builders import utc
from support.office import ANNA, BO, DAY, FRIDAY, HOUR, MIA, MONDAY, Present, handed_over
from support.promising import APRIL, CLOSED, handed, promising
from support.weeks import END, START

from slaflow.engine.app import Engine
from slaflow.errors import InvertedRange
from slaflow.report import review
from slaflow.report.findings import percent
from slaflow.report.funnel import funnel
from slaflow.report.review import page, record, write_review
from slaflow.store.database import Database

__all__ = ["spoken"]
pytestmark = pytest.mark.usefixtures("drawn_once")
MARCH = utc("2026-02-28T23:00")
SIGNED = """\
commitments:
  follow_up: {owed_by: sales, every: month, per: owner, share: {met: respond}, at_least: 75%}
  review: {owed_by: [marketing, sales], every: month, signed_within: 2d}
"""
HOSTILE = "<script>alert(1)</script> & <img src=x onerror=alert(2)> \"'{{ 7 * 7 }} https://evil.example/"
HEADINGS = (
    "What each side promised, and kept", "Passing the baton, both ways", "What came back, and why",
    "How far the new leads came", "Where open leads were waiting", "not the blame",
)  # fmt: skip
WRITTEN = ("script", "iframe", "link", "img", "object", "embed", "base", "form")


class Tags(HTMLParser):
    """The tags of a page, what they fetch, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action") and not (value or "").startswith("#"):
                self.fetched.append(f"{tag} {value}")
            if name == "id":
                self.ids.append(value or "")
            assert not name.startswith("on"), f"{tag} {name}"

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the pictures, for who asks what is written beside them."""
    monkeypatch.setattr(review, "drawn", lambda *_: b"<svg></svg>")


def of_weeks(app: Engine) -> str:
    return page(record(app, START, START + 30 * DAY, END))


def test_the_page_has_everything_in_it(weeks: Engine) -> None:
    html = of_weeks(weeks)
    found = Tags(html)
    assert found.fetched == []
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", html)
    assert [tag for tag in WRITTEN if tag in found.tags] == []
    assert len(found.ids) == len(set(found.ids))
    assert found.tags.count("svg") == 6
    referred = set(re.findall(r"(?:xlink:href=\"#|url\(#)([^\")]+)", html))
    assert referred <= set(found.ids)


def test_both_sides_stand_on_it_with_what_they_kept(weeks: Engine) -> None:
    told = record(weeks, START, START + 30 * DAY, END)
    found = Tags(page(told))
    assert [heading for heading in HEADINGS if heading not in found.text] == []
    for party, row in told["sla"]["parties"].items():
        assert percent(row["met_rate"]) in found.text
        assert f"for {party}" in found.text


def test_what_people_wrote_is_text_and_nothing_else(spoken: Engine) -> None:
    given_back(spoken, "kim", HOSTILE)
    html = page(record(spoken, FRIDAY, FRIDAY + 30 * DAY, MONDAY + DAY))
    found = Tags(html)
    assert [tag for tag in WRITTEN if tag in found.tags] == []
    assert HOSTILE in found.text
    assert "https://evil.example" in html
    assert found.fetched == []


def test_what_an_erased_lead_was_given_back_with_is_not_on_it(spoken: Engine) -> None:
    lead = given_back(spoken, "kim", "She is ill and moves to Oslo")
    given_back(spoken, "liv", "Wrong country", hours=2)
    with spoken.database.write() as conn:
        conn.exec_driver_sql(f"UPDATE entry SET data = NULL WHERE lead = {lead}")
    html = page(record(spoken, FRIDAY, FRIDAY + 30 * DAY, MONDAY + DAY))
    assert "Wrong country" in html
    assert "Oslo" not in html


def reviewed(app: Engine, at: datetime) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", page(record(app, MARCH, APRIL, at)))


@pytest.mark.usefixtures("undrawn")
def test_who_signed_stands_under_it_and_who_did_not_has_a_line(database: Database, present: Present) -> None:
    app = promising(Engine(database, now=present), SIGNED)
    for number, owner in enumerate((ANNA, BO)):
        lead = handed(app, number, MONDAY)
        app.assign(lead, owner, MIA, at=MONDAY)
    app.fire(1, "accept", ANNA, at=MONDAY + HOUR)
    app.tick(APRIL)
    empty = reviewed(app, APRIL)
    assert "for marketing · name, date" in empty
    assert "for sales · name, date" in empty
    app.sign_review("office-deal", "2026-03", "marketing", at=APRIL)
    half = reviewed(app, APRIL)
    assert "marketing · 2026-04-01 00:00 for marketing · record" in half
    assert "for sales · name, date" in half
    assert "as it was signed" in half
    app.tick(CLOSED + DAY)
    app.sign_review("office-deal", "2026-03", MIA, at=CLOSED + DAY)
    app.lift(2, "respond", "the phones were down", "marketing", at=CLOSED + 2 * DAY)
    app.tick(CLOSED + 3 * DAY)
    told = reviewed(app, CLOSED + 3 * DAY)
    assert "name, date" not in told
    assert "Marketing and sales signed different records." in told
    assert "Since sales signed: follow_up restated." in told
    assert f"{ANNA} 100% (1 of 1) kept {BO} 0% (0 of 1) missed restated 2026-04-06 00:00" in told
    assert told.count(f"{BO} 100% (1 of 1) kept") == 1


def test_a_period_in_which_nothing_happened_is_a_page_too(app: Engine, tmp_path: Path) -> None:
    told = write_review(app, tmp_path / "review.html", FRIDAY, FRIDAY + DAY, at=FRIDAY + DAY)
    assert told == {
        "file": str(tmp_path / "review.html"), "from": "2026-03-06T13:30:00Z", "to": "2026-03-07T13:30:00Z",
        "settled_to": "2026-03-07T13:30:00Z",
    }  # fmt: skip
    text = Tags((tmp_path / "review.html").read_text(encoding="utf-8")).text
    assert "No clock started in this period." in text
    assert [path.name for path in tmp_path.glob("*review*")] == ["review.html"]


def test_an_inverted_period_writes_nothing(app: Engine, tmp_path: Path) -> None:
    handed_over(app, at=FRIDAY)
    app.fire(1, "accept", BO, at=FRIDAY + HOUR)
    with pytest.raises(InvertedRange):
        write_review(app, tmp_path / "review.html", MONDAY, FRIDAY, at=MONDAY)
    assert list(tmp_path.glob("*review*")) == []


def test_all_of_a_review_is_of_one_instant_whoever_writes_meanwhile(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over(app, "kim")
    told, other = review.sla, Engine(Database(app.database.url), now=Present())

    def interrupted(*asked: Any, **how: Any) -> dict[str, Any]:
        handed_over(other, "liv")
        other.database.dispose()
        return told(*asked, **how)

    monkeypatch.setattr(review, "sla", interrupted)
    figures = record(app, FRIDAY - DAY, FRIDAY + DAY, FRIDAY + HOUR)
    assert (figures["funnel"]["leads"], figures["handoffs"]["handoffs"]) == (1, 1)
    assert funnel(app, at=FRIDAY + HOUR)["leads"] == 2
