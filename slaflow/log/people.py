"""The stream ``people`` as directories: who was there at any instant, and as far as was known by then.

Rows are valid from and until, so one directory answers for every instant; only a change that was
recorded with an instant before something already decided asks for more (rules.md, 19: a change takes
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
from slaflow.workflow.identity import folded


class PeopleLog:
    """Everybody, by the entries of the stream ``people`` in order of ``seq``.

    Up to entry *told_apart_until* of the whole log each spelling of an address was a person of its own.
    """

    def __init__(self, entries: Sequence[Entry], told_apart_until: int = 0) -> None:
        self.everybody = directory_of(entries, told_apart_until)
        self._entries = entries
        self._told_apart_until = told_apart_until
        self._ids = [entry.id or 0 for entry in entries]
        # The earliest instant of what was recorded from each entry on.
        self._earliest = [*accumulate((entry.at for entry in reversed(entries)), min)][::-1]
        self._before = lru_cache(maxsize=16)(self._known_before)

    def known(self, entry_id: int | None, at: datetime) -> Directory:
        """The people as whoever wrote entry *entry_id* (None: who writes now) knew them, as of up to *at*."""
        place = self.place(entry_id)
        if place < len(self._ids) and self._earliest[place] > at:
            place = len(self._ids)
        return self._before(place, entry_id is not None and entry_id <= self._told_apart_until)

    def place(self, entry_id: int | None) -> int:
        """How many changes stand before entry *entry_id* (None: all)."""
        return len(self._ids) if entry_id is None else bisect_left(self._ids, entry_id)

    def _known_before(self, place: int, told_apart: bool) -> Directory:
        if told_apart:
            return self._before(place, False).told_apart()
        if place == len(self._ids):
            return self.everybody
        return directory_of(self._entries[:place], self._told_apart_until)


def directory_of(entries: Iterable[Entry], told_apart_until: int = 0) -> Directory:
    """The people that *entries* of the stream ``people`` record, without turns.

    A change ends every spelling of the person it names, up to entry *told_apart_until* only that one.

    Raises:
        VerificationImpossible: an entry has no data, or says what this version does not know.
    """
    people: list[Person] = []
    absences: list[Absence] = []
    present: dict[str, list[tuple[str, int]]] = {}
    for entry in entries:
        data = entry.data or {}
        change = data.get("change")
        if change == "away":
            begins, ends = (datetime.fromisoformat(data[name]) for name in ("from", "until"))
            absences.append(Absence(data["email"], begins, ends, entry.at, data.get("stand_in")))
            continue
        if change == "back":
            absences = [_ended(each, data, entry.at) for each in absences]
            continue
        if change not in ("recorded", "removed"):
            raise VerificationImpossible(f"people, entry {entry.seq}: it does not say what changed")
        stay = []
        for spelling, place in present.pop(key := folded(data["email"]), ()):
            if spelling != data["email"] and (entry.id or 0) <= told_apart_until:
                stay.append((spelling, place))
            else:
                people[place] = replace(people[place], valid_until=entry.at)
        if change == "recorded":
            stay.append((data["email"], len(people)))
            people.append(_person(data, entry.at))
        present[key] = stay
    return Directory(tuple(sorted(people, key=lambda person: person.order)), tuple(absences))


def _ended(absence: Absence, data: Mapping[str, Any], at: datetime) -> Absence:
    """It, ended at *at* if it is the one that the entry names."""
    named = (data["email"], *(datetime.fromisoformat(data[name]) for name in ("from", "until")))
    is_it = (absence.email, absence.starts_at, absence.ends_at) == named and absence.back_at is None
    return replace(absence, back_at=at) if is_it else absence


def _person(data: Mapping[str, Any], at: datetime) -> Person:
    rest = {name: data[name] for name in ("name", "team", "manager", "role")}
    # Told only where they are not as of somebody of whom nothing is.
    rest |= {name: data[name] for name in ("calendar", "weight", "capacity", "per_day") if name in data}
    return Person(data["email"], data["party"], data["order"], at, None, **rest)
