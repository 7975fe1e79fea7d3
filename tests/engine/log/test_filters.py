"""Filters of the log that can only be a slip are refused, with the nearest name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.builders import MONDAY, a_draft, sealed, utc
from support.commands import AGREEMENT
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.log.filters import UnknownFilter, checked
from slaflow.engine.log.read import LogFilter
from slaflow.errors import InvertedRange
from slaflow.store.database import Database
from slaflow.store.log import entries


def an_office(database: Database) -> None:
    """An agreement, Anna, and an entry about what no agreement in force declares."""
    engine = Engine(database, now=lambda: MONDAY)
    engine.activate(AGREEMENT)
    engine.add_person("anna@example.com", "sales", team="nordics")
    gone = a_draft(1, "breached", actor="old@example.com", party="partners", target="revive", trigger="wake")
    with database.write() as connection:
        entries.append(connection, sealed([gone]))


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(an_office), now=lambda: MONDAY)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "breachd"}, r'^unknown kind "breachd"; did you mean "breached"\?$'),
        ({"kind": "xyz"}, r'^unknown kind "xyz"; known: access, activated, .*, warned$'),
        (
            {"actor": "ana@example.com"},
            r'^unknown actor "ana@example.com"; did you mean "anna@example.com"\?$',
        ),
        ({"party": "sale"}, r'^unknown party "sale"; did you mean "sales"\?$'),
        ({"party": "x"}, r'^unknown party "x"; known: lead, marketing, sales, system$'),
        ({"target": "respnd"}, r'^unknown target "respnd"; did you mean "respond"\?$'),
        ({"trigger": "acept"}, r'^unknown trigger "acept"; did you mean "accept"\?$'),
    ],
)
def test_a_name_that_nobody_knows_is_answered_with_the_nearest(
    app: Engine, given: dict[str, str], message: str
) -> None:
    with pytest.raises(UnknownFilter, match=message):
        checked(app, LogFilter(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {
            "kind": "erased",
            "actor": "anna@example.com",
            "party": "sales",
            "target": "triage",
            "trigger": "win",
        },
        {"actor": "system"},
        {"actor": "old@example.com"},
        {"party": "partners"},
        {"target": "revive"},
        {"trigger": "wake"},
        {"from_": MONDAY, "to": MONDAY},
    ],
)
def test_what_is_declared_or_stands_in_the_log_is_good(app: Engine, given: dict[str, str]) -> None:
    filters = LogFilter(**given)  # type: ignore[arg-type]
    assert checked(app, filters) == filters


def test_a_range_that_ends_before_it_begins_is_refused(app: Engine) -> None:
    with pytest.raises(
        InvertedRange, match=r"^--from \(2026-03-03T00:00:00Z\) lies after --to \(2026-03-02T0"
    ):
        checked(app, LogFilter(from_=utc("2026-03-03"), to=MONDAY))


def test_nothing_is_known_where_nothing_is_declared(database: Database, tmp_path: Path) -> None:
    with pytest.raises(UnknownFilter, match=r'^unknown target "respond"$'):
        checked(Engine(database), LogFilter(target="respond"))
