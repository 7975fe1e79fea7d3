"""The report of what each party promised per period: both sides in one table, equally hard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.builders import utc
from support.office import DAY, HOUR, MONDAY, Present
from support.promising import promising
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.errors import InvertedRange
from slaflow.report.commitments import commitments
from slaflow.store.database import Database

APRIL = utc("2026-03-31T22:00")
CLOSED = APRIL + 3 * DAY
BOTH = """\
commitments:
  volume: {owed_by: marketing, every: month, count: {enter: mql}, at_least: 1}
  follow_up: {owed_by: sales, every: month, share: {met: respond}, at_least: 95%}
"""


def unanswered(database: Database) -> None:
    """In force since January; one lead in March, which nobody answered."""
    app = promising(Engine(database, now=Present()), BOTH)
    lead = app.add({"email": "kim@example.com"}, "marketing", at=MONDAY)["id"]
    app.record(lead, "demo", "lead", at=MONDAY)
    app.tick(CLOSED + HOUR)


@pytest.fixture
def office(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(unanswered), now=present)


def test_each_party_has_its_periods_and_what_came_of_them(office: Engine) -> None:
    told = commitments(office, at=CLOSED + HOUR)
    found = [(each["period"], each["commitment"], each["verdict"]) for each in told["commitments"]]
    assert found == [
        ("2026-01", "volume", "missed"), ("2026-01", "follow_up", None),
        ("2026-02", "volume", "missed"), ("2026-02", "follow_up", None),
        ("2026-03", "volume", "kept"), ("2026-03", "follow_up", "missed"),
        ("2026-04", "volume", None), ("2026-04", "follow_up", None),
    ]  # fmt: skip
    assert told["parties"] == {
        "marketing": {"kept": 1, "missed": 2, "no_verdict": 0, "open": 1},
        "sales": {"kept": 0, "missed": 1, "no_verdict": 2, "open": 1},
    }


def test_a_report_as_of_an_instant_knows_no_verdict_given_later(office: Engine) -> None:
    told = commitments(office, utc("2026-02-28T23:00"), at=CLOSED)
    assert [(each["status"], each["verdict"]) for each in told["commitments"]][:2] == [("maturing", None)] * 2
    told = commitments(office, utc("2026-02-28T23:00"), at=MONDAY + DAY)
    assert [(each["status"], each["figure"]) for each in told["commitments"]] == [
        ("running", 1), ("running", "0"),
    ]  # fmt: skip


def test_a_restatement_stands_beside_what_was_stated(office: Engine) -> None:
    lead = int(office.show("kim@example.com")["id"])
    office.lift(lead, "respond", "the phones were down", "marketing", at=CLOSED + DAY)
    office.tick(CLOSED + 2 * DAY)
    told = commitments(office, utc("2026-02-28T23:00"), APRIL, at=CLOSED + 2 * DAY)
    volume, follow_up = told["commitments"]
    assert volume["restated"] == []
    assert (follow_up["figure"], follow_up["verdict"]) == ("0", "missed")
    (restated,) = follow_up["restated"]
    assert (restated["figure"], restated["verdict"], restated["at"]) == ("1", "kept", "2026-04-04T22:00:00Z")
    assert commitments(office, at=CLOSED + DAY)["commitments"][5]["restated"] == []


@pytest.mark.parametrize(
    ("start", "end", "periods"),
    [
        ("2026-01-31T23:00", "2026-03-31T22:00", ["2026-02", "2026-03"]),
        ("2026-02-01", "2026-03-31T22:00", ["2026-03"]),
        ("2027-01-01", "2027-02-01", []),
    ],
)
def test_periods_that_begin_in_the_range_are_told(
    office: Engine, start: str, end: str, periods: list[str]
) -> None:
    told = commitments(office, utc(start), utc(end), at=CLOSED + HOUR)
    assert [each["period"] for each in told["commitments"]] == [p for p in periods for _ in range(2)]


def test_an_inverted_range_is_refused(office: Engine) -> None:
    with pytest.raises(InvertedRange, match="swap them"):
        commitments(office, APRIL, MONDAY)


def test_without_an_agreement_there_is_nothing_to_tell(database: Database) -> None:
    told = commitments(Engine(database), at=MONDAY)
    assert (told["commitments"], told["parties"]) == ([], {})
