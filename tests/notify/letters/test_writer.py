"""What a message says as of sending: to whom, why, how things stand by then, and when it is said no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from support.builders import utc
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, Present, handed_over

from slaflow.engine.app import Engine
from slaflow.notify.letters.letter import Letter
from slaflow.notify.letters.truth import Gone
from slaflow.notify.letters.writer import letters_of
from slaflow.settings.reach import Reach
from slaflow.store.rows.outbox import Stored, list_messages

SALES_DESK, DEMAND_DESK = "sales-desk@example.com", "demand-desk@example.com"
HALF = FRIDAY + 2 * HOUR
BREACH = utc("2026-03-09T09:30")
"""An hour and a half of Monday's opening added to Friday's two and a half hours."""


@dataclass(frozen=True)
class Way:
    id: int
    message: int
    channel: str
    address: str
    person: str | None


def told(app: Engine) -> Sequence[Stored]:
    with app.database.read() as conn:
        return list_messages(conn)


def of(app: Engine, recipient: str, kind: str, step: str | None = None) -> Stored:
    """The message of that kind to that recipient."""
    found = [
        each for each in told(app)
        if each.message.recipient == recipient and each.message.kind == kind
        and (step is None or each.message.step == step)
    ]  # fmt: skip
    assert len(found) == 1, found
    return found[0]


def letter(app: Engine, stored: Stored, *, is_person: bool = True) -> Letter | Gone:
    """What that message says by now."""
    recipient = stored.message.recipient
    way = Way(1, stored.id, "mail", recipient, recipient if is_person else None)
    with app.database.read() as conn:
        return letters_of(app, conn, [way], Reach(), app.now())[1]


def written(app: Engine, stored: Stored, *, is_person: bool = True) -> Letter:
    found = letter(app, stored, is_person=is_person)
    assert isinstance(found, Letter), found
    return found


@pytest.fixture
def handed(app: Engine) -> int:
    """A lead that sales has had since Friday afternoon; Anna owns it."""
    return handed_over(app, company="Acme\r\nPay here:\nhttps://evil.example", country="SE")


def come(app: Engine, present: Present, at: object) -> None:
    present.at = at  # type: ignore[assignment]
    app.tick()


def test_the_owner_is_told_how_much_time_is_left_as_of_sending(
    app: Engine, present: Present, handed: int
) -> None:
    come(app, present, HALF + timedelta(minutes=1))
    present.at = HALF + timedelta(minutes=20)
    found = written(app, of(app, ANNA, "warned", "50%"))
    message = found.message
    assert found.reader.address == ANNA
    assert str(found.reader.zone) == "Europe/Stockholm"
    assert message.why.reason == "owner"
    assert message.title == "Accept or return within four hours"
    assert message.lead is not None
    assert (message.lead.title, message.lead.state, message.lead.party, message.lead.owner) == (
        "kim@example.com", "Marketing-qualified lead", "sales", ANNA,
    )  # fmt: skip
    assert message.clock is not None
    assert message.clock.left_seconds == 100 * 60
    assert (message.clock.due_at, message.clock.is_broken) == (BREACH, False)


def test_a_value_of_several_lines_is_on_one(app: Engine, present: Present, handed: int) -> None:
    come(app, present, HALF + timedelta(minutes=1))
    lead = written(app, of(app, ANNA, "warned", "50%")).message.lead
    assert lead is not None
    assert lead.facts == (
        ("company", "Acme Pay here: https://evil.example"), ("country", "SE"), ("on hold", False),
    )  # fmt: skip


def test_each_reader_is_told_why_they_hear(app: Engine, present: Present, handed: int) -> None:
    come(app, present, BREACH + timedelta(minutes=1))
    reasons = {
        each.message.recipient: (found.message.why.reason, found.message.why.of)
        for each in told(app)
        if each.message.kind == "breached"
        for found in (written(app, each),)
    }
    assert reasons == {
        # By then the next of the team has it.
        ANNA: ("was_owner", None),
        MIA: ("manager", ANNA),
        DEMAND_DESK: ("desk", "marketing"),
    }


def test_a_breach_is_told_whatever_came_of_it_and_says_what_did(
    app: Engine, present: Present, handed: int
) -> None:
    come(app, present, BREACH + timedelta(minutes=1))
    breach = of(app, MIA, "breached")
    present.at = BREACH + timedelta(minutes=20)
    assert written(app, breach).message.since == ()
    app.fire(handed, "accept", BO)
    present.at += timedelta(minutes=10)
    message = written(app, breach).message
    assert message.clock is not None
    assert message.clock.ended_at == BREACH + timedelta(minutes=20)
    assert message.clock.left_seconds == -20 * 60
    assert [each.sentence for each in message.since] == [
        "“Accept or return within four hours” was kept late",
        f"accept by {BO}, from “Marketing-qualified lead” to accepted",
    ]


def test_a_warning_whose_promise_has_ended_is_sent_no_more(
    app: Engine, present: Present, handed: int
) -> None:
    come(app, present, HALF + timedelta(minutes=1))
    app.fire(handed, "accept", ANNA)
    assert letter(app, of(app, ANNA, "warned", "50%")) == Gone("dropped", "its promise has ended")


def test_a_later_step_to_the_same_person_makes_an_earlier_one_needless(
    app: Engine, present: Present, handed: int
) -> None:
    come(app, present, HALF + timedelta(minutes=1))
    come(app, present, BREACH + timedelta(minutes=1))
    superseded = Gone("superseded", "a later step says it")
    assert letter(app, of(app, ANNA, "warned", "50%")) == superseded
    assert isinstance(letter(app, of(app, ANNA, "breached")), Letter)
    assert isinstance(letter(app, of(app, DEMAND_DESK, "breached")), Letter)


def test_a_warning_that_was_overtaken_says_how_it_stands(app: Engine, present: Present, handed: int) -> None:
    come(app, present, HALF + timedelta(minutes=1))
    # Nobody has carried out the breach yet, and what is shown is as if somebody had.
    present.at = BREACH + timedelta(minutes=5)
    message = written(app, of(app, ANNA, "warned", "50%")).message
    assert message.clock is not None
    assert message.clock.is_broken
    assert message.clock.left_seconds == -5 * 60


def test_a_desk_that_hears_of_a_lead_without_an_owner_hears_it_only_while_that_is_so(
    app: Engine, present: Present
) -> None:
    for email in (ANNA, BO, "cia@example.com"):
        app.send_away(email, FRIDAY - HOUR, MONDAY, at=FRIDAY - HOUR)
    lead = handed_over(app)
    desk = of(app, SALES_DESK, "unassigned")
    found = written(app, desk, is_person=False)
    assert found.reader.is_person is False
    # What has to be done about the lead, and by when: the message itself is about no promise.
    assert [(each.title, each.due_at) for each in found.message.promises] == [
        ("Accept or return within four hours", BREACH),
        ("first contact", utc("2026-03-09T16:00")),
    ]
    present.at = MONDAY
    app.assign(lead, ANNA, MIA)
    assert letter(app, desk) == Gone("dropped", "it has an owner now")


def test_of_an_erased_person_nothing_is_said(app: Engine, present: Present, handed: int) -> None:
    come(app, present, BREACH + timedelta(minutes=1))
    app.erase(handed, "asked for it", "system")
    assert {letter(app, each) for each in told(app)} == {Gone("dropped", "the person was erased")}


def test_a_letter_has_the_same_number_at_every_try_and_no_other_has_it(
    app: Engine, present: Present, handed: int
) -> None:
    come(app, present, BREACH + timedelta(minutes=1))
    first = [written(app, each).id for each in told(app) if each.message.kind == "breached"]
    present.at += HOUR
    assert [written(app, each).id for each in told(app) if each.message.kind == "breached"] == first
    assert len(set(first)) == len(first)
    threads = {written(app, each).thread for each in told(app) if each.message.kind == "breached"}
    assert len(threads) == 1
