"""What a form says will come of a dispute or a ruling, where the agreement has answers be owed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.office import AGREEMENT, ANNA, FOUNDED, FRIDAY, HOUR, MONDAY, NORA, Present, handed_over, staffed
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk.deeds import Kind
from slaflow.engine.desk.form import form
from slaflow.lifecycle.lead import Actor
from slaflow.store.database import Database

ANSWERED = AGREEMENT.replace(
    "timers:",
    """\
  rule:
    owed_by: marketing
    start: [{dispute: respond}, {dispute: {return: return_reason}}]
    while: [nurturing, mql, accepted, returned]
    meet: [{ruling: respond}, {ruling: {return: return_reason}}]
    within: 2d
    calendar: office
timers:""",
    1,
)
HEAD = "head@example.com"


def answered_to(database: Database) -> None:
    app = staffed(Engine(database, now=lambda: FRIDAY), ANSWERED)
    app.add_person(HEAD, "marketing", role="manager", at=FOUNDED)
    handed_over(app)


@pytest.fixture
def disputed_by(world_of: Callable[[Fill], Database]) -> tuple[Engine, Present]:
    present = Present(MONDAY + 2 * HOUR)
    return Engine(world_of(answered_to), now=present), present


def told(app: Engine, who: Actor, kind: Kind, name: str) -> str:
    page = form(app, 1, who, kind, name)
    assert page is not None
    return " ".join(page.consequences)


def test_the_answer_that_is_owed_is_said_before_and_its_being_kept_after(
    disputed_by: tuple[Engine, Present],
) -> None:
    app, _ = disputed_by
    sales, head = Actor(ANNA, "sales"), Actor(HEAD, "marketing")
    assert "From then on marketing owes: rule." in told(app, sales, "dispute", "respond")
    assert "It keeps" not in told(app, head, "lift", "respond"), "nobody disputes it yet"
    app.dispute(1, "respond", "as was said", ANNA)
    assert "It keeps rule." in told(app, head, "lift", "respond")
    assert "It keeps rule." in told(app, head, "uphold", "respond")


def test_what_nobody_promised_or_gave_back_has_no_form(disputed_by: tuple[Engine, Present]) -> None:
    app, _ = disputed_by
    sales = Actor(ANNA, "sales")
    assert form(app, 1, sales, "dispute", "thaw") is None, "a timer is no promise"
    assert form(app, 1, sales, "dispute_return", "amount") is None
    page = form(app, 1, sales, "dispute_return", "return_reason")
    assert page is not None
    assert [each.words for each in page.deed.refused] == ["the lead was not handed back with a return_reason"]


def test_of_a_promise_that_a_new_version_lacks_who_may_is_as_it_was(
    disputed_by: tuple[Engine, Present],
) -> None:
    app, _ = disputed_by
    app.tick()
    app.activate(ANSWERED.replace("respond", "reply_soon"))
    app.migrate("office-deal")
    said = {
        who.name: {deed.kind for deeds in lead_desk.show(app, 1, who).sayings.values() for deed in deeds}
        for who in (Actor(ANNA, "sales"), Actor(NORA, "marketing"), Actor(HEAD, "marketing"))
    }
    assert said == {ANNA: {"dispute"}, NORA: set(), HEAD: {"lift"}}
