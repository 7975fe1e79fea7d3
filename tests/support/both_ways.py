"""Reports as rows tell them and as the log alone does, and weeks to report on."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.office import AGREEMENT, DAY, FOUNDED, SALES, Present, a_history, staffed, together
from support.weeks import END, START

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.lifecycle.events import Fired
from slaflow.report import question
from slaflow.report.content import content
from slaflow.report.handoffs import handoffs
from slaflow.report.journey import journey
from slaflow.report.losses import losses
from slaflow.report.returns import returns
from slaflow.report.waste import waste
from slaflow.store.database import Database

REPORTS = {
    "handoffs": handoffs, "returns": returns, "waste": waste,
    "losses": losses, "content": content, "journey": journey,
}  # fmt: skip
QUESTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"start": START + 3 * DAY, "by": "owner"},
    {"end": START + 9 * DAY, "by": "team"},
    {"start": START + 2 * DAY, "end": START + 12 * DAY, "by": "month"},
    {"by": "country"},
)
"""Periods with and without ends, in one and by each grouping."""
WHOLE = QUESTIONS[:1]
Questions = Sequence[dict[str, Any]]
REOPENED = AGREEMENT.replace(
    "transitions:\n",
    "transitions:\n  - {trigger: reopen, from: won, to: accepted, by: sales}\n"
    "  - {trigger: finish, from: [nurturing, mql], to: won, by: [marketing, sales]}\n",
)
LATER = (
    REOPENED.replace("mail: {by: sales, attempt: email}", "mail: {by: sales}")
    .replace(
        "calendar: office, assign: round_robin}\n  growth",
        "calendar: evenings, assign: round_robin}\n  growth",
    )
    .replace("lead:\n  identity", "  evenings: {hours: {mon-sat: [12:00-22:00]}}\nlead:\n  identity")
    .replace(", auto: true", ", auto: false")
)
"""Another version: mails are no attempts, and the team works in the evening."""
AT = END + DAY


def some_questions() -> Questions:
    """All there is, and one more by chance, which is each of them before long."""
    return [*WHOLE, random.choice(QUESTIONS[1:])]


def tell(app: Engine, questions: Questions = WHOLE) -> dict[str, Any]:
    """Every report that is made of rows, to these questions."""
    return {
        f"{name} {asked}": report(app, **asked, at=AT)
        for name, report in REPORTS.items()
        for asked in questions
    }


def rows_tell(app: Engine, at: datetime = AT) -> bool:
    """Whether reports read rows, as of then."""
    with app.database.read() as conn:
        return question.reckonings_at(conn, at) is not None


def differing(
    app: Engine,
    monkeypatch: pytest.MonkeyPatch,
    questions: Questions = WHOLE,
    told: dict[str, Any] | None = None,
) -> list[str]:
    """The reports that rows tell otherwise than the log; *told* is what rows tell, where that is known."""
    told = told or tell(app, questions)
    with monkeypatch.context() as patched:
        patched.setattr(question, "reckonings_at", lambda *_: None)
        logged = tell(app, questions)
    return [name for name in told if told[name] != logged[name]]


def eventful(database: Database) -> None:
    """Weeks of leads, told late and out of turn, under two versions, with people who come and go."""
    app = staffed(Engine(database, now=Present(END)), REOPENED)
    chance = random.Random(7)  # not for secrets
    first = app.active()
    app.activate(LATER, at=FOUNDED + DAY)
    later = app.active()
    asks = a_history(first, 71, leads=14, events=260, start=START)
    for trigger in ("finish", "reopen") * 20:
        at = START + timedelta(minutes=chance.randint(6 * 1440, 20 * 1440))
        asks.append(Ask(chance.randint(1, 14), Fired(trigger), SALES, at))
    asks.sort(key=lambda ask: ask.at or START)
    for some in _batches(asks, chance):
        versions = (later if each.workflow and each.lead_id % 2 else each.workflow for each in some)
        told = [
            replace(each, occurred_at=_happened(each.at, chance), workflow=version)
            for each, version in zip(some, versions, strict=True)
        ]
        together(app, told, END, lenient=True)
        if chance.random() < 0.3 and some[-1].at is not None:
            app.tick(some[-1].at)
    app.tick(END)


def _batches(asks: list[Any], chance: random.Random) -> Iterator[list[Any]]:
    begin = 0
    while begin < len(asks):
        size = chance.choice((1, 1, 2, 5, 40))
        yield asks[begin : begin + size]
        begin += size


def _happened(at: datetime | None, chance: random.Random) -> datetime | None:
    """The arrival, or some hours or days before it."""
    late = chance.choice((0, 0, 0, 1, 5, 30, 90, 200))
    return None if at is None or not late else max(at - timedelta(hours=late), FOUNDED)
