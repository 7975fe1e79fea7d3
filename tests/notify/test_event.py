"""What a receiver is sent is a CloudEvent, the same entry as in the log, and tells of no prospect unasked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from support.listening import listen, told
from support.office import AGREEMENT, ANNA, FRIDAY, HOUR, MONDAY, Present, handed_over, statements

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import KINDS, instant_text
from slaflow.notify.channels.webhook import TYPE
from slaflow.notify.event import Event, events_of
from slaflow.store.log.checkpoints import identity_of

COMPANY = "Nobody's Business AB"


@pytest.fixture
def app(app: Engine, present: Present) -> Engine:
    """A lead that was accepted, and a promise that was broken."""
    listen(app.database, "books", *KINDS)
    handed_over(app, company=COMPANY)
    app.fire(1, "return", ANNA, {"return_reason": "no_fit"}, at=FRIDAY + HOUR)
    handed_over(app, "lee", at=FRIDAY)
    app.add_person("dan@example.com", "sales", at=FRIDAY + 2 * HOUR)
    present.at = MONDAY + 3 * HOUR
    app.tick()
    return app


def events(app: Engine, *, personal: bool) -> dict[tuple[str, int], Event]:
    """The event of every entry that the receiver is told of."""
    places = told(app.database, "books")
    with app.database.read() as conn:
        found = events_of(conn, list(places), personal=personal)
    assert set(found) == set(places)
    return {places[message]: event for message, event in found.items()}


def of_kind(app: Engine, kind: str, *, personal: bool = False) -> dict[str, Any]:
    """The body of the first event of a kind."""
    place = next(
        (entry.stream, entry.seq) for entry in app.log() if entry.kind == kind and entry.at >= FRIDAY
    )
    return dict(json.loads(events(app, personal=personal)[place].body))


def test_cloudevents_reads_what_the_log_says(app: Engine) -> None:
    by_place = events(app, personal=True)
    with app.database.read() as conn:
        source = f"/slaflow/{identity_of(conn)}"
    log = {(entry.stream, entry.seq): entry for entry in app.log()}
    for place, event in by_place.items():
        entry = log[place]
        read = from_structured_event(HTTPMessage({"content-type": TYPE}, event.body.encode()))
        assert (read.get_id(), event.id) == (entry.hash, entry.hash)
        assert (read.get_source(), read.get_type()) == (source, f"slaflow.{entry.kind}")
        assert (read.get_time(), read.get_extension("sequence")) == (entry.at, f"{entry.seq:010}")
        assert read.get_subject() == (entry.stream if entry.lead is None else str(entry.lead))
        assert read.get_data()["entry"] == {k: v for k, v in entry.as_json().items() if k != "data_hash"}


def test_a_breach_tells_which_promise_of_which_lead_and_how_it_stands_now(
    app: Engine, present: Present
) -> None:
    breached = of_kind(app, "breached")
    assert (breached["subject"], breached["type"]) == ("2", "slaflow.breached")
    entry, lead = breached["data"]["entry"], breached["data"]["lead"]
    assert (entry["target"], entry["clock"], entry["step"]) == ("respond", 1, "100%")
    shown = app.latest(2)
    assert lead == {
        "id": 2,
        "state": "mql",
        "owner": shown["owner"],
        "workflow": "office-deal",
        "external": {},
        "as_of": instant_text(max(each.at for each in app.log() if each.lead == 2)),
    }


def test_without_personal_no_word_of_a_prospect_is_in_any_event(app: Engine) -> None:
    bodies = "".join(event.body for event in events(app, personal=False).values())
    for value in ("kim@example.com", "lee@example.com", COMPANY, "no_fit"):
        assert value not in bodies
    for event in events(app, personal=False).values():
        assert not {"data", "reason", "data_hash"} & set(json.loads(event.body)["data"]["entry"])


def test_with_personal_the_data_and_the_leads_fields_are_there(app: Engine) -> None:
    created = of_kind(app, "created", personal=True)["data"]
    assert created["entry"]["data"]["fields"]["company"] == COMPANY
    assert (created["lead"]["key"], created["lead"]["fields"]["company"]) == ("kim@example.com", COMPANY)
    assert "data_hash" not in created["entry"]


def test_what_was_erased_is_in_no_event_any_more_and_the_erasure_is_told(
    app: Engine, present: Present
) -> None:
    present.at = MONDAY + 5 * HOUR
    app.erase(1, "asked for it", "sales")
    of_the_lead = {place: e for place, e in events(app, personal=True).items() if place[0] == "lead:1"}
    bodies = "".join(event.body for event in of_the_lead.values())
    assert "slaflow.erased" in bodies
    assert not any(value in bodies for value in ("kim@example.com", COMPANY))


def test_an_entry_of_no_lead_has_its_stream_as_subject_and_no_lead(app: Engine) -> None:
    app.activate(AGREEMENT.replace("within: 4h", "within: 3h"), at=MONDAY)
    activated = of_kind(app, "activated")
    assert (activated["subject"], activated["data"]["lead"]) == ("workflow:office-deal", None)
    assert of_kind(app, "person")["subject"] == "people"


def test_events_of_any_number_of_messages_take_three_statements(app: Engine) -> None:
    numbers = []
    for few in (list(told(app.database, "books"))[:1], list(told(app.database, "books"))):
        with app.database.read() as conn, statements() as sent:
            assert len(events_of(conn, few, personal=True)) == len(few)
        numbers.append(len([text for text in sent if text.startswith("SELECT")]))
    assert numbers == [3, 3]


def test_a_message_whose_entry_is_gone_has_no_event(app: Engine) -> None:
    with app.database.read() as conn:
        assert events_of(conn, [0, 10**9], personal=False) == {}
