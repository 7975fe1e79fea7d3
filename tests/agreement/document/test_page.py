"""The page says all that is agreed, and nothing that could do something in a browser."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from support.agreement import STANDARD, changed, compiled
from support.source import ROOT
from support.wordy import everything

from slaflow.agreement.document.html import html
from slaflow.agreement.document.markdown import markdown
from slaflow.agreement.document.page import Signature, page
from slaflow.workflow.model.workflow import Workflow

MARCH = date(2026, 3, 1)
SHIPPED = [
    *(file for file in sorted((ROOT / "workflows").rglob("*.yaml")) if ".scenario." not in file.name),
    ROOT / "docs" / "olist" / "workflow.yaml",
]
AGREEMENTS = [*(compiled(file.read_text(encoding="utf-8")) for file in SHIPPED), everything()]
HOSTILE = '<script>alert(1)</script> & "x" | *y* `z` [a](b)'


class Reader(HTMLParser):
    """Reads a page as a browser does, with every tag that is opened and not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.given: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.given += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda each: each.name)
def test_every_promise_way_timer_commitment_and_check_is_on_the_page(agreement: Workflow) -> None:
    shown = read(html(page(agreement, MARCH))).text
    written = markdown(page(agreement, MARCH)).replace("\\", "")
    names = [
        *(target.name for target in agreement.targets), *(row.trigger for row in agreement.transitions),
        *agreement.commitments, *agreement.checks,
    ]  # fmt: skip
    for text in (shown, written):
        assert [name for name in names if name not in text] == []


def test_the_same_text_gives_the_same_bytes() -> None:
    assert html(page(compiled(STANDARD), MARCH)) == html(page(compiled(STANDARD), MARCH))


def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    reader = read(html(page(compiled(STANDARD), MARCH)))
    assert {"script", "img", "link", "iframe", "object"} & reader.seen == set()
    assert [name for name, value in reader.given if name in ("src", "href") or name.startswith("on")] == []
    assert "url(http" not in html(page(compiled(STANDARD), MARCH))


def test_no_title_breaks_out_of_its_place() -> None:
    title = "title: Marketing and sales agreement, B2B"
    quoted = HOSTILE.replace("'", "''")
    agreement = compiled(changed(STANDARD, (title, f"title: '{quoted}'")))
    reader = read(html(page(agreement, MARCH)))
    assert "script" not in reader.seen
    assert HOSTILE in reader.text
    assert "<script" not in markdown(page(agreement, MARCH))


def test_holidays_are_those_of_the_twelve_months_from_that_day_on() -> None:
    text = markdown(page(compiled(STANDARD), MARCH))
    assert "| 2026-06-19 | Friday | agreed |" in text
    assert "| 2027-01-06 | Wednesday |" in text
    assert "2026-01-06" not in text
    assert "2027-03" not in text


def test_a_promise_is_one_sentence_with_what_happens_on_the_way() -> None:
    text = markdown(page(compiled(STANDARD), MARCH))
    limits = "30 min of office time if source is web, else 4 h of office time"
    assert f"Sales has {limits}, to accept or return a lead." in text
    assert "At 80% of the time, the owner and the owner's manager are told." in text
    assert "4 h of open time after that, “escalate return” is done." in text


def test_who_gets_a_lead_is_said_with_what_a_team_takes_and_whose_company_it_is() -> None:
    text = markdown(page(everything(), MARCH)).replace("\\", "")
    assert "round robin, at most 30 open each, at most 10 a day each, in open time alone |" in text
    assert "Leads of one company are those whose email is of the same domain, other than gmail.com." in text
    assert "Whoever of that party had it before, unless they broke a promise on it." in text
    assert "Whoever of that party owns another open lead of the same company." in text


def test_who_signed_stands_beside_the_party_they_signed_for() -> None:
    signed = [Signature("sales", "mia@example.com", "2026-03-02T09:00:00Z")]
    text = markdown(page(compiled(STANDARD), MARCH, signed))
    assert "| sales | mia@example.com | 2026-03-02T09:00:00Z |" in text
    assert "| marketing |  |  |" in text
