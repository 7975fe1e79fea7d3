"""Looking back: a lead as it stood at an instant, by what had been told by then.

A lead whose log holds nothing past the instant is settled from its row; only the others are decided again
from their entries (rules.md, 5 and 21).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import islice

from slaflow.clock.state import Clock
from slaflow.engine.context import Context
from slaflow.engine.settle import Standing
from slaflow.engine.setup.versions import compiled
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import Lead
from slaflow.log.entry import Entry, canonical
from slaflow.log.errors import NotReplayable, VerificationImpossible
from slaflow.log.people import PeopleLog
from slaflow.log.replay import standing_at
from slaflow.store.database import Connection
from slaflow.store.log import archives, history
from slaflow.store.rows.workflows import Version
from slaflow.workflow.model.workflow import Workflow

PAGE = 200
"""Leads whose logs are in memory at a time."""


class NotYetThere(SlaflowError):
    """Asked about a lead as of an instant before it was created."""

    code = "not_yet_there"

    def __init__(self, lead: Lead, at: datetime) -> None:
        self.lead_id = lead.id
        self.at = at
        since = instant_text(lead.created_at)
        super().__init__(
            f"lead {lead.id} was not there yet at {instant_text(at)}; ask for an instant from {since} on"
        )


class PastUnknown(SlaflowError):
    """What a lead was at an instant cannot be said any more."""

    code = "past_unknown"

    def __init__(self, lead_id: int, at: datetime, reason: str) -> None:
        self.lead_id = lead_id
        self.at = at
        self.reason = reason
        because = "it was erased" if reason == "erased" else f"{reason}; see 'slaflow log verify --replay'"
        super().__init__(f"how lead {lead_id} stood at {instant_text(at)} cannot be shown: {because}")


class PastArchived(SlaflowError):
    """Asked how leads stood at an instant whose log has partly left for files."""

    code = "past_archived"

    def __init__(self, at: datetime, horizon: datetime) -> None:
        self.at = at
        self.horizon = horizon
        super().__init__(
            f"how leads stood at {instant_text(at)} cannot be listed: entries of before "
            f"{instant_text(horizon)} are archived; ask for an instant from then on, or for a single lead"
        )


class LoggedVersions:
    """Every version by the entries that put it in force, its text and holidays as the log has them.

    Up to entry *took_unseen_until* of the whole log addresses were taken with what nobody sees in them.
    """

    def __init__(self, app: Context, entries: Iterable[Entry], took_unseen_until: int = 0) -> None:
        self._app = app
        self._took_unseen_until = took_unseen_until
        self._by_digest: dict[str, list[Entry]] = {}
        self._compiled: dict[tuple[str, int], Workflow] = {}
        self._lenient: dict[tuple[str, int], Workflow] = {}
        for entry in entries:
            self._by_digest.setdefault(entry.digest or "", []).append(entry)

    def __call__(self, digest: str, entry_id: int | None) -> Workflow:
        """The version as it was activated last before entry *entry_id* was written.

        Raises:
            VerificationImpossible: its text is not in the log.
        """
        known = self._by_digest.get(digest)
        if not known:
            raise VerificationImpossible(f"the text of version {digest[:12]} is not in the log")
        place = len(known) - 1
        while place and entry_id is not None and (known[place].id or 0) > entry_id:
            place -= 1
        if (digest, place) not in self._compiled:
            self._compiled[digest, place] = self._compile(known[place], is_last=place == len(known) - 1)
        if entry_id is not None and entry_id <= self._took_unseen_until:
            return self._as_it_was_read(digest, place)
        return self._compiled[digest, place]

    def _as_it_was_read(self, digest: str, place: int) -> Workflow:
        if (digest, place) not in self._lenient:
            self._lenient[digest, place] = replace(self._compiled[digest, place], takes_unseen=True)
        return self._lenient[digest, place]

    def _compile(self, entry: Entry, *, is_last: bool) -> Workflow:
        version = version_of(entry)
        # The version in force is compiled already, or will be asked for again.
        return self._app.remember(version) if is_last else compiled(version)


def version_of(entry: Entry) -> Version:
    """The version that *entry* put in force."""
    data = entry.data
    if data is None:
        raise VerificationImpossible(f"{entry.stream}, entry {entry.seq}: its data is gone")
    name = entry.stream.removeprefix("workflow:")
    holidays = canonical(data["holidays"]).decode()
    return Version(name, entry.digest or "", data["source"], entry.at, holidays, data["tz_release"])


class Lookback:
    """The past of any lead as of one instant, on one connection. People and versions are read once."""

    def __init__(self, app: Context, conn: Connection, at: datetime) -> None:
        self.app = app
        self.conn = conn
        self.at = at

    @cached_property
    def people(self) -> PeopleLog:
        return PeopleLog(history.people(self.conn), history.told_apart_until(self.conn))

    @cached_property
    def versions(self) -> LoggedVersions:
        return LoggedVersions(self.app, history.activations(self.conn), history.told_apart_until(self.conn))

    def is_past(self, lead: Lead) -> bool:
        """Whether the lead's log holds something past the instant, so that its row says too much."""
        return lead.as_of > self.at or history.is_told_later(self.conn, lead.id, self.at)

    def one(self, lead: Lead) -> Standing:
        """The stored *lead* as it stood then.

        Raises:
            NotYetThere: it was created later.
            PastUnknown: it was erased or archived since, or its log does not go again as it went.
        """
        entries = dict(history.streams(self.conn, [lead.id])).get(lead.id, [])
        if not entries:
            raise PastUnknown(lead.id, self.at, "its entries are archived")
        try:
            found = self._again(entries)
        except NotReplayable as error:
            raise PastUnknown(lead.id, self.at, error.reason) from None
        if found is None:
            raise NotYetThere(lead, self.at)
        return found

    def among(
        self, stored: Iterable[tuple[Lead, list[Clock]]], after: int | None = None
    ) -> Iterator[Standing]:
        """Every lead that was there then, by id from the one after *after* on; erased ones are left out.

        *stored* are leads with their clocks, by id: of those whose row still says how they stood then,
        only these are given.

        Raises:
            PastArchived: leads that were there then are archived.
            PastUnknown: a lead's log does not go again as it went.
        """
        horizon = archives.horizon(self.conn)
        if horizon is not None and self.at < horizon:
            raise PastArchived(self.at, horizon)
        past = history.leads_past(self.conn, self.at, after)
        both = _by_id(((lead.id, (lead, clocks)) for lead, clocks in stored), ((n, None) for n in past))
        while page := list(islice(both, PAGE)):
            yield from self._page(page)

    def _page(self, page: list[Numbered]) -> Iterator[Standing]:
        gone = [lead_id for lead_id, row in page if row is None]
        logs = dict(history.streams(self.conn, gone)) if gone else {}
        for lead_id, row in page:
            if row is not None:
                yield Standing(*row, self.at)
            elif (found := self._unless_erased(lead_id, logs.pop(lead_id, []))) is not None:
                yield found

    def _unless_erased(self, lead_id: int, entries: list[Entry]) -> Standing | None:
        try:
            return self._again(entries)
        except NotReplayable as error:
            if error.reason == "erased":
                return None
            raise PastUnknown(lead_id, self.at, error.reason) from None

    def _again(self, entries: list[Entry]) -> Standing | None:
        lead, clocks = standing_at(entries, self.at, self.versions, self.people)
        return None if lead is None else Standing(lead, clocks, self.at)


Row = tuple[Lead, list[Clock]]
Numbered = tuple[int, Row | None]


def _by_id(stored: Iterator[tuple[int, Row]], past: Iterator[tuple[int, None]]) -> Iterator[Numbered]:
    """Both in the order of ids; one that is in both comes without its row, which says too much."""
    row, gone = next(stored, None), next(past, None)
    while row is not None or gone is not None:
        if gone is None or (row is not None and row[0] < gone[0]):
            assert row is not None
            yield row
            row = next(stored, None)
            continue
        if row is not None and row[0] == gone[0]:
            row = next(stored, None)
        yield gone
        gone = next(past, None)
