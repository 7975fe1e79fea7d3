"""What came back: against the log, by what had let it through, in the words of who gave it back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
import pytest
from support import recount
from support.office import AGREEMENT, ANNA, BO, DAY, FRIDAY, HOUR, MONDAY, handed_over, on_one_database
from support.weeks import END, START, THEN

from slaflow.engine.app import Engine
from slaflow.report.returns import returns
from slaflow.store.rows import leads as lead_store

WITH_FEEDBACK = AGREEMENT.replace(
    "requires: {return_reason: {type: string, one_of: [no_fit, not_ready]}}",
    "requires: {return_reason: {type: string, one_of: [no_fit, not_ready]}, feedback: text}",
).replace(
    "scoring: {engagement",
    "scoring: {fit: [{when: \"lead.country == 'SE'\", points: 10, because: home market}], engagement",
)
PERIODS = [(None, None, END), (START + 2 * DAY, START + 12 * DAY, END), (None, None, THEN)]


@pytest.fixture
def spoken(app: Engine) -> Engine:
    """The office under an agreement that asks for words with every handback, and has a fit."""
    app.activate(WITH_FEEDBACK, at=FRIDAY - DAY)
    return app


def given_back(app: Engine, name: str, words: str, *, hours: int = 1, **fields: object) -> int:
    lead = handed_over(app, name, at=MONDAY, **fields)
    inputs = {"return_reason": "no_fit", "feedback": words}
    app.fire(lead, "return", BO, inputs, at=MONDAY + hours * HOUR)
    return lead


@pytest.mark.parametrize("period", PERIODS, ids=["all", "a while", "as of then"])
def test_returns_are_those_of_the_log(weeks: Engine, period: Any) -> None:
    start, end, at = period
    told = returns(weeks, start, end, at=at)
    assert orjson.loads(orjson.dumps(told)) == told
    found = recount.passages(weeks, at, start, end)
    back = [each for each in found if each.direction == "return"]
    forward = [each for each in found if each.direction == "forward"]
    assert told["returns"] == len(back) > 0
    assert told["by_system"] == sum(each.entry.party == "system" for each in back)
    assert told["handed_over"] == len(forward)
    assert told["came_back"] == sum(each.came_back for each in forward)
    assert told["return_rate"] == recount.rate(told["came_back"], len(forward))
    reasons = Counter((reason_of(each), each.entry.trigger) for each in back)
    assert {(row["reason"], row["trigger"]): row["returns"] for row in told["reasons"]} == reasons
    shares = [row["share"] for row in told["reasons"]]
    assert shares == [recount.rate(row["returns"], len(back)) for row in told["reasons"]]
    assert shares == sorted(shares, reverse=True)


def reason_of(passage: recount.Passage) -> str:
    data = passage.entry.data
    return data["inputs"].get("return_reason") or data["set"].get("return_reason") or "(none)"


def test_rounds_and_the_time_that_a_lead_was_held_are_counted(weeks: Engine) -> None:
    told = returns(weeks, at=END)
    cycles: Counter[str] = Counter()
    seconds = []
    for entries in recount.streams(weeks, END).values():
        handed = [each for each in entries if each.handoff]
        for place, each in enumerate(handed):
            if each.held_by == "sales" and each.from_state != "won":
                cycles[str(sum(before.held_by == "marketing" for before in handed[:place]))] += 1
                seconds.append(recount.elapsed(handed[place - 1].at, each.at))
    assert told["cycles"] == cycles
    assert told["held_elapsed_seconds"] == recount.spread(seconds)


@pytest.mark.parametrize("by", ["owner", "team", "month", "country"])
def test_groups_of_returns_are_by_who_gave_the_lead_back(weeks: Engine, by: str) -> None:
    with weeks.database.read() as conn:
        fields = {lead.id: lead.fields for lead in lead_store.select(conn)}
    of = recount.grouping(weeks, by, fields)
    back: Counter[str] = Counter()
    handed: Counter[str] = Counter()
    for each in recount.passages(weeks, END, None, None):
        lead, at = each.entry.lead or 0, each.entry.at
        if each.direction == "return":
            back[of(each.entry.owner, at, lead)] += 1
        elif each.direction == "forward":
            handed[of(each.entry.data["handoff"]["took"]["owner"], at, lead)] += 1
    groups = returns(weeks, at=END, by=by)["groups"]
    assert {name: row["returns"] for name, row in groups.items() if row["returns"]} == back
    assert {name: row["handed_over"] for name, row in groups.items() if row["handed_over"]} == handed


def test_the_latest_words_are_quoted_and_no_more_than_asked_for(spoken: Engine) -> None:
    first = given_back(spoken, "kim", "Budget is decided in the autumn")
    second = given_back(spoken, "liv", "Wrong country", hours=2)
    told = returns(spoken, at=MONDAY + DAY)
    assert [(row["lead"], row["feedback"]) for row in told["feedback"]] == [
        (second, "Wrong country"),
        (first, "Budget is decided in the autumn"),
    ]
    assert told["feedback"][0]["by"] == BO
    assert [row["lead"] for row in returns(spoken, at=MONDAY + DAY, quoted=1)["feedback"]] == [second]
    assert returns(spoken, at=MONDAY + HOUR, quoted=9)["feedback"][0]["lead"] == first


def test_nothing_of_an_erased_lead_is_quoted_and_it_still_counts(spoken: Engine) -> None:
    lead = given_back(spoken, "kim", "She is ill")
    with spoken.database.write() as conn:
        conn.exec_driver_sql(f"UPDATE entry SET data = NULL WHERE lead = {lead}")
    told = returns(spoken, at=MONDAY + DAY)
    assert told["feedback"] == []
    assert (told["returns"], told["came_back"]) == (1, 1)
    assert told["reasons"][0]["reason"] == "(none)"


def test_what_let_a_lead_through_is_told_as_far_as_the_handoff_tells(spoken: Engine) -> None:
    given_back(spoken, "kim", "No budget", country="SE")
    given_back(spoken, "liv", "No need", country="DE")
    kept = handed_over(spoken, "mo", at=MONDAY, country="SE")
    spoken.fire(kept, "accept", ANNA, at=MONDAY + HOUR)
    rows = returns(spoken, at=MONDAY + DAY)["let_through"]
    assert [(row["what"], row["rule"], row["handed_over"], row["came_back"]) for row in rows] == [
        ("guard", "lead.score >= 50", 3, 2),
        ("fit", "fit 10: home market", 2, 1),
        ("fit", "fit 0: no rule", 1, 1),
        ("touchpoint", "demo", 3, 2),
    ]
    assert rows[0]["trigger"] == "promote"


@on_one_database
def test_without_a_handoff_there_is_nothing_to_return(app: Engine) -> None:
    told = returns(app, at=FRIDAY)
    assert (told["returns"], told["handed_over"], told["return_rate"]) == (0, 0, None)
    assert (told["reasons"], told["let_through"], told["feedback"], told["cycles"]) == ([], [], [], {})
