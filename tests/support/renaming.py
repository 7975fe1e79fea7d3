"""An office whose leads move twice, to texts that call states and promises otherwise and give other times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from support.office import (
    AGREEMENT,
    FRIDAY,
    HOUR,
    MARKETING,
    SALES,
    Present,
    a_history,
    handed_over,
    staffed,
    together,
)
from support.weeks import END

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.lifecycle.events import Disputed, Fired, Happening, Lifted
from slaflow.store.database import Database

MOVED = FRIDAY + timedelta(days=11, hours=-1, minutes=-30)
"""A Tuesday, 13:00 in Stockholm."""
AGAIN = MOVED + timedelta(days=1)
STATES = {"accepted": "working", "mql": "offered"}
TARGETS = {"respond": "answer", "first_contact": "reach", "keep_warm": "warm"}
SECOND = (
    AGREEMENT.replace("accepted", "working").replace("mql", "offered")
    .replace("  respond:\n", "  answer:\n").replace("  first_contact:\n", "  reach:\n")
    .replace("  keep_warm:\n", "  warm:\n").replace("within: 4h", "within: 2h")
)  # fmt: skip
THIRD = SECOND.replace("  answer:\n", "  decide:\n").replace("within: 1d\n", "within: 2d\n")
RANDOM = 10
LATE, USED_UP, EARLY, PAUSED = (
    MOVED - timedelta(hours=20, minutes=30), MOVED - 3 * HOUR, MOVED - HOUR, MOVED - 2 * HOUR
)  # fmt: skip
"""Handed over then, two or three leads: broken by the move, out of time under the new text,
in time, on hold."""
FIRST = RANDOM + 1


def until_it_moves(database: Database) -> None:
    """What came before the first move; a tick right before it says what has fallen."""
    app = staffed(Engine(database, now=Present(END)))
    together(app, [ask for ask in _asks(app) if _at(ask) < MOVED], END, lenient=True)
    for place, at in enumerate((LATE, USED_UP, EARLY, PAUSED)):
        for name in "abc" if at == LATE else "ab":
            handed_over(app, f"{name}{place}", at, on_hold=at == PAUSED)
    app.tick(MOVED - HOUR / 4)
    _say(app, MOVED - HOUR / 4, {FIRST: Lifted("respond", "agreed")}, by_marketing=True)
    app.tick(MOVED - HOUR / 4)


def a_renamed_office(database: Database) -> None:
    """The same, both moves and all that comes after: broken, open and paused promises are renamed."""
    until_it_moves(database)
    app = Engine(database, now=Present(END))
    asks = _asks(app)
    app.activate(SECOND, at=MOVED)
    app.migrate("office-deal", STATES, TARGETS, grace="2h", at=MOVED)
    broken, told = {FIRST + 1: Disputed("answer", "was out")}, MOVED + HOUR
    _say(app, told, broken)
    _say(app, told, {FIRST + 1: Lifted("answer", "agreed")}, by_marketing=True)
    _say(app, told, {number: Fired("accept") for number in (FIRST, FIRST + 3, FIRST + 5)})
    together(app, [ask for ask in asks if MOVED <= _at(ask) < AGAIN], END, lenient=True)
    app.tick(AGAIN)
    app.activate(THIRD, at=AGAIN)
    app.migrate("office-deal", {}, {"answer": "decide"}, at=AGAIN)
    _say(app, AGAIN + HOUR, {number: Fired("accept") for number in (FIRST + 1, FIRST + 4, FIRST + 7)})
    together(app, [ask for ask in asks if _at(ask) >= AGAIN], END, lenient=True)
    app.tick(END - timedelta(days=2))


def _asks(app: Engine) -> list[Ask]:
    return a_history(app.active(), 11, leads=RANDOM, events=12 * RANDOM, start=FRIDAY)


def _at(ask: Ask) -> datetime:
    assert ask.at is not None
    return ask.at


def _say(app: Engine, at: datetime, said: dict[int, Happening], *, by_marketing: bool = False) -> None:
    who = MARKETING if by_marketing else SALES
    asks: Iterable[Ask] = (Ask(number, what, who, at) for number, what in said.items())
    together(app, list(asks), END, lenient=True)
