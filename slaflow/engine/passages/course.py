"""The handoffs of one lead, followed entry by entry; the same as figures count them from the whole log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from slaflow.log.entry import Entry, canonical
from slaflow.store.figures.terms import BACK, FORWARD, REOPENED, Terms
from slaflow.store.kept.passages import Passage
from slaflow.workflow.model.parties import SYSTEM

_NOTHING: Mapping[str, Any] = {}
_MOVES = ("transition", "migrated")


class Course:
    """The rows of a lead, in the order of its log; ``changed`` are those that are not as they are stored.

    Entries are given in their order, those without which nothing changes left out.
    """

    def __init__(self, rows: list[Passage]) -> None:
        self.rows = rows
        self.changed: dict[int, Passage] = {}

    def take(self, entry: Entry, terms: Terms, data: Mapping[str, Any]) -> None:
        """What *entry* with its *data* makes of the rows, *terms* being those of its version."""
        if entry.kind == "activity":
            if self.rows:
                self._touch(entry, terms, data)
        elif entry.kind in _MOVES and entry.from_state != entry.to_state:
            self._move(entry, terms, data)

    def _move(self, entry: Entry, terms: Terms, data: Mapping[str, Any]) -> None:
        way = way_of(entry, terms) if entry.handoff and entry.kind == "transition" else None
        if self.rows:
            self._follow(self.rows[-1], entry, way, terms)
        if way is not None:
            self.rows.append(self._handed(entry, way, terms, data))
            self.changed[entry.seq] = self.rows[-1]

    def _follow(self, last: Passage, entry: Entry, way: str | None, terms: Terms) -> None:
        """What a move is to the handoff before it."""
        before = last.outcome, last.is_held
        if last.decided_at is None and entry.kind == "transition":
            last.decided_at = entry.at
            is_return = "returned" if way == BACK else "accepted"
            last.outcome = "by_system" if entry.party == SYSTEM else is_return
        last.is_held = way is None and entry.to_state not in terms.finals
        if way is not None:
            _close(last, entry, is_back=way == BACK)
        if way is not None or before != (last.outcome, last.is_held):
            self.changed[last.seq] = last

    def _handed(self, entry: Entry, way: str, terms: Terms, data: Mapping[str, Any]) -> Passage:
        last = self.rows[-1] if self.rows else None
        shown = data.get("handoff") or _NOTHING
        score, touchpoints = shown.get("score"), shown.get("touchpoints")
        assert entry.lead is not None
        return Passage(
            None, entry.lead, entry.seq, entry.at, entry.digest, entry.trigger, entry.from_state,
            entry.to_state, entry.party == SYSTEM, entry.held_by, entry.owner, _taker(entry, terms),
            (shown.get("took") or _NOTHING).get("owner"), way, None if score is None else float(score),
            shown.get("stage"), shown.get("fit"),
            None if touchpoints is None else canonical(touchpoints).decode(),
            given_reason(data, terms.reasons),
            last.cycle + (last.direction == FORWARD) if last else 0, last.at if last else None,
            is_held=entry.to_state not in terms.finals,
        )  # fmt: skip

    def _touch(self, entry: Entry, terms: Terms, data: Mapping[str, Any]) -> None:
        """Counts an activity where it belongs: in the last handoff that is not later than it happened."""
        happened = entry.occurred_at or entry.at
        row = next((each for each in reversed(self.rows) if each.at <= happened), None)
        if row is None or row.took != entry.party or not _may_count(row, happened):
            return
        if data.get("automated"):
            return
        self.changed[row.seq] = row
        if data.get("activity") in terms.attempts:
            row.attempted_at = min(happened, row.attempted_at or happened)
        if row.touched_at is None or happened < row.touched_at:
            row.touched_at, row.touched_again_at = happened, row.touched_at
        else:
            row.touched_again_at = min(happened, row.touched_again_at or happened)


def _may_count(row: Passage, happened: datetime) -> bool:
    """Whether an activity of that instant can alter the row: it is early enough to be the first or second."""
    again, attempted = row.touched_again_at, row.attempted_at
    return again is None or attempted is None or happened < again or happened < attempted


def _close(row: Passage, entry: Entry, *, is_back: bool) -> None:
    """The next handoff is there. What happened at its very instant is not before it."""
    row.until_at, row.came_back = entry.at, is_back
    row.given_back = is_back and entry.party not in (None, SYSTEM)
    for name in ("touched_at", "touched_again_at", "attempted_at"):
        at = getattr(row, name)
        if at is not None and at >= entry.at:
            setattr(row, name, None)


def _taker(entry: Entry, terms: Terms) -> str | None:
    return terms.holders.get(entry.to_state or "", entry.held_by or "") or None


def way_of(entry: Entry, terms: Terms) -> str:
    """Which way a handoff goes."""
    if entry.from_state in terms.finals:
        return REOPENED
    return BACK if (entry.held_by, _taker(entry, terms)) in terms.back else FORWARD


def data_of(entry: Entry, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data of an entry; of one that is erased, what of it is among *kept*, by its ``seq`` as text."""
    found = kept.get(str(entry.seq)) if entry.data_text is None else entry.data
    return found or _NOTHING


def given_reason(data: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """What was given in the first of the inputs *names*, as text."""
    for name in names:
        for part in ("inputs", "set"):
            value = (data.get(part) or _NOTHING).get(name)
            if value is not None:
                return value if isinstance(value, str) else canonical(value).decode()
    return None
