"""The stream ``people`` as directories: who was there at any instant, and as far as was known by then.

Rows are valid from and until, so one directory answers for every instant; only a change that was
recorded with an instant before something already decided asks for more (SEMANTICS 19: a change takes
effect when recorded, never earlier).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

from slaflow.lifecycle.people import Absence, Directory, Person
from slaflow.log.entry import Entry
from slaflow.log.errors import VerificationImpossible


class PeopleLog:
    """Everybody, by the entries of the stream ``people`` in order of ``seq``."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.everybody = directory_of(entries)
        self._entries = entries
        self._ids = [entry.id or 0 for entry in entries]
        # The earliest instant of what was recorded from each entry on.
        self._earliest = [*accumulate((entry.at for entry in reversed(entries)), min)][::-1]
        self._before = lru_cache(maxsize=16)(self._known_before)

    def known(self, entry_id: int | None, at: datetime) -> Directory:
        """The people as whoever wrote entry *entry_id* (None: who writes now) knew them, as of up to *at*."""
        place = len(self._ids) if entry_id is None else bisect_left(self._ids, entry_id)
        if place == len(self._ids) or self._earliest[place] > at:
            return self.everybody
        return self._before(place)

    def _known_before(self, place: int) -> Directory:
        return directory_of(self._entries[:place])


def directory_of(entries: Iterable[Entry]) -> Directory:
    """The people that *entries* of the stream ``people`` record, without turns.

    Raises:
        VerificationImpossible: an entry has no data, or says what this version does not know.
    """
    people: list[Person] = []
    absences: list[Absence] = []
    present: dict[str, int] = {}
    for entry in entries:
        data = entry.data or {}
        change = data.get("change")
        if change == "away":
            begins, ends = (datetime.fromisoformat(data[name]) for name in ("from", "until"))
            absences.append(Absence(data["email"], begins, ends, entry.at))
            continue
        if change not in ("recorded", "removed"):
            raise VerificationImpossible(f"people, entry {entry.seq}: it does not say what changed")
        place = present.pop(data["email"], None)
        if place is not None:
            people[place] = replace(people[place], valid_until=entry.at)
        if change == "recorded":
            present[data["email"]] = len(people)
            people.append(_person(data, entry.at))
    return Directory(tuple(sorted(people, key=lambda person: person.order)), tuple(absences))


def _person(data: Mapping[str, Any], at: datetime) -> Person:
    rest = {name: data[name] for name in ("name", "team", "manager", "role")}
    return Person(data["email"], data["party"], data["order"], at, None, **rest)
