"""Who listens is told of every entry of the kinds they chose, and nobody pays for it where nobody listens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.listening import listen, listen_no_more, told
from support.office import (
    AGREEMENT,
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    PROSPECT,
    Present,
    a_history,
    created,
    handed_over,
    statements,
    stored,
    the_chain,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.exchange.imports.run import import_file
from slaflow.lifecycle.decision import KINDS
from slaflow.lifecycle.events import Recorded
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.rows.outbox import list_messages

MAP = "lead: {email: email}\ncreated_at: since\n"


def of_kinds(app: Engine, *kinds: str) -> list[tuple[str, int]]:
    return sorted((entry.stream, entry.seq) for entry in app.log() if entry.kind in kinds)


def a_busy_year(app: Engine, present: Present, folder: Path) -> None:
    """A bit of everything that writes to the log."""
    together(app, a_history(app.active(), 3), FRIDAY + 40 * DAY)
    present.at = FRIDAY + 50 * DAY
    app.tick()
    app.add_person("dan@example.com", "sales", team="nordics")
    app.activate(AGREEMENT.replace("within: 4h", "within: 3h"))
    app.migrate("office-deal")
    app.erase(1, "asked for it", "marketing")
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    (folder / "leads.csv").write_text(
        "email,since\nold@example.com,2026-01-07\nnew@example.com,\n", encoding="utf-8"
    )
    assert import_file(app, folder / "leads.csv", folder / "map.yaml").leads_added == 2


def test_every_entry_of_a_chosen_kind_is_told_once_whoever_writes_it(
    app: Engine, present: Present, tmp_path: Path
) -> None:
    before = {(entry.stream, entry.seq) for entry in app.log()}
    chosen = ("transition", "breached", "person", "erased")
    listen(app.database, "all", *KINDS)
    listen(app.database, "some", *chosen)
    a_busy_year(app, present, tmp_path)
    assert {e.kind for e in app.log()} >= {"created", "activated", "migrated", "warned", "clock_met", *chosen}
    assert sorted(told(app.database, "all").values()) == sorted(set(of_kinds(app, *KINDS)) - before)
    assert sorted(told(app.database, "some").values()) == sorted(set(of_kinds(app, *chosen)) - before)
    for lead in app.leads():
        ours = [seq for stream, seq in told(app.database, "all").values() if stream == f"lead:{lead['id']}"]
        assert ours == sorted(ours)
    assert app.verify().bad is None


def test_the_log_and_the_messages_of_people_are_the_same_with_receivers(
    app: Engine, other: Engine, present: Present, tmp_path: Path
) -> None:
    listen(app.database, "all", *KINDS)
    asks = a_history(app.active(), 5)
    together(app, asks, FRIDAY + 40 * DAY)
    together(other, asks, FRIDAY + 40 * DAY)
    assert the_chain(app) == the_chain(other)
    people = [each for each in stored(app.database)["told"] if not each[2].startswith(RECEIVER)]
    assert people == stored(other.database)["told"]


def test_a_receiver_is_told_however_late_an_entry_is_written(app: Engine, present: Present) -> None:
    """People are not written to about last month; a warehouse has to know of it all the same."""
    listen(app.database, "warehouse", "breached")
    lead = handed_over(app)
    present.at = FRIDAY + 60 * DAY
    app.tick()
    with app.database.read() as conn:
        found = [
            each for each in list_messages(conn) if each.message.kind == "breached" and each.lead_id == lead
        ]
    assert {each.status for each in found if not each.message.recipient.startswith(RECEIVER)} == {"stale"}
    ours = [each for each in found if each.message.recipient == f"{RECEIVER}warehouse"]
    assert {each.status for each in ours} == {"waiting"}
    (first, *_) = ours
    assert (first.message.target, first.message.step, first.message.data) == ("respond", "100%", {})


def test_an_erasure_reaches_receivers_and_takes_no_entry_from_them(app: Engine, present: Present) -> None:
    listen(app.database, "warehouse", *KINDS)
    lead = handed_over(app)
    present.at = MONDAY
    app.erase(lead, "asked for it", "sales")
    with app.database.read() as conn:
        ours = [each for each in list_messages(conn) if each.message.recipient == f"{RECEIVER}warehouse"]
    assert {each.status for each in ours} == {"waiting"}
    assert [each.message.kind for each in ours if each.lead_id == lead].count("erased") == 1


def work(app: Engine, number: int) -> list[Callable[[], object]]:
    """Commands that write: to one lead, to many at once, by time, to another stream."""
    many = [created(app.active(), number + n, FRIDAY) for n in range(3)]
    many += [Ask(number + n, Recorded("demo"), PROSPECT, FRIDAY) for n in range(3)]
    return [
        lambda: together(app, many, FRIDAY),
        lambda: app.fire(number, "accept", ANNA, at=FRIDAY + HOUR),
        lambda: app.tick(at=MONDAY + 7 * HOUR),
        lambda: app.add_person(f"new{number}@example.com", "sales", at=MONDAY + 8 * HOUR),
    ]


def test_nobody_listens_costs_no_statement_and_no_row(app: Engine, present: Present) -> None:
    """Whoever listens to nothing that is written here costs as much as nobody, too."""
    present.at = MONDAY + 9 * HOUR
    costs = []
    for number, kinds in ((1, ()), (4, ("granted",))):
        if kinds:
            listen(app.database, "idle", *kinds)
        sent_by_each = []
        for each in work(app, number):
            with statements() as sent:
                each()
            sent_by_each.append(len(sent))
            alone = [
                text for text in sent if "receiver" in text and not ("absence" in text or "stream" in text)
            ]
            assert alone == []
        costs.append(sent_by_each)
    assert costs[0] == costs[1]
    assert not any(each[2].startswith(RECEIVER) for each in stored(app.database)["told"])


def test_a_receiver_that_another_process_applied_is_told_of_the_very_next_entry(
    app: Engine, office_url: str, present: Present
) -> None:
    elsewhere = Engine(office_url, now=present)
    lead = handed_over(app)
    assert told(app.database, "new") == {}
    listen(elsewhere.database, "new", "transition")
    app.fire(lead, "accept", ANNA, at=FRIDAY + HOUR)
    (place,) = told(app.database, "new").values()
    assert place in of_kinds(app, "transition")
    listen_no_more(elsewhere.database)
    number = len(told(app.database, "new"))
    app.fire(lead, "return", ANNA, {"return_reason": "no_fit"}, at=FRIDAY + 2 * HOUR)
    assert len(told(app.database, "new")) == number
    elsewhere.database.dispose()


@pytest.mark.parametrize("stream", ["people", "workflow:office-deal"])
def test_an_entry_of_no_lead_is_told_as_well(app: Engine, stream: str) -> None:
    listen(app.database, "books", "person", "activated")
    app.add_person("dan@example.com", "sales", at=MONDAY)
    app.activate(AGREEMENT.replace("within: 4h", "within: 3h"), at=MONDAY)
    assert stream in [found for found, _ in told(app.database, "books").values()]
