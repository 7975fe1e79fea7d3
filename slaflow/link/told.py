"""What other systems told of a lead, field by field: only what is newer than that is anything new.

A value equal to the lead's makes no entry, so the lead's own log does not say that it was told again; what
was told in between and comes later would win. So the latest instant of each field is kept, in the table
``mirror``: of a hook under ``hook:NAME``, by the lead's fields; of the CRM it belongs to under its name, by
the record's fields.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from slaflow.hours.zones import micros_at
from slaflow.lifecycle.decision import instant_text
from slaflow.link.digest import digest
from slaflow.store.database import Connection
from slaflow.store.linking import mirrors, records
from slaflow.store.linking.mirrors import Mirror

HOOK = "hook:"
"""Before the name of a hook, where a receiver is named: one has no colon in its name."""
UNSURE = timedelta(minutes=1)
"""What was changed so shortly before or after a write of ours may stand there, or ours."""


class Stamp(NamedTuple):
    """Which of two things that were told is the later; at one instant the greater key, always."""

    micros: int
    key: str

    def __str__(self) -> str:
        return f"{self.micros} {self.key}"


NEVER = Stamp(-(2**62), "")


def stamp(at: datetime, key: str) -> Stamp:
    """That of what was told under *key* and happened *at*."""
    return Stamp(micros_at(at), key)


class Told:
    """What was told of one lead: ``ours`` by the hook, ``theirs`` as the CRM's record is known, ``records``
    which were told of."""

    def __init__(self, ours: Mirror, theirs: Mirror | None) -> None:
        self.ours = ours
        self.theirs = theirs
        self.records: set[str] = set()

    def last(self, field: str) -> Stamp:
        """When the lead's *field* was told last."""
        if (kept := self.ours.told.get(field)) is None:
            return NEVER
        micros, _, key = kept.partition(" ")
        return Stamp(int(micros), key)

    def is_ours(self, field: str, column: str | None, text: str) -> bool:
        """Whether *text* is what slaflow wrote into that field of the record, and nobody there."""
        return self.stands_there(column, text) and self.ours.sent.get(field) != digest(text)

    def stands_there(self, column: str | None, text: str) -> bool:
        """Whether the record is known to hold *text*."""
        if self.theirs is None or column is None:
            return False
        return self.theirs.sent.get(field_of(column)) == digest(text)

    def is_known(self, field: str, column: str | None, at: datetime) -> bool:
        """Whether it is known what the record held in that field before *at*, be it nothing."""
        is_seen = self.theirs is not None and column is not None and field_of(column) in self.theirs.sent
        was_told = self.ours.sent.get(field, digest("")) != digest("")
        return was_told or (is_seen and not self.is_written_since(column, at))

    def is_told_again(self, field: str, when: Stamp, text: str) -> bool:
        """Whether that very *text* was told of the *field* of that very instant."""
        return self.last(field).micros == when.micros and self.ours.sent.get(field) == digest(text)

    def stood_there(self, field: str, column: str | None, text: str, at: datetime) -> bool:
        """Whether the record held *text* before *at*: it was told last, and slaflow wrote nothing since."""
        if self.theirs is None or self.ours.sent.get(field) != digest(text):
            return False
        last = self.last(field).micros
        return not any(last < micros_at(write) <= micros_at(at) for write in self._writes(column))

    def is_written_since(self, column: str | None, at: datetime) -> bool:
        """Whether slaflow wrote that field of the record at that instant or later."""
        return any(write >= at for write in self._writes(column))

    def _writes(self, column: str | None) -> list[datetime]:
        if self.theirs is None or column is None:
            return []
        return [datetime.fromisoformat(text) for text in self.theirs.writes.get(field_of(column), ())]

    def note(self, field: str, when: Stamp, text: str) -> None:
        """Somebody there told the lead's *field*."""
        self.ours.told[field] = str(when)
        self.ours.sent[field] = digest(text)

    def note_there(self, column: str | None, at: datetime, text: str) -> None:
        """The record holds *text* since then, unless something later is known: nothing is to be written.

        Where all of a record is told, what is known to stand there may well have stood there for long: of a
        change of ours that is still to be written it says nothing.
        """
        if self.theirs is None or column is None or self.stands_there(column, text):
            return
        field = field_of(column)
        known = [self.theirs.told[field]] if field in self.theirs.told else []
        is_latest = all(datetime.fromisoformat(since) <= at for since in known)
        # Of two at one instant ours may be what stands there: written again, it does no harm.
        if is_latest and not self.is_written_since(column, at):
            self.theirs.told[field] = instant_text(at)
            self.theirs.sent[field] = digest(text)
            # Where ours is the later one, and was written before, nothing else says that it is to be again.
            self.theirs.sent_seq = 0

    def note_undone(self, column: str, at: datetime, text: str) -> None:
        """Somebody there put *text* into a field that slaflow alone writes: what belongs there is written.

        Their clock may differ from ours, and our write may have been under way: where it is not sure which of
        the two stands there neither is taken to, and it is written once more.
        """
        if self.theirs is None or self.stands_there(column, text):
            return
        field, since = field_of(column), self.theirs.told.get(field_of(column))
        is_news = since is None or datetime.fromisoformat(since) < at
        if is_news and not self.is_written_since(column, at + UNSURE):
            self.theirs.told[field] = instant_text(at)
            self.theirs.sent[field] = digest(text)
            if self.is_written_since(column, at - UNSURE):
                del self.theirs.sent[field]
            self.theirs.sent_seq = 0

    def belong(self, lead: int) -> None:
        """It is of that lead, which was not known before."""
        self.ours.lead = lead
        if self.theirs is not None:
            self.theirs.lead = lead

    def note_record(self, remote: str | None) -> None:
        """That a record is the lead's; the one that is shown what slaflow knows stays."""
        if remote is None:
            return
        self.records.add(remote)
        self.ours.remote = remote
        if self.theirs is not None and self.theirs.remote is None:
            self.theirs.remote = remote


def field_of(column: str) -> str:
    """The record's field that a column of the payload holds: ``properties.email`` is ``email``."""
    return column.rpartition(".")[2]


def nothing(hook: str, crm: str | None) -> Told:
    """What was told of a lead that is not known."""
    return Told(Mirror(f"{HOOK}{hook}", 0, 0), None if crm is None else Mirror(crm, 0, 0))


def told_of(conn: Connection, hook: str, crm: str | None, leads: Collection[int]) -> dict[int, Told]:
    """What was told of each of *leads*, locked."""
    ours = mirrors.of_leads(conn, f"{HOOK}{hook}", leads) if leads else {}
    theirs = mirrors.of_leads(conn, crm, leads) if leads and crm is not None else {}
    found: dict[int, Told] = {}
    for lead in leads:
        found[lead] = told = nothing(hook, crm)
        told.ours, told.theirs = ours.get(lead, told.ours), theirs.get(lead, told.theirs)
        told.belong(lead)
    return found


def keep(conn: Connection, hook: str, told: Collection[Told]) -> None:
    """Writes what is known now."""
    records.note(conn, hook, {(remote, each.ours.lead) for each in told for remote in each.records})
    rows = [each.ours for each in told] + [each.theirs for each in told if each.theirs is not None]
    mirrors.save(conn, rows)


def leads_of(conn: Connection, hook: str, crm: str | None, remotes: Collection[str]) -> dict[str, int]:
    """Whose record each of *remotes* is, as far as is known."""
    found = records.leads_of(conn, hook, remotes)
    if crm is not None:
        found = mirrors.by_remote(conn, crm, remotes) | found
    return found
