"""A lead decided again from its own log: inputs go in, and what they come to is compared.

Who is authoritative: the core for what follows from an input, this module for which input is fed when and
with what: the version its entry names, the people as they were known, the pick that was drawn. It reads
no row but entries. Source: rules.md, 21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Decision, Draft
from slaflow.lifecycle.events import Input
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.life import Life
from slaflow.lifecycle.migration.move import Renamed
from slaflow.lifecycle.people import Directory
from slaflow.log.difference import difference, missing, uncalled
from slaflow.log.entry import Entry
from slaflow.log.errors import NotReplayable
from slaflow.log.inputs import input_of, is_told
from slaflow.log.people import PeopleLog
from slaflow.log.picks import with_picks
from slaflow.log.verify import Finding
from slaflow.workflow.model.workflow import Workflow

Versions = Callable[[str, int | None], Workflow]
"""The version with a digest as it was in force when the entry with that id was written (None: now).

Raises ``VerificationImpossible`` where nobody knows its text.
"""
INSTANT = timedelta(microseconds=1)


class Uncalled(Exception):
    """An input stands later in the log than the steps before it go; never leaves this package."""


@dataclass
class Retelling:
    """One lead on its way through its log again.

    ``entries`` are those of its stream from the first on, none left out. ``life`` is where it stands, with
    every clock it had.
    """

    entries: Sequence[Entry]
    versions: Versions
    people: PeopleLog
    life: Life = field(default_factory=Life)
    renamed: list[Renamed] = field(default_factory=list)
    """Its clocks that a migration called otherwise, in order."""

    @property
    def seq(self) -> int:
        return 0 if self.life.lead is None else self.life.lead.seq

    def everything(self) -> Iterator[Draft]:
        """The whole log again, entry by entry, to the instant at which it ends.

        Raises:
            Uncalled: an input does not come where the steps before it lead.
        """
        for entry in self.entries:
            if is_told(entry):
                yield from self.told(entry)
        yield from self._passed(None, len(self.entries))

    def until(self, at: datetime) -> Iterator[Draft]:
        """What was told by *at*, and every step that fell before it.

        Raises:
            Uncalled: as above.
        """
        for entry in self.entries:
            if is_told(entry):
                if known_at(entry) > at:
                    break
                yield from self.told(entry)
        yield from self._passed(at, 0)

    def told(self, entry: Entry) -> Iterator[Draft]:
        """One input again, the steps before it first: those before its arrival, and those that a tick
        had carried out already when it came."""
        event = input_of(entry)
        yield from self._passed(event.arrived_at, entry.seq - 1)
        if self.seq != entry.seq - 1:
            raise Uncalled
        yield from self._decided(event, max(event.arrived_at, entry.at))

    def _passed(self, before: datetime | None, seq: int) -> Iterator[Draft]:
        """Steps, an instant at a time: those before *before*, and on until the log is *seq* long."""
        while self.life.lead is not None:
            falls = self.life.next_wake
            if falls is None or not (self.seq < seq or (before is not None and falls < before)):
                return
            yield from self._decided(None, falls + INSTANT)

    def _decided(self, event: Input | None, at: datetime) -> list[Draft]:
        written = self.entries[self.seq] if self.seq < len(self.entries) else None
        entry_id = None if written is None else written.id
        lead = self.life.lead
        digest = self.entries[0].digest if lead is None else lead.digest
        people = self.people.known(entry_id, at)
        if event is not None:
            people = with_picks(people, self.entries, self.seq)
        workflow = self.versions(digest or "", entry_id)

        def version(named: str) -> Workflow:
            return self.versions(named, entry_id)

        def decided(known: Directory, in_place: bool) -> Decision:
            return self.life.decide(workflow, known, event, at, versions=version, in_place=in_place)

        decision = self._as_written(decided, people, at)
        self.life.take(decision)
        self.renamed += decision.renamed
        return decision.entries

    def _as_written(
        self, decided: Callable[[Directory, bool], Decision], people: Directory, at: datetime
    ) -> Decision:
        """Decides by today's rules, or, where they give the lead to another, by those of earlier versions.

        These knew nothing more of an owner who had left, so that ``assign: next`` found nobody then. Their
        logs are as good as ever: what is none of the two is a finding. Costs nothing where nobody is picked.
        """
        if not self._assigns_by(at):
            return decided(people, True)
        today = decided(people, False)
        if self._is_written(today):
            return today
        earlier = decided(people.without_recall(), False)
        return earlier if self._is_written(earlier) else today

    def _assigns_by(self, at: datetime) -> bool:
        """Whether the log goes on with an assignment up to *at*."""
        for place in range(self.seq, len(self.entries)):
            if self.entries[place].at > at:
                return False
            if self.entries[place].kind == "assigned":
                return True
        return False

    def _is_written(self, decision: Decision) -> bool:
        """Whether the log gives the lead to the same people at the same places."""
        written = self.entries[self.seq : self.seq + len(decision.entries)]
        return all(_gives_alike(*pair) for pair in zip(decision.entries, written, strict=False))


def _gives_alike(draft: Draft, written: Entry) -> bool:
    if draft.kind != "assigned" or written.kind != "assigned":
        return draft.kind == written.kind
    return bool(draft.data["to"] == (written.data or {}).get("to"))


def known_at(entry: Entry) -> datetime:
    """From when on an input was known: it was told, and what the log says by then lies before it."""
    return entry.at if entry.arrived_at is None else max(entry.arrived_at, entry.at)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What deciding a lead again came to: where it stands, or the first entry that differs, or why
    neither could be said."""

    lead: Lead | None = None
    clocks: Sequence[Clock] = ()
    finding: Finding | None = None
    unchecked: str | None = None


def check_whole(entries: Sequence[Entry]) -> None:
    """Raises :class:`NotReplayable` where entries were erased or put away into an archive."""
    if not entries or entries[0].seq != 1:
        raise NotReplayable("its first entries are not in the database any more")
    if any(entry.data_text is None for entry in entries):
        raise NotReplayable("erased")


def replay(entries: Sequence[Entry], versions: Versions, people: PeopleLog) -> Replayed:
    """A lead decided again from *entries*, those of its stream in order of ``seq``, whose hashes hold.

    A log that is not ticked up to now is whole all the same: it is compared to the instant where it ends.

    Raises:
        VerificationImpossible: the text of a version, or the people of then, are not to be had.

    Cost: one decision per input and per instant of steps, about what deciding it took the first time.
    """
    retelling = Retelling(entries, versions, people)
    try:
        check_whole(entries)
        finding = _compared(entries, retelling)
    except NotReplayable as error:
        return Replayed(unchecked=error.reason)
    if finding is not None:
        return Replayed(finding=finding)
    return Replayed(retelling.life.lead, retelling.life.clocks)


def _compared(entries: Sequence[Entry], retelling: Retelling) -> Finding | None:
    try:
        for draft in retelling.everything():
            if draft.seq > len(entries):
                return missing(entries[-1], draft)
            written = entries[draft.seq - 1]
            finding = difference(written, draft, retelling.life.lead)
            if finding is not None:
                return finding
    except Uncalled:
        return uncalled(entries[retelling.seq])
    return uncalled(entries[retelling.seq]) if retelling.seq < len(entries) else None


def standing_at(
    entries: Sequence[Entry], at: datetime, versions: Versions, people: PeopleLog
) -> tuple[Lead | None, list[Clock]]:
    """The lead as it stood at *at*, by what had been told by then; None where it was not there yet.

    Raises:
        NotReplayable: it was erased since, or its log does not go again as it went.
    """
    check_whole(entries)
    retelling = Retelling(entries, versions, people)
    try:
        for _ in retelling.until(at):
            pass
    except Uncalled:
        raise NotReplayable("its entries are not what its inputs come to") from None
    return retelling.life.lead, retelling.life.clocks
