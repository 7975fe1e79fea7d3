"""People as the engine keeps them: rows are ended, never overwritten, and nothing works backwards."""

from __future__ import annotations

from typing import Any

import pytest
from support.office import (
    ANNA,
    BO,
    CIA,
    DAY,
    FOUNDED,
    FRIDAY,
    HOUR,
    MIA,
    MONDAY,
    NORA,
    Present,
    handed_over,
    on_one_database,
    stored,
    the_log,
)

from slaflow.engine.app import Engine
from slaflow.engine.setup.absences import InvalidAbsence
from slaflow.engine.setup.recording import TeamOfOtherParty
from slaflow.errors import SlaflowError, UnknownName
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import people as store
from slaflow.store.rows.outbox import list_messages

WARNED = MONDAY + HOUR
"""Past half and 80 per cent of four office hours from Friday 14:30 on, and not due yet."""


def rows(app: Engine, email: str) -> list[tuple[Any, ...]]:
    with app.database.read() as conn:
        everybody = store.directory(conn).people
    return [(p.valid_from, p.valid_until, p.team, p.order) for p in everybody if p.email == email]


def told(app: Engine, kind: str = "warned") -> set[str]:
    return {recipient for _, _, recipient, of in stored(app.database)["told"] if of == kind}


def test_a_persons_row_is_ended_and_a_new_one_keeps_their_place(app: Engine) -> None:
    app.add_person("ANNA@example.com", "sales", team=None, name="Anna", at=FRIDAY)
    app.add_person(ANNA, "sales", team="nordics", at=MONDAY)
    assert rows(app, ANNA) == [
        (FOUNDED, FRIDAY, "nordics", 2),
        (FRIDAY, MONDAY, None, 2),
        (MONDAY, None, "nordics", 2),
    ]
    assert [p.email for p in app.people(FRIDAY)] == [MIA, ANNA, BO, CIA, NORA]
    assert [p.team for p in app.people(FRIDAY)][1] is None


def test_who_was_removed_and_comes_back_keeps_their_place_too(app: Engine) -> None:
    app.remove_person(ANNA, at=FRIDAY)
    assert [p.email for p in app.people(FRIDAY)] == [MIA, BO, CIA, NORA]
    app.add_person(ANNA, "sales", team="nordics", at=MONDAY)
    assert [p.email for p in app.people(MONDAY)] == [MIA, ANNA, BO, CIA, NORA]
    assert rows(app, ANNA) == [(FOUNDED, FRIDAY, "nordics", 2), (MONDAY, None, "nordics", 2)]


def test_every_change_of_people_is_in_the_log(app: Engine) -> None:
    app.add_person(ANNA, "sales", team="nordics", manager=MIA.upper(), name="Anna", role="admin", at=FRIDAY)
    app.send_away(BO, MONDAY, MONDAY + DAY, at=FRIDAY)
    app.remove_person(CIA, at=FRIDAY)
    last = [e.as_json() for e in app.log(LogFilter(kind="person"))][-3:]
    assert [(e["stream"], e["class"], e["at"], e["data"]) for e in last] == [
        ("people", "input", "2026-03-06T13:30:00Z", data)
        for data in (
            {"change": "recorded", "email": ANNA, "party": "sales", "name": "Anna", "team": "nordics",
             "manager": MIA, "role": "admin", "order": 2},
            {"change": "away", "email": BO, "from": "2026-03-09T08:00:00Z", "until": "2026-03-10T08:00:00Z"},
            {"change": "removed", "email": CIA},
        )
    ]  # fmt: skip
    assert app.verify().bad is None


def test_an_absence_takes_effect_when_it_is_recorded_and_not_before(app: Engine) -> None:
    """Told on Friday at four that Anna has been away since noon; the lead of half past two is hers."""
    early = handed_over(app, "kim", FRIDAY)
    app.send_away(BO, FRIDAY - 2 * HOUR, MONDAY + DAY, at=FRIDAY + HOUR)
    late = handed_over(app, "liv", FRIDAY + HOUR)
    assert [app.show(lead, at=FRIDAY + HOUR)["owner"] for lead in (early, late)] == [ANNA, CIA]


@on_one_database
def test_an_absence_is_over_at_its_end(app: Engine) -> None:
    app.send_away(ANNA, FRIDAY, MONDAY, at=FRIDAY)
    owners = [
        app.show(handed_over(app, name, at), at=at)["owner"]
        for name, at in (("kim", FRIDAY), ("liv", MONDAY))
    ]
    assert owners == [BO, CIA]
    assert app.show(handed_over(app, "ola", MONDAY), at=MONDAY)["owner"] == ANNA


@on_one_database
def test_messages_for_who_is_away_go_to_the_desk(app: Engine) -> None:
    handed_over(app)
    app.send_away(ANNA, FRIDAY + HOUR, MONDAY + DAY, at=FRIDAY)
    app.tick(WARNED)
    assert told(app) == {"sales-desk@example.com", MIA}


@on_one_database
def test_who_was_removed_counts_as_away(app: Engine) -> None:
    """The lead stays with them until somebody assigns it, but nobody writes to them."""
    lead = handed_over(app)
    app.remove_person(ANNA, at=FRIDAY + HOUR)
    app.tick(WARNED)
    assert told(app) == {"sales-desk@example.com"}
    assert app.show(lead, at=WARNED)["owner"] == ANNA


@on_one_database
def test_who_was_removed_gets_no_more_leads(app: Engine) -> None:
    app.remove_person(ANNA, at=FRIDAY)
    leads = [handed_over(app, name) for name in ("kim", "liv", "ola")]
    assert [app.show(lead, at=FRIDAY)["owner"] for lead in leads] == [BO, CIA, BO]


def test_people_are_judged_as_of_the_steps_instant(app: Engine) -> None:
    """Bo left after the breach had passed the lead on to him; that a tick noticed later changes nothing."""
    lead = handed_over(app)
    app.remove_person(BO, at=MONDAY + 2 * HOUR)
    app.tick(MONDAY + 3 * HOUR)
    pick = the_log(app, lead)[-1]
    assert (pick["kind"], pick["at"], pick["data"]["to"]) == ("assigned", "2026-03-09T09:30:00Z", BO)


@on_one_database
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"party": "slaes"}, 'unknown party "slaes"; did you mean "sales"?'),
        ({"party": "sales", "team": "nordic"}, 'unknown team "nordic"; did you mean "nordics"?'),
        ({"party": "sales", "calendar": "ofice"}, 'unknown calendar "ofice"; did you mean "office"?'),
        (
            {"party": "sales", "manager": "mio@example.com"},
            f'unknown user "mio@example.com"; did you mean "{MIA}"?',
        ),
    ],
)  # fmt: skip
def test_a_place_nobody_declared_is_refused_with_the_nearest(
    app: Engine, given: dict[str, str], words: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        app.add_person("ed@example.com", **given)
    assert str(caught.value) == words
    assert rows(app, "ed@example.com") == []


@on_one_database
def test_a_person_is_of_the_teams_party(app: Engine) -> None:
    with pytest.raises(TeamOfOtherParty, match='team "growth" belongs to marketing, not to sales'):
        app.add_person("ed@example.com", "sales", team="growth")


@on_one_database
def test_an_absence_ends_after_it_starts(app: Engine) -> None:
    with pytest.raises(InvalidAbsence):
        app.send_away(ANNA, MONDAY, MONDAY)
    with pytest.raises(UnknownName):
        app.send_away("ana@example.com", FRIDAY, MONDAY)


def test_an_actor_is_a_party_or_a_person_known_now(app: Engine) -> None:
    handed_over(app, at=FRIDAY)
    assert app.actor("sales").party == "sales"
    assert (app.actor(ANNA).name, app.actor(ANNA).party) == (ANNA, "sales")
    with pytest.raises(UnknownName, match=ANNA):
        app.actor(ANNA[1:])


def test_who_stands_in_hears_and_the_log_knows_it(app: Engine, present: Present) -> None:
    app.send_away(BO, MONDAY, MONDAY + DAY)
    app.send_away(ANNA, FRIDAY, MONDAY + DAY, stand_in=CIA.upper())
    plain, named = [e.data or {} for e in app.log() if (e.data or {}).get("change") == "away"]
    assert "stand_in" not in plain
    assert named["stand_in"] == CIA
    lead = handed_over(app)
    app.assign(lead, ANNA, MIA, at=FRIDAY)
    present.at = FRIDAY + 3 * HOUR
    app.tick(at=present.at)
    with app.database.read() as conn:
        assert {stored.message.recipient for stored in list_messages(conn)} == {CIA}
    assert app.replay().ok


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (ANNA, "anna@example.com cannot stand in for themselves; name another with --stand-in"),
        (
            NORA,
            "nora@example.com is of marketing, and anna@example.com of sales; name somebody of",
        ),
        ("cya@example.com", 'unknown user "cya@example.com"; did you mean "cia@example.com"?'),
    ],
)
def test_who_cannot_stand_in_is_refused(app: Engine, named: str, said: str) -> None:
    before = len(list(app.log()))
    with pytest.raises(SlaflowError) as refused:
        app.send_away(ANNA, FRIDAY, MONDAY, stand_in=named)
    assert said in str(refused.value)
    assert len(list(app.log())) == before
