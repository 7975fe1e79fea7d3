"""Leads listed: one after the other, by id, settled in memory, whatever number there are."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from slaflow.clock.state import Clock
from slaflow.engine.context import Context
from slaflow.engine.leads import explain as explaining
from slaflow.engine.leads.address import identified
from slaflow.engine.leads.filters import check_declared, every_version, owner_as_known
from slaflow.engine.leads.lead_json import lead_columns, lead_json
from slaflow.engine.leads.queue import COUNTED, SETTLED
from slaflow.engine.settle import Standing
from slaflow.engine.settle import settled as settled_in_memory
from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.view import View
from slaflow.store.database import Connection
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as store
from slaflow.store.rows import owed as owed_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.identity import folded
from slaflow.workflow.model.workflow import Workflow

PAGE = 500
LEAST = 50
"""Leads read at once: so many at least, as the filters are judged after that."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which leads are asked for; None: any.

    ``where`` is CEL over what guards see, ``waits_for`` a team, True: any team that leads wait for.
    """

    state: str | None = None
    owner: str | None = None
    where: str | None = None
    waits_for: str | Literal[True] | None = None

    def has(self, lead: Lead) -> bool:
        """Whether *lead*, as it is by now, is one of them but for ``where``."""
        if self.state is not None and lead.state != self.state:
            return False
        if self.owner is not None and folded(lead.owner or "") != folded(self.owner):
            return False
        return self.waits_for is None or (
            lead.waits_for is not None and self.waits_for in (True, lead.waits_for)
        )


def listed(
    app: Context, wanted: Wanted, limit: int | None, after: int | None, at: datetime | None
) -> Iterator[dict[str, Any]]:
    """LEADs by id as of *at* (None: now), settled in memory.

    Leads that were erased since *at* are left out.

    Raises:
        UnknownFilter: a state, owner or team that nobody knows; raised before any lead is given.
        ExpressionInvalid: ``where`` means nothing under any agreement.
    """
    return _asked(app, wanted, limit, after, at)


def _asked(
    app: Context, wanted: Wanted, limit: int | None, after: int | None, at: datetime | None,
    *, as_saved: bool = False,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    with app.database.read() as conn:
        check_declared(app, conn, "state", wanted.state)
        if isinstance(wanted.waits_for, str):
            check_declared(app, conn, "team", wanted.waits_for)
        if wanted.owner is not None:
            wanted = replace(wanted, owner=owner_as_known(conn, people_store.directory(conn), wanted.owner))
        if wanted.where is not None:
            _check_condition(app, conn, wanted.where)
    return _listed(app, wanted, limit, after, at, as_saved)


@dataclass(frozen=True)
class LeadPage:
    """Leads, and in how many leads something fell that was not looked into for it, as in ``QueuePage``."""

    rows: list[dict[str, Any]]
    waiting: int


def page(app: Context, wanted: Wanted, limit: int, after: int | None) -> LeadPage:
    """The first *limit* of :func:`listed` now, at a cost that does not grow with what no tick has done yet.

    With more than :data:`SETTLED` such leads it has those that meet the filters as saved, each as it is now:
    some may meet them no longer.

    Raises:
        UnknownFilter: as :func:`listed`.
    """
    with app.database.read() as conn:
        fallen = owed_store.fallen(conn, app.present(), COUNTED)
    is_behind = len(fallen) > SETTLED
    rows = _asked(app, wanted, limit, after, None, as_saved=is_behind)
    return LeadPage(list(rows), len(fallen) if is_behind else 0)


def _check_condition(app: Context, conn: Connection, where: str) -> None:
    """Raises what the newest agreement finds wrong with *where*, unless another one knows what it means."""
    wrong: SlaflowError | None = None
    for workflow in every_version(app, conn):
        try:
            explaining.compile_condition(workflow, where)
            return
        except SlaflowError as error:
            wrong = wrong or error
    if wrong is not None:
        raise wrong


def _listed(
    app: Context, wanted: Wanted, limit: int | None, after: int | None, at: datetime | None, as_saved: bool
) -> Iterator[dict[str, Any]]:
    conditions: dict[str, Any] = {}
    left = limit
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        with closing(_standing(app, conn, wanted, limit, after, at, as_saved)) as standing:
            for stood in standing:
                if left == 0:
                    return
                workflow = app.workflow(stood.lead.digest)
                settled = settled_in_memory(workflow, directory, stood.lead, stood.clocks, stood.at)
                if not as_saved and not wanted.has(settled.lead):
                    continue
                where = wanted.where
                if where is not None and not _passes(conditions, workflow, settled.lead, where, stood.at):
                    continue
                yield lead_json(
                    workflow, settled.lead, settled.clocks, stood.at, app.workflow, with_available=False
                )
                left = None if left is None else left - 1


def known_as(app: Context, key: str) -> int | None:
    """The number of the lead of just this identity, however it is spelt; None where there is none."""
    with app.database.read() as conn:
        return identified(conn, key)


def columns(app: Context) -> list[str]:
    """Every column that a lead may have as a row; the agreements in force name theirs first."""
    with app.database.read() as conn:
        return lead_columns(every_version(app, conn))


def _standing(
    app: Context, conn: Connection, wanted: Wanted, limit: int | None, after: int | None,
    at: datetime | None, as_saved: bool,
) -> Generator[Standing, None, None]:  # fmt: skip
    """The leads that may meet the filters once they are settled."""
    now = app.present(at)
    if at is not None:
        # Imported here, as nobody looks back at the present: it takes all that decides a log again.
        from slaflow.engine.log.past import Lookback

        with closing(_stored(conn, wanted, after, None, limit, now)) as stored:
            yield from Lookback(app, conn, now).among(stored, after)
        return
    # The filters are judged once a lead is settled, so the store cannot count those that pass.
    most = limit if as_saved or wanted == Wanted() else None
    due = None if as_saved else now
    with closing(_stored(conn, wanted, after, most, limit, due)) as stored:
        for lead, clocks in stored:
            yield Standing(lead, clocks, max(now, lead.as_of))


def _stored(
    conn: Connection, wanted: Wanted, after: int | None, most: int | None, limit: int | None,
    due: datetime | None,
) -> Generator[tuple[Lead, list[Clock]], None, None]:  # fmt: skip
    """*most* of the leads that meet the filters, or may once what fell before *due* is, with their clocks.

    No more are read at once than will do if all of them pass and *limit* are wanted.
    """
    page: list[Lead] = []
    room = PAGE if limit is None else min(PAGE, max(limit, LEAST))
    owners = None if wanted.owner is None else spellings(conn, "lead.owner", [wanted.owner])
    for lead in store.select(
        conn, state=wanted.state, owner=owners, waits_for=wanted.waits_for, limit=most, after=after,
        or_due=due,
    ):  # fmt: skip
        page.append(lead)
        if len(page) == room:
            yield from _page_with_clocks(conn, page)
            page = []
    yield from _page_with_clocks(conn, page)


def _page_with_clocks(conn: Connection, page: list[Lead]) -> Iterator[tuple[Lead, list[Clock]]]:
    clocks = clock_store.all_of(conn, [lead.id for lead in page]) if page else {}
    for lead in page:
        yield lead, clocks.get(lead.id, [])


def _passes(compiled: dict[str, Any], workflow: Workflow, lead: Lead, where: str, at: datetime) -> bool:
    if workflow.digest not in compiled:
        compiled[workflow.digest] = explaining.compile_condition(workflow, where)
    return View(workflow, lead, at).holds(compiled[workflow.digest])
