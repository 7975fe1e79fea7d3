"""Pages of the log, newest first: one after the other they are the log, whatever is asked for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.office import ANNA, BO, FRIDAY, MIA, handed_over, staffed
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import KINDS
from slaflow.log.entry import Entry
from slaflow.store.database import Database
from slaflow.store.log import pages
from slaflow.store.log.filter import LogFilter

DAY = timedelta(days=1)


def some_weeks(database: Database) -> None:
    app = Engine(database, now=lambda: FRIDAY + 10 * DAY)
    staffed(app)
    for number in range(6):
        # Not in the order of their instants: some are told late.
        at = FRIDAY + (number * 5 % 7) * DAY
        lead = handed_over(app, f"lead{number}", at=at)
        if number % 2:
            app.record(lead, "call", ANNA, at=at + timedelta(hours=1))
    app.tick(FRIDAY + 9 * DAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(some_weeks))


def turned(app: Engine, wanted: LogFilter, most: int) -> list[Entry]:
    """All entries, page by page."""
    found: list[Entry] = []
    before = None
    with app.database.read() as conn:
        for _ in range(500):
            page = pages.page(conn, wanted, before, most)
            assert len(page.entries) <= most
            found += page.entries
            before = page.before
            if before is None:
                return found
    raise AssertionError("there is always another page")


def fits(each: Entry, wanted: LogFilter) -> bool:
    asked: dict[str, Any] = {
        "kind": wanted.kinds or (wanted.kind,),
        "actor": wanted.actors or (wanted.actor,),
    }
    named = all(
        None in asked.get(name, (getattr(wanted, name),))
        or getattr(each, name) in asked.get(name, (getattr(wanted, name),))
        for name in ("kind", "actor", "party", "target", "trigger", "lead")
    )
    return (
        named
        and (wanted.from_ is None or each.at >= wanted.from_)
        and (wanted.to is None or each.at < wanted.to)
    )


@pytest.mark.parametrize("looked_at", [3, 3000])
def test_pages_are_the_log_backwards(app: Engine, monkeypatch: pytest.MonkeyPatch, looked_at: int) -> None:
    monkeypatch.setattr(pages, "LOOKED_AT", looked_at)
    chance = random.Random(looked_at)
    everything = list(app.log())
    assert len(everything) > 60
    for _ in range(25):
        wanted = asked(chance)
        by_time = wanted.from_ is not None or wanted.to is not None
        order = sorted(everything, key=lambda e: (e.at if by_time else FRIDAY, e.id or 0), reverse=True)
        expected = [each.id for each in order if fits(each, wanted)]
        assert [each.id for each in turned(app, wanted, chance.choice((5, 50)))] == expected, wanted


def asked(chance: random.Random) -> LogFilter:
    def maybe(*values: Any) -> Any:
        return chance.choice((*values, *[None] * 2 * len(values)))

    wanted = LogFilter(
        lead=maybe(1, 3, 99), actor=maybe(ANNA, MIA, "system", "marketing"),
        party=maybe("sales", "marketing"), target=maybe("respond", "first_contact"),
        trigger=maybe("promote"), kind=maybe("breached", "activity"),
        from_=maybe(FRIDAY, FRIDAY + DAY), to=maybe(FRIDAY + 2 * DAY, FRIDAY + DAY),
    )  # fmt: skip
    if chance.random() < 0.3:
        wanted = replace(wanted, kind=None, kinds=tuple(chance.sample(sorted(KINDS), 8)))
    if chance.random() < 0.2:
        wanted = replace(wanted, actors=(ANNA, BO, "system"))
    return wanted
