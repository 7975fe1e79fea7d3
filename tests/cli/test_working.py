"""Beside the pages jobs are done, until the pages end."""

from __future__ import annotations

import time
from collections.abc import Callable

from support.office import FRIDAY, MIA, staffed
from support.worlds import Fill

from slaflow.cli.working import working
from slaflow.engine.app import Engine
from slaflow.engine.jobs import asking
from slaflow.engine.permits import Asker
from slaflow.store.database import Database
from slaflow.web.logbook.kinds import KINDS

WHO = Asker(MIA, "sales", "manager")


def an_office(database: Database) -> None:
    staffed(Engine(database, now=lambda: FRIDAY))


def test_what_is_asked_for_is_done_meanwhile(world_of: Callable[[Fill], Database]) -> None:
    app = Engine(world_of(an_office))
    first = asking.ask(app, KINDS, WHO, "verify", {"replay": True})
    with working(lambda: Engine(app.database.url), KINDS):
        until = time.monotonic() + 30
        while asking.find(app, KINDS, WHO, first).is_open and time.monotonic() < until:
            time.sleep(0.05)
    found = asking.find(app, KINDS, WHO, first)
    assert (found.status, found.error) == ("done", None)
    later = asking.ask(app, KINDS, WHO, "verify", {})
    assert asking.find(app, KINDS, WHO, later).status == "waiting"
