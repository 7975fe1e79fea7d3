"""Signatures under an agreement's very text, and an agreement that waits for them."""

from __future__ import annotations

import json

import pytest
from support.forgery import change
from support.office import ANNA, DAY, FOUNDED, HOUR, MIA, NORA, Present, staffed

from slaflow.engine.app import Engine
from slaflow.engine.permits import NotPermitted
from slaflow.engine.setup.agreement_signatures import (
    NothingToWithdraw,
    TextAlreadySigned,
    Unsigned,
)
from slaflow.engine.setup.signatures import NotAParty
from slaflow.errors import UnknownName
from slaflow.store.database import Database
from slaflow.workflow.errors import WorkflowError

FREE = """\
workflow: pact
timezone: UTC
parties: [marketing, sales]
lead: {fields: {email: email}}
states: {nurturing: {held_by: marketing, initial: true}, mql: {held_by: sales}, won: {final: true}}
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: win, from: mql, to: won, by: sales}
targets:
  respond: {owed_by: sales, start: {enter: mql}, meet: {trigger: win}, within: 4h}
"""
BOUND = FREE + "signatures: [marketing, sales]\n"
LATER = FOUNDED + DAY


@pytest.fixture
def app(database: Database) -> Engine:
    """An office with a manager in sales and none in marketing, whose agreement is another one."""
    return staffed(Engine(database, now=Present()))


def signed(app: Engine, text: str, *by: str) -> Engine:
    for each in by:
        app.sign_agreement(text, each, at=LATER)
    return app


def missing(app: Engine, text: str) -> list[str]:
    return list(app.may_activate(text)["missing"])


def test_an_agreement_is_in_force_once_both_have_signed_its_very_text(app: Engine) -> None:
    with pytest.raises(Unsigned, match="marketing has not signed this very text; sales has not"):
        app.activate(BOUND, at=LATER)
    assert [version.name for version in app.versions()] == ["office-deal"]
    first = app.sign_agreement(BOUND, MIA, at=LATER)
    assert (first["party"], first["actor"], first["missing"]) == ("sales", MIA, ["marketing"])
    signed(app, BOUND + "# a comment more\n", "marketing")
    assert missing(app, BOUND) == ["marketing"]
    assert app.sign_agreement(BOUND, "marketing", at=LATER)["missing"] == []
    done = app.activate(BOUND, at=LATER)
    standing = app.agreement_signatures(done.digest)
    assert [(each["party"], each["actor"]) for each in standing["signatures"]] == [
        ("sales", MIA), ("marketing", "marketing"),
    ]  # fmt: skip
    assert standing["missing"] == []
    assert app.replay().ok


def test_leaving_the_line_out_gets_nobody_rid_of_signing(app: Engine) -> None:
    signed(app, BOUND, MIA, "marketing").activate(BOUND, at=LATER)
    with pytest.raises(Unsigned):
        app.activate(FREE, at=LATER + HOUR)
    signed(app, FREE, MIA, "marketing").activate(FREE, at=LATER + HOUR)
    app.activate(BOUND, at=LATER + 2 * HOUR)  # signed once, and signed still
    assert app.replay().ok


def test_what_was_signed_is_taken_back_until_it_is_in_force(app: Engine) -> None:
    signed(app, BOUND, MIA, "marketing")
    assert app.withdraw_signature(BOUND, MIA, "the budget changed", at=LATER)["missing"] == ["sales"]
    with pytest.raises(Unsigned, match=r"sales took its signature back at \S+: the budget changed"):
        app.activate(BOUND, at=LATER)
    with pytest.raises(NothingToWithdraw, match="no signature of sales stands"):
        app.withdraw_signature(BOUND, MIA, "again", at=LATER)
    signed(app, BOUND, MIA).activate(BOUND, at=LATER)
    with pytest.raises(NothingToWithdraw, match="is in force since"):
        app.withdraw_signature(BOUND, MIA, "too late", at=LATER)


@pytest.mark.parametrize(
    ("who", "error", "words"),
    [
        (ANNA, NotPermitted, "a manager or admin signs for their party, not anna"),
        (NORA, NotPermitted, "a manager or admin signs for their party, not nora"),
        ("sales", NotPermitted, r"a manager or admin signs for sales \(mia@example.com\), not sales"),
        ("lead", NotAParty, "lead is no party to pact; a manager or admin of marketing or sales signs it"),
        ("olga@example.com", NotPermitted, "not olga"),
        ("mja@example.com", UnknownName, 'did you mean "mia@example.com"'),
    ],
)
def test_only_who_may_speak_for_a_side_signs(
    app: Engine, who: str, error: type[Exception], words: str
) -> None:
    app.add_person("olga@example.com", "sales", role="auditor", at=FOUNDED)
    before = len(list(app.log()))
    with pytest.raises(error, match=words):
        app.sign_agreement(BOUND, who, at=LATER)
    assert len(list(app.log())) == before


def test_a_side_signs_a_text_once(app: Engine) -> None:
    signed(app, BOUND, MIA)
    app.add_person("max@example.com", "sales", role="admin", at=FOUNDED)
    with pytest.raises(TextAlreadySigned, match=r"sales has signed version \w{12} of pact already, by mia"):
        app.sign_agreement(BOUND, "max@example.com", at=LATER + HOUR)


def test_a_text_with_errors_is_signed_by_nobody(app: Engine) -> None:
    with pytest.raises(WorkflowError):
        app.sign_agreement(BOUND.replace("within: 4h", "within: soon"), MIA, at=LATER)


def test_nobody_need_be_known_before_the_first_agreement(database: Database) -> None:
    app = Engine(database, now=Present())
    signed(app, BOUND, "marketing", "sales").activate(BOUND, at=LATER)
    assert app.active().name == "pact"


def test_an_auditor_finds_an_agreement_that_was_put_in_force_unsigned(app: Engine) -> None:
    """By somebody who owns the database, and writes the signature into another agreement's stream."""
    signed(app, BOUND, MIA, "marketing").activate(BOUND, at=LATER)
    change(app, "UPDATE entry SET stream = 'workflow:other' WHERE kind = 'signed' AND actor = :who", who=MIA)
    report = app.replay()
    assert [f.reason for f in report.findings if f.stream == "workflow:pact"] == [
        f"version {app.active('pact').digest[:12]} was put in force although sales has not signed this "
        "very text"
    ]


def test_what_stood_in_force_before_signatures_were_asked_for_is_no_finding(app: Engine) -> None:
    """As an earlier release wrote it: the text names who signs, and nothing else does."""
    signed(app, BOUND, MIA, "marketing").activate(BOUND, at=LATER)
    (entry,) = [each for each in app.log() if each.kind == "activated" and "signatures" in each.data]
    data = {key: value for key, value in entry.data.items() if key != "signatures"}
    change(app, "UPDATE entry SET data = :data WHERE id = :id", data=json.dumps(data), id=entry.id)
    change(app, "DELETE FROM entry WHERE kind = 'signed'")
    assert app.replay().ok
