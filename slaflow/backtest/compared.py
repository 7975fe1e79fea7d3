"""One lead on both sides: as it was recorded, and as the draft would have had it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from slaflow.backtest.course import Handoff, course_of, diverged_at
from slaflow.backtest.meant import Reader
from slaflow.backtest.pairs import Pair, pairs_of
from slaflow.backtest.promise import begun_by, promises_of
from slaflow.backtest.telling import Telling, Unlike
from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Draft
from slaflow.log.entry import Entry
from slaflow.log.errors import NotReplayable
from slaflow.log.people import PeopleLog
from slaflow.log.replay import Retelling, Uncalled, Versions, check_whole, known_at


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every lead. Promises count that began in ``[start, end)``; None is unbounded."""

    reader: Reader
    versions: Versions
    people: PeopleLog
    at: datetime
    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether *at* lies in the period."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class Compared(NamedTuple):
    """Both sides of a lead. ``drafts`` are the entries that the draft would have written."""

    lead: int
    digests: Sequence[str]
    entries: int
    inputs: int
    pairs: Sequence[Pair]
    diverged_at: datetime | None
    recorded_handoffs: Sequence[Handoff]
    would_be_handoffs: Sequence[Handoff]
    impossible: Sequence[Unlike]
    possible: Sequence[Unlike]
    drafts: Sequence[Draft]
    clocks: Sequence[Clock]
    asked: Asked


def compared(entries: Sequence[Entry], asked: Asked, rows: Sequence[Clock] | None = None) -> Compared | None:
    """A lead on both sides, as of the instant; None where it was not there yet.

    Args:
        entries: those of its stream from the first on.
        rows: its clocks as they are stored. Where they say how it stood at the instant, the record is read
            and not decided again.

    Raises:
        NotReplayable: it was erased or archived, or its log does not go again as it went.
        VerificationImpossible: the text of a version, or the people of then, are not to be had.

    Cost: two decisions per input and per instant of steps, one where the record is read.
    """
    check_whole(entries)
    if known_at(entries[0]) > asked.at:
        return None
    clocks, told, retelling = _recorded(entries, asked, rows)
    places = {entry.seq: entry.id or 0 for entry in entries if entry.kind == "clock_started"}
    begun = begun_by(told, retelling.renamed, _Places(places))
    telling = Telling(entries, asked.reader, asked.versions, asked.people, begun, retelling.renamed)
    telling.until(asked.at)
    course, other = course_of(told), course_of(telling.drafts)
    try:
        recorded = promises_of(clocks, begun)
    except KeyError:
        raise NotReplayable("a clock's row is there that its log does not start") from None
    pairs = pairs_of(recorded, promises_of(telling.life.clocks, telling.begun))
    lead = entries[0].lead or 0
    return Compared(
        lead, tuple(dict.fromkeys(entry.digest or "" for entry in told if entry.digest)),
        len(entries) if told is entries else sum(known_at(entry) <= asked.at for entry in entries),
        telling.inputs,
        [pair for pair in pairs if any(each and asked.holds(each.began.at) for each in pair)],
        diverged_at(course.stays, other.stays),
        [each for each in course.handoffs if asked.holds(each.at)],
        [each for each in other.handoffs if asked.holds(each.at)],
        telling.impossible, telling.possible, telling.drafts, telling.life.clocks, asked,
    )  # fmt: skip


class _Places(dict[int, int]):
    """Of what only fell due by the instant, and stands in no log yet: after everything."""

    def __missing__(self, seq: int) -> int:
        return 2**62 + seq


def _recorded(
    entries: Sequence[Entry], asked: Asked, rows: Sequence[Clock] | None
) -> tuple[Sequence[Clock], Sequence[Entry] | Sequence[Draft], Retelling]:
    """Its clocks, and what was told of it up to the instant."""
    retelling = Retelling(entries, asked.versions, asked.people)
    if rows is not None and _is_settled(entries, rows, asked.at):
        return rows, entries, retelling
    try:
        drafts = list(retelling.until(asked.at))
    except Uncalled:
        raise NotReplayable("its entries are not what its inputs come to") from None
    return retelling.life.clocks, drafts, retelling


def _is_settled(entries: Sequence[Entry], rows: Iterable[Clock], at: datetime) -> bool:
    """Whether the stored clocks are those of the instant: all is told, and nothing falls before it."""
    if any(clock.wake_at is not None and clock.wake_at < at for clock in rows):
        return False
    latest = entries[-1].at
    if latest > at or any(entry.kind == "migrated" for entry in entries):
        return False
    # Of the last instant alone steps may still be missing, as it is not over yet.
    late = (entry for entry in entries if entry.entry_class == "input" or entry.at == at)
    return all(known_at(entry) <= at and (entry.at < at or entry.step is None) for entry in late)
