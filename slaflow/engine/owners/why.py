"""Why a lead is whose it is: the latest entry of its log that gave it to somebody, read out.

Nothing is asked of other leads but where it waits, of whose team the present standing is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.owners import draws
from slaflow.engine.owners.answer import Cause, How, OwnerWhy, Waits
from slaflow.engine.owners.rules import Rules
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.dealing import loads
from slaflow.store.log import archives, history
from slaflow.store.log.entries import entries
from slaflow.store.log.filter import LogFilter
from slaflow.workflow.model.workflow import Workflow

Told = Entry | Draft


@dataclass(frozen=True)
class Standing:
    """A lead as of an instant: as it is settled by then, with what settling adds to its log, and whether the
    instant is the present."""

    lead: Lead
    drafts: Sequence[Draft]
    logged: int
    """The number of its last entry that is in the log."""
    at: datetime
    is_now: bool


def why(app: Context, conn: Connection, people: Directory, stood: Standing) -> OwnerWhy:
    """Why the lead is whose it is, as of ``stood.at``."""
    lead = stood.lead
    plain = OwnerWhy(lead.id, lead.held_by, lead.owner, "never", at=lead.erased_at)
    if lead.erased_at is not None:
        return replace(plain, how="erased")
    entry = _latest(conn, stood)
    handoff = None if lead.owner is not None or lead.waits_for is not None else _handoff(conn, stood)
    if handoff is not None and (entry is None or handoff.seq > entry.seq):
        return _of_nobody(app, people, plain, handoff)
    if entry is None:
        return replace(plain, how=_without_entry(app, conn, lead))
    if (moved := _moved(conn, stood, entry)) is not None:
        return replace(plain, how="migrated", at=moved.at)
    return _Asked(app, conn, people, stood, entry).answer()


def _latest(conn: Connection, stood: Standing) -> Told | None:
    """The last entry that made the lead whose it is; what was told too late to do so is none."""
    told = entries(conn, LogFilter(lead=stood.lead.id, kind="assigned"))
    given: list[Told] = [each for each in told if each.seq <= stood.logged]
    given += [each for each in stood.drafts if each.kind == "assigned"]
    return next((each for each in reversed(given) if "late" not in (each.data or {})), None)


def _handoff(conn: Connection, stood: Standing) -> Told | None:
    """The last handoff: where nobody had the lead and nobody was found, all that is on record of it."""
    told = entries(conn, LogFilter(lead=stood.lead.id, kind="transition"))
    given: list[Told] = [each for each in told if each.seq <= stood.logged]
    return next((each for each in reversed([*given, *stood.drafts]) if each.handoff), None)


def _moved(conn: Connection, stood: Standing, given: Told) -> Told | None:
    """The move to another version that took the lead from whoever had it by *given*; None: none did."""
    if stood.lead.owner is not None or (given.data or {}).get("to") is None:
        return None
    told = entries(conn, LogFilter(lead=stood.lead.id, kind="migrated"))
    since = (each for each in told if given.seq < each.seq <= stood.logged)
    return next((each for each in since if each.owner is None), None)


def _of_nobody(app: Context, people: Directory, plain: OwnerWhy, handoff: Told) -> OwnerWhy:
    workflow = app.workflow(handoff.digest or "")
    cause = Cause(handoff.trigger, None, None)
    if workflow.routing is None:
        return replace(plain, how="no_routing", at=handoff.at, cause=cause, method="no_routing")
    rules = Rules(workflow, people, plain.held_by, handoff.at)
    passed = tuple(rules.passed({}))
    return replace(plain, how="nobody", at=handoff.at, cause=cause, method="nobody", passed=passed)


def _without_entry(app: Context, conn: Connection, lead: Lead) -> How:
    if archives.archived_up_to(conn, f"lead:{lead.id}"):
        return "archived"
    return "no_routing" if app.workflow(lead.digest).routing is None else "never"


@dataclass(frozen=True)
class _Asked:
    app: Context
    conn: Connection
    people: Directory
    stood: Standing
    entry: Told

    def answer(self) -> OwnerWhy:
        data, lead = self._data, self.stood.lead
        workflow = self._workflow
        rules = Rules(workflow, self.people, self.entry.held_by or lead.held_by, self.entry.at)
        number, team = data.get("rule"), data.get("team")
        leaves = (data.get("dealt") or {}).get("leaves")
        is_handed = leaves is not None and self._how == "waits"
        found = OwnerWhy(
            lead.id, lead.held_by, lead.owner, self._how, self.entry.at,
            by=self.entry.actor if self._how in ("by_hand", "handed_over") or is_handed else None,
            rule=None if number is None else (number, rules.words(number)),
            method=data.get("method"), team=team, calendar=_calendar(workflow, team),
            leaves=leaves, after=data.get("after"), round=data.get("round"),
            cause=self._cause, is_told=bool(data.get("figures")),
        )  # fmt: skip
        if number is not None or data.get("method") == "nobody":
            asked = self._how in ("rule", "waits") or (self._how == "nobody" and self._is_routing)
            found = replace(found, passed=tuple(rules.passed(data)) if asked else ())
        if self._how == "waits":
            return self._waiting(found)
        if team is not None and data.get("method") in ("round_robin", "least_loaded"):
            return replace(found, candidates=draws.on_record(data, self.people, self.entry.at))
        return found

    @property
    def _data(self) -> Mapping[str, Any]:
        return self.entry.data or {}

    @property
    def _workflow(self) -> Workflow:
        return self.app.workflow(self.entry.digest or self.stood.lead.digest)

    @property
    def _how(self) -> How:
        data, lead = self._data, self.stood.lead
        if lead.waits_for is not None:
            return "waits"
        if lead.owner is None:
            return "no_routing" if data.get("method") == "no_routing" else "nobody"
        if "dealt" in data:
            return "handed_over" if data["dealt"].get("team") else "dealt"
        if data.get("rule") is not None:
            return "rule"
        return "by_hand" if self.entry.caused_by is None else "action"

    @property
    def _is_routing(self) -> bool:
        """Whether rules of routing were asked: by a handoff, or for a new lead."""
        return self._data.get("team") is None and self._workflow.routing is not None

    @property
    def _cause(self) -> Cause | None:
        number = self.entry.caused_by
        if number is None:
            return None
        found: Told | None = next((each for each in self.stood.drafts if each.seq == number), None)
        if found is None:
            found = next(iter(history.newest(self.conn, self.stood.lead.id, number + 1, 1)), None)
        if found is None:
            return None
        return Cause(found.trigger, found.target, found.step)

    def _waiting(self, found: OwnerWhy) -> OwnerWhy:
        lead, at = self.stood.lead, self.stood.at
        team, since = lead.waits_for, lead.waits_since
        assert team is not None
        assert since is not None
        place = loads.places(self.conn, [lead.id]).get(lead.id) if self.stood.is_now else None
        waits = Waits(
            team, since, place.place if place else None, place.of if place else None, self.stood.is_now
        )
        workflow = self.app.workflow(lead.digest)
        if self.stood.is_now:
            candidates = draws.now(self.app, self.conn, workflow, self.people, team, at, found.leaves)
        else:
            candidates = draws.on_record(self._data, self.people, self.entry.at)
        calendar = _calendar(workflow, team)
        return replace(found, team=team, calendar=calendar, waits=waits, candidates=candidates)


def _calendar(workflow: Workflow, team: str | None) -> str | None:
    return workflow.teams[team].calendar if team is not None and team in workflow.teams else None
