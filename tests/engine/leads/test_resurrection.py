"""Who was erased does not come back unnoticed: known by a keyed digest, recorded anew only on purpose."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from support.builders import SALT
from support.known_person import LATER, REASON, a_person_is_known
from support.office import DAY, FRIDAY, handed_over, kinds, on_one_database, statements, stored, the_chain

from slaflow.engine.app import Engine
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask
from slaflow.engine.leads.resurrection import IdentityErased
from slaflow.errors import REFUSED
from slaflow.lifecycle.events import Created
from slaflow.lifecycle.lead import SYSTEM_ACTOR

KIM = "kim@example.com"
WORDS = "a lead of this identity was erased on 2026-03-11; with --resurrect it is recorded anew"


def erased(app: Engine, *identities: str) -> int:
    """Kim, erased after bearing all of *identities* in turn; gives the lead's number."""
    lead = handed_over(app)
    for identity in identities:
        app.change(lead, {"email": identity}, "marketing", at=LATER)
    app.erase(lead, REASON, "sales", at=LATER)
    return lead


def add(app: Engine, email: str = KIM, **options: Any) -> Any:
    return app.add({"email": email}, "marketing", at=LATER + DAY, **options)["id"]


def rows(app: Engine, table: str) -> list[Any]:
    with app.database.read() as conn:
        return [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {table}")]


def test_an_erased_identity_is_told_and_leaves_nothing(app: Engine) -> None:
    erased(app)
    other = handed_over(app, "liv")
    before, held = the_chain(app), stored(app.database)
    for call in (
        lambda: add(app),
        lambda: add(app, "KIM@Example.com"),
        lambda: app.change(other, {"email": KIM}, "marketing", at=LATER + DAY),
    ):
        with pytest.raises(IdentityErased) as caught:
            call()
        assert (str(caught.value), caught.value.exit_code) == (WORDS, REFUSED)
    assert (the_chain(app), stored(app.database)) == (before, held)


@pytest.mark.parametrize(
    "back",
    [
        lambda app: app.add({"email": KIM}, "marketing", resurrect=True)["id"],
        lambda app: app.change(2, {"email": KIM}, "marketing", resurrect=True)["id"],
    ],
    ids=["added", "changed"],
)
def test_on_purpose_it_is_recorded_anew_and_is_a_lead_like_any_other(
    app: Engine, back: Callable[[Engine], int]
) -> None:
    erased(app)
    add(app, "liv@example.com")
    lead = back(app)
    assert app.show(KIM)["id"] == lead != 1
    assert rows(app, "erased_identity") == []
    app.change(lead, {"email": "kim@example.org"}, "marketing")
    app.change(lead, {"email": KIM}, "marketing")
    app.erase(lead, REASON, "sales", at=LATER)
    with pytest.raises(IdentityErased):
        add(app)
    assert app.verify().bad is None
    assert app.replay().ok


def test_every_identity_that_it_had_is_known_again(app: Engine) -> None:
    erased(app, "kim@example.org", "k.im@example.com")
    for identity in (KIM, "kim@example.org", "k.im@example.com"):
        with pytest.raises(IdentityErased):
            add(app, identity)
    add(app, "erased-1@example.com")


@on_one_database
def test_what_another_lead_is_called_by_now_is_that_leads(app: Engine) -> None:
    """Kim's address was mistyped at first: it is Liv's."""
    lead = handed_over(app, "liv")
    app.change(lead, {"email": KIM}, "marketing", at=LATER)
    liv = add(app, "liv@example.com")
    app.erase(lead, REASON, "sales", at=LATER)
    app.change(liv, {"email": "liv@example.org"}, "marketing", at=LATER + DAY)
    assert add(app, "liv@example.com")


def test_nothing_kept_tells_who_it_was_without_this_databases_key(app: Engine, other: Engine) -> None:
    for each in (app, other):
        each.erase(a_person_is_known(each), REASON, "sales", at=LATER)
    ((digest, day),) = rows(app, "erased_identity")
    ((_, key),) = rows(app, "secret")
    assert (len(digest), len(key), day) == (64, 32, "2026-03-11")
    assert digest != sha256(b"zyxkim@example.com").hexdigest()
    assert rows(other, "erased_identity") != rows(app, "erased_identity")
    assert bytes(key).hex() not in str([entry.as_json() for entry in app.log()])


@on_one_database
def test_without_the_key_nobody_is_known_again(app: Engine) -> None:
    erased(app)
    with app.database.write() as conn:
        conn.exec_driver_sql("DELETE FROM secret")
    lead = add(app)
    app.erase(lead, REASON, "sales", at=LATER + DAY)
    with pytest.raises(IdentityErased):
        add(app)


@on_one_database
def test_the_write_path_itself_turns_it_away_whoever_asks(app: Engine) -> None:
    erased(app)
    workflow = app.active()

    def created(number: int, name: str, **options: bool) -> Ask:
        new = Created(number, name, {"email": name}, SALT)
        return Ask(number, new, SYSTEM_ACTOR, LATER + DAY, workflow=workflow, **options)

    with app.database.write() as conn:
        asks = [created(7, KIM), created(8, "liv@example.com"), created(9, KIM, resurrect=True)]
        outcomes = in_transaction(app, conn, asks, now=LATER + DAY, lenient=True)
    told = [(str(each.error or ""), each.resurrected) for each in outcomes]
    assert told == [(WORDS, False), ("", False), ("", True)]
    assert [lead["id"] for lead in app.leads()] == [1, 8, 9]


@on_one_database
def test_what_makes_no_lead_asks_nothing_of_the_erased(app: Engine) -> None:
    erased(app)
    lead = handed_over(app, "liv")
    with statements() as sent:
        app.fire(lead, "accept", "sales", at=FRIDAY + DAY)
        app.change(lead, {"company": "Acme"}, "sales", at=FRIDAY + DAY)
    assert "accept" in [entry.trigger for entry in app.log()]
    assert [text for text in sent if "erased_identity" in text or "secret" in text] == []
    assert kinds(app, 1)[-1] == "clock_cancelled"
