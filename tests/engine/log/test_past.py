"""Looking back: what is shown of an instant that has passed is what was shown then."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.builders import utc
from support.office import (
    ANNA,
    BO,
    CIA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    NORA,
    a_history,
    handed_over,
    on_one_database,
    statements,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.engine.log.past import NotYetThere, PastArchived, PastUnknown
from slaflow.exchange.archive.run import archive
from slaflow.lifecycle.events import Created
from slaflow.log.errors import VerificationImpossible

LATER = FRIDAY + 60 * DAY


@dataclass
class Album:
    """What was shown at instants while a history was played."""

    app: Engine
    leads: dict[datetime, list[dict[str, Any]]] = field(default_factory=dict)
    shown: dict[datetime, dict[int, dict[str, Any]]] = field(default_factory=dict)
    owed: dict[datetime, list[dict[str, Any]]] = field(default_factory=dict)

    def take(self, at: datetime) -> None:
        """Keeps what is to be seen at *at*, once all that is told by then is in."""
        app = self.app
        self.leads[at] = list(app.leads(at=at))
        self.shown[at] = {lead["id"]: app.show(lead["id"], at=at) for lead in self.leads[at]}
        self.owed[at] = app.queue(at=at)

    def compare(self) -> None:
        """Looks back to each of these instants."""
        assert len(self.leads) == 12
        for at in self.leads:
            assert list(self.app.leads(at=at)) == self.leads[at]
            assert self.app.queue(at=at) == self.owed[at]
            for lead, shown in self.shown[at].items():
                assert self.app.show(lead, at=at) == shown


def played(app: Engine, seed: int) -> Album:
    """Weeks of the office with ticks, people who come and go, and things told late.

    Seen at a dozen instants, by chance.
    """
    chance, album = random.Random(seed), Album(app)
    asks = a_history(app.active(), seed, leads=4, events=30)
    seen = random.sample([*{ask.at for ask in asks}], 12)
    for number, ask in enumerate(asks):
        assert ask.at is not None
        together(app, [_late(ask, chance)], ask.at)
        if number % 7 == 3:
            app.send_away(chance.choice((ANNA, BO, CIA)), ask.at + HOUR, ask.at + 3 * DAY, at=ask.at)
        if number % 11 == 5:
            app.add_person(f"new{number}@example.com", "sales", team="nordics", at=ask.at)
        if chance.random() < 0.3:
            app.tick(ask.at)
        if ask.at in seen:
            album.take(ask.at)
    return album


def _late(ask: Ask, chance: random.Random) -> Ask:
    if isinstance(ask.happening, Created) or chance.random() < 0.6:
        return ask
    assert ask.at is not None
    return replace(ask, occurred_at=ask.at - chance.choice((HOUR, 5 * HOUR, DAY)))


@pytest.mark.parametrize("seed", [101])
def test_every_instant_of_the_past_is_shown_as_it_was_then(app: Engine, seed: int) -> None:
    album = played(app, seed)
    app.tick(LATER)
    album.compare()
    assert app.replay().as_json() == {
        "ok": True, "bad": None, "replayed": 4, "not_checkable": 0, "not_checkable_streams": [],
    }  # fmt: skip


def test_what_was_told_later_was_not_known_before(app: Engine) -> None:
    """A call told on Monday counts from Friday on; on Saturday nobody knew of it."""
    lead = handed_over(app)
    saturday = FRIDAY + DAY
    before = app.show(lead, at=saturday)
    app.record(lead, "call", ANNA, at=MONDAY, occurred_at=FRIDAY + HOUR)
    assert app.show(lead, at=MONDAY)["attempts"] == {"total": 1, "channels": 1}
    assert app.show(lead, at=saturday) == before
    assert next(app.leads(at=saturday))["attempts"] == {"total": 0, "channels": 0}


def test_a_breach_is_still_ahead_before_it_fell(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + 20 * DAY)
    assert app.show(lead)["state"] == "nurturing"
    then = app.show(lead, at=MONDAY)
    assert (then["state"], then["owner"]) == ("mql", ANNA)
    clocks = {clock["target"]: clock["status"] for clock in then["clocks"]}
    assert clocks == {"respond": "running", "first_contact": "running", "triage": "met"}
    assert {row["trigger"] for row in then["available"] if row["allowed"]} == {
        "accept", "return", "escalate_return",
    }  # fmt: skip
    owed = [(row["target"], row["owner"], row["seconds_left"]) for row in app.queue(at=MONDAY)]
    assert owed == [("respond", ANNA, 5400), ("first_contact", ANNA, 28800)]


def test_why_a_clock_was_due_is_explained_as_of_then(app: Engine) -> None:
    """The pause that came afterwards is no reason yet."""
    lead = handed_over(app)
    before = app.explain(lead, "respond", at=MONDAY)
    app.change(lead, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    app.change(lead, {"on_hold": False}, "sales", at=MONDAY + 3 * HOUR)
    assert app.explain(lead, "respond", at=MONDAY + 4 * HOUR) != before
    assert app.explain(lead, "respond", at=MONDAY) == before


def test_a_lead_is_not_there_before_its_creation(app: Engine) -> None:
    lead = handed_over(app)
    before = FRIDAY - HOUR
    with pytest.raises(NotYetThere) as refused:
        app.show(lead, at=before)
    assert str(refused.value) == (
        "lead 1 was not there yet at 2026-03-06T12:30:00Z; ask for an instant from 2026-03-06T13:30:00Z on"
    )
    assert list(app.leads(at=before)) == []
    assert app.queue(at=before) == []


def test_the_past_is_filtered_by_what_was_so_then(app: Engine) -> None:
    """Kim was in mql on Saturday and is not now; Liv was not there yet."""
    kim = handed_over(app)
    app.fire(kim, "accept", ANNA, at=MONDAY)
    handed_over(app, "liv", at=MONDAY + HOUR)
    saturday = FRIDAY + DAY
    assert [lead["id"] for lead in app.leads(state="mql", at=saturday)] == [kim]
    assert [lead["id"] for lead in app.leads(state="accepted", at=saturday)] == []
    assert [lead["id"] for lead in app.leads(where="lead.engagement > 55.0", at=saturday)] == [kim]
    assert list(app.leads(after=kim, at=saturday)) == []
    assert [lead["id"] for lead in app.leads(limit=1, at=MONDAY + 2 * HOUR)] == [kim]
    assert app.queue(owner=NORA, at=saturday) == []


def test_an_input_told_with_an_earlier_clock_answers_with_what_it_left(app: Engine) -> None:
    """A command tells what it did, not how things stood at the instant its clock was set to."""
    lead = handed_over(app)
    app.tick(MONDAY + 2 * HOUR)
    assert app.fire(lead, "accept", ANNA, at=MONDAY)["state"] == "accepted"
    assert app.latest(lead, at=MONDAY)["state"] == "accepted"
    assert app.show(lead, at=MONDAY)["state"] == "mql"


def test_an_erased_lead_has_no_past(app: Engine) -> None:
    kim, liv = handed_over(app), handed_over(app, "liv")
    app.erase(kim, "asked to be forgotten", "sales", at=MONDAY)
    with pytest.raises(PastUnknown) as refused:
        app.show(kim, at=FRIDAY + DAY)
    assert str(refused.value) == "how lead 1 stood at 2026-03-07T13:30:00Z cannot be shown: it was erased"
    assert [lead["id"] for lead in app.leads(at=FRIDAY + DAY)] == [liv]
    assert {row["lead"] for row in app.queue(at=FRIDAY + DAY)} == {liv}
    assert app.show(kim, at=MONDAY + HOUR)["id"] == kim


def test_only_leads_whose_log_goes_on_are_decided_again(app: Engine) -> None:
    """The statements grow with those leads, not with the rest."""
    for number in range(5):
        handed_over(app, f"lead{number}", at=FRIDAY)
    with statements() as settled:
        list(app.leads(at=FRIDAY + HOUR))
    assert not any("ORDER BY entry.stream, entry.seq" in statement for statement in settled)
    app.fire(3, "accept", ANNA, at=MONDAY)
    with statements() as looked_back:
        assert [lead["state"] for lead in app.leads(at=FRIDAY + HOUR)] == ["mql"] * 5
    assert sum("ORDER BY entry.stream, entry.seq" in statement for statement in looked_back) == 1


def test_many_leads_are_looked_back_at_in_pages(app: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slaflow.engine.log.past.PAGE", 2)
    for number in range(5):
        handed_over(app, f"lead{number}", at=FRIDAY + number * HOUR)
    app.fire(2, "accept", ANNA, at=MONDAY)
    app.fire(5, "accept", ANNA, at=MONDAY)
    at = FRIDAY + timedelta(hours=3, minutes=30)
    assert [(lead["id"], lead["state"]) for lead in app.leads(at=at)] == [(n, "mql") for n in range(1, 5)]


@on_one_database
def test_holidays_are_those_of_the_activation_then(app: Engine) -> None:
    """A text activated again may bring later holidays; what was decided before stands on the earlier ones."""
    lead = handed_over(app)
    app.tick(MONDAY + HOUR)
    before = app.show(lead, at=MONDAY)
    app.activate(app.active().source, at=MONDAY + 3000 * DAY)
    assert app.show(lead, at=MONDAY) == before
    assert app.replay().ok


@on_one_database
def test_without_the_text_of_its_version_nothing_can_be_said(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + DAY)
    with app.database.write() as conn:
        conn.execute(text("DROP TRIGGER entry_no_delete"))
        conn.execute(text("DELETE FROM entry WHERE kind = 'activated'"))
    with pytest.raises(VerificationImpossible, match="is not in the log"):
        app.show(lead, at=utc("2026-03-07"))


def test_behind_an_archive_nobody_looks(app: Engine, tmp_path: Path) -> None:
    """Leads that were open then may be among those whose log was put away."""
    lead = handed_over(app)
    app.fire(lead, "accept", ANNA, at=MONDAY)
    app.answer(lead, "value", ANNA, {"expected_value": "20000"}, at=MONDAY)
    app.record(lead, "call", ANNA, at=MONDAY)
    app.record(lead, "reply", "lead", at=MONDAY)
    app.fire(lead, "win", ANNA, {"amount": "100"}, at=MONDAY + HOUR)
    liv = handed_over(app, "liv", at=MONDAY + 30 * DAY)
    assert archive(app, MONDAY + 20 * DAY, tmp_path, at=MONDAY + 40 * DAY).leads == 1
    with pytest.raises(PastUnknown, match="its entries are archived"):
        app.show(lead, at=MONDAY)
    for looked_at in (lambda: list(app.leads(at=MONDAY)), lambda: app.queue(at=MONDAY)):
        with pytest.raises(PastArchived, match="entries of before 2026-03-29T08:00:00Z are archived"):
            looked_at()
    assert [each["id"] for each in app.leads(at=MONDAY + 30 * DAY)] == [lead, liv]
    assert app.show(lead, at=MONDAY + 30 * DAY)["state"] == "won"
    found = app.replay()
    assert (found.ok, found.leads, found.unchecked) == (True, 1, [("lead:1", "its entries are archived")])
