"""Leads in hand: what each is to be at a CRM, what of that differs from what is there, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slaflow.lifecycle.decision import instant_text
from slaflow.link.conflict import is_ours
from slaflow.link.crm.shapes import Outcome, Record
from slaflow.link.digest import digest, is_same
from slaflow.link.mirroring.loops import noted
from slaflow.link.mirroring.values import Standing
from slaflow.link.out_binding import LinkMap
from slaflow.store.linking.mirrors import Mirror


@dataclass(slots=True)
class InHand:
    """A lead that was claimed, as it was read: ``seq`` is how far its log had gone.

    ``standing`` None: nothing of it is shown there. ``left`` are digests of what was found to stand there and
    stays, ``written`` those of what was written, ``told`` when the other side changed something.
    """

    mirror: Mirror
    seq: int
    standing: Standing | None
    is_erased: bool = False
    remote: str | None = None
    fields: dict[str, str | None] = field(default_factory=dict)
    """What is to be written; None empties a field."""
    left: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    outcome: Outcome | None = None
    """What came of writing; None: nothing was, or it was not come to."""
    is_done: bool = False
    """Whether nothing is left to be written of what was read."""
    is_stopped: bool = False
    reason: str | None = None
    noted: str | None = None
    """What is to be said of it even where it was written."""

    @property
    def lead(self) -> int:
        return self.mirror.lead

    def compare(self) -> None:
        """Fills ``fields`` by what differs from what is known to stand there."""
        assert self.standing is not None
        known = {**self.mirror.sent, **self.left}
        for name, text in self.standing.texts.items():
            if known.get(name) == digest(text) or (self.remote is None and text is None):
                continue
            # What was told later there and is not here was refused, or is still to be applied.
            ours_at, theirs_at = self.standing.at.get(name), self._told_at(name)
            if ours_at is None or theirs_at is None or ours_at >= theirs_at:
                self.fields[name] = text

    def see(self, link: LinkMap, record: Record) -> None:
        """Takes in a record that slaflow knew nothing of: of what both may change, the later stays."""
        assert self.standing is not None
        for name, shared in link.document.both.items():
            text, ours_at = record.fields.get(name), self.standing.at.get(name)
            theirs_at = record.changes.get(name, record.changed_at)
            if name in self.mirror.sent:
                continue
            if is_same(text, self.standing.texts.get(name)):
                self.left[name] = digest(text)
            elif text and not is_ours(shared.wins, ours_at, theirs_at):
                self.left[name] = digest(text)
                self.told[name] = instant_text(theirs_at)

    def _told_at(self, name: str) -> datetime | None:
        text = self.told.get(name) or self.mirror.told.get(name)
        return None if text is None else datetime.fromisoformat(text)

    def take(self, outcome: Outcome, remote: str | None, there: Mapping[str, str | None]) -> list[str]:
        """Notes an answer to a write of ``fields``; gives those that stayed as they were *there*."""
        self.outcome, self.remote = outcome, remote or self.remote
        if outcome not in ("written", "ignored"):
            return []
        # Of what was passed over what was wanted is noted: it is not asked again until something else is.
        self.written = {name: digest(text) for name, text in self.fields.items()}
        self.is_done = True
        passed_over = [n for n, text in self.fields.items() if n in there and not is_same(there[n], text)]
        if outcome == "ignored" and not passed_over:
            passed_over = [name for name in self.fields if name not in there]
        return passed_over

    def save(self, row: Mirror, now: datetime, until: datetime, wait: timedelta) -> None:
        """Notes in *row*, as it stands now, what came of it; *wait* is how long to leave it alone after a
        failure, *until* when our claim on it ends."""
        if row.claimed_until is None or row.claimed_until <= until:
            row.claimed_until = None
        row.remote = self.remote or row.remote
        # Of what was heard of, or written by others, meanwhile nobody knows which of the two stands there.
        heard = {name for name in self.written if row.sent.get(name) != self.mirror.sent.get(name)}
        shared = self.standing.at if self.standing is not None else {}
        written = {name: text for name, text in self.written.items() if name not in heard}
        row.sent = {**row.sent, **self.left, **written}
        row.sent = {name: text for name, text in row.sent.items() if name not in heard or name in shared}
        row.told = {**row.told, **self.told}
        if self.written:
            row.writes = noted(row.writes, self.written, now)
        if self.outcome == "again":
            row.tries, row.next_try_at, row.reason = row.tries + 1, now + wait, self.reason
        elif self.outcome == "gone" or self.is_stopped:
            row.status, row.reason = ("stopped" if self.is_stopped else "gone"), self.reason
        elif self.is_done:
            row.sent_seq = 0 if heard else max(row.sent_seq, self.seq)
            row.tries, row.next_try_at, row.reason = 0, None, self.reason
