"""What was done for one lead and how that ended, followed entry by entry; the same as figures count it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slaflow.engine.passages.course import given_reason, way_of
from slaflow.log.entry import Entry, canonical
from slaflow.store.figures.terms import BACK, LOST, NONE, RETURNED, WON, Terms
from slaflow.store.kept.passages import Passage
from slaflow.store.kept.touches import Ending, How, Touch, how, told_how, told_what, what
from slaflow.workflow.model.parties import LEAD, SYSTEM


class Deeds:
    """The ``touches`` and ``endings`` that entries add, these given in their order.

    *before* are the touches that a lead which ends had until then, and *born* is when it was created, where
    its creation is not among the entries.
    """

    def __init__(self, before: Sequence[Touch], born: datetime | None) -> None:
        self.touches: list[Touch] = []
        self.endings: list[Ending] = []
        self._before = before
        self._born = born

    def take(self, entry: Entry, terms: Terms, handed: Passage | None, data: Mapping[str, Any]) -> None:
        """What *entry* with its *data* adds, *handed* being the lead's last handoff before it."""
        if entry.kind == "activity":
            self._touch(entry, data)
        elif entry.kind == "created":
            self._born = entry.at
        elif ends(entry, terms):
            self._end(entry, terms, handed, data)

    def _touch(self, entry: Entry, data: Mapping[str, Any]) -> None:
        is_misfit = (data.get("misfit") or {}).get("stage") is not None
        of = How(data.get("stage"), is_misfit, bool(data.get("over_pace")), bool(data.get("automated")))
        assert entry.lead is not None
        said = what(data.get("activity"), entry.party)
        self.touches.append(Touch(entry.lead, entry.seq, entry.at, entry.owner, said, how(of)))

    def _end(self, entry: Entry, terms: Terms, handed: Passage | None, data: Mapping[str, Any]) -> None:
        is_closed = entry.to_state in terms.finals
        began = None if is_closed else handed
        since = began.at if began else self._born or entry.at
        names = terms.closing if is_closed else terms.reasons
        closed = LOST if entry.to_state in terms.lost else WON
        assert entry.lead is not None
        self.endings.append(
            Ending(
                entry.lead, entry.seq, entry.at, entry.digest, entry.owner,
                closed if is_closed else RETURNED, entry.to_state or "", entry.trigger, entry.held_by,
                given_reason(data, names), entry.party == SYSTEM, since,
                int(entry.at.timestamp() // 1 - since.timestamp() // 1),
                self._effort(began.seq if began else 0),
            )
        )  # fmt: skip

    def _effort(self, after: int) -> str:
        """What your people had done by hand since that entry, by kind of activity."""
        those = (each for some in (self._before, self.touches) for each in some if each.seq > after)
        kinds = (told_what(each.what)[0] or NONE for each in those if _is_effort(each))
        return canonical(dict(Counter(kinds))).decode()


def _is_effort(touch: Touch) -> bool:
    return told_what(touch.what)[1] not in (None, LEAD, SYSTEM) and not told_how(touch.how).is_automated


def ends(entry: Entry, terms: Terms) -> bool:
    """Whether *entry* closes its lead or gives it back."""
    if entry.kind != "transition" or entry.from_state == entry.to_state:
        return False
    return entry.to_state in terms.finals or (entry.handoff and way_of(entry, terms) == BACK)
