"""What an input read of other leads, as the log tells it: whose turn it was, and the figures of then.

Deciding again takes turns, open leads and those dealt that day as they were told, and chooses anew. Weights,
limits, who was there, and the choice itself are not taken from the pick: they must come out the same. A pick
without figures was made by turns alone, be it by a version that knew no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slaflow.lifecycle.dealing.loads import Asked, Reading
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.log.inputs import is_deal, is_pick, is_told


class Told:
    """What the picks of one input say of other leads: the first of each team, as no more was read."""

    def __init__(self, picks: Sequence[Entry]) -> None:
        self._readings: dict[str, Reading] = {}
        self._owners: dict[str, Sequence[str]] = {}
        for entry in picks:
            data = entry.data or {}
            for part in (*data.get("passed", ()), data):
                self._hear(part, entry.held_by or "")

    def _hear(self, part: Mapping[str, Any], party: str) -> None:
        if part.get("figures"):
            figures = part["figures"]
            reading = Reading(_counts(figures, "open"), _counts(figures, "today"), part.get("round", 1))
            self._readings.setdefault(part["team"], reading)
        elif part.get("method") == "account":
            self._owners.setdefault(party, tuple(part["candidates"]))

    def reading(self, asked: Asked) -> Reading | None:
        return self._readings.get(asked.team)

    def owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        return self._owners.get(party, ())


def draws(entry: Entry) -> bool:
    """Whether a team's turn was drawn by *entry*."""
    if not (is_pick(entry) or is_deal(entry)):
        return False
    data = entry.data or {}
    return data.get("team") is not None and data["to"] is not None


def _counts(figures: Sequence[Mapping[str, Any]], key: str) -> dict[str, int]:
    return {each["email"]: each[key] for each in figures if key in each}


def with_picks(people: Directory, entries: Sequence[Entry], place: int) -> Directory:
    """*people* with turns and loads by which an input picks again whom it picked.

    *place* is that of the input's own entry among *entries*.
    """
    picks = list(_picks(entries, place))
    drawn = set()
    for entry in picks:
        data = entry.data or {}
        team = data.get("team")
        if team is None or team in drawn:
            continue
        drawn.add(team)
        if "after" in data:
            if data["after"] is not None:
                people = people.after_turn(team, data["after"])
        elif data["to"] is not None:
            people = people.after_turn(team, _before(people, data["to"]))
    return people.reading(Told(picks))


def _picks(entries: Sequence[Entry], place: int) -> Iterator[Entry]:
    """The picks that belong to the input at *place*, which may be one itself."""
    if place < len(entries) and is_deal(entries[place]):
        yield entries[place]
    for number in range(place + 1, len(entries)):
        entry = entries[number]
        if entry.entry_class != "input":
            continue
        if is_told(entry):
            return
        if entry.data is not None:
            yield entry


def _before(people: Directory, email: str) -> str:
    """Whose turn comes right before *email*'s; nobody's before the first."""
    everybody = people.known_emails()
    place = everybody.index(email) if email in everybody else 0
    return everybody[place - 1] if place else ""
