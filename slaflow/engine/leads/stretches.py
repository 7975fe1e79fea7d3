"""Under which terms an open clock ran, and when: each move of its lead to another version may alter them.

The log does not say what a move found, only who moved when; so the lead is decided again up to each move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slaflow.clock.state import Clock
from slaflow.engine.leads.stretch import Key, Stretch, Stretches
from slaflow.engine.log.past import Lookback
from slaflow.lifecycle.lead import Lead
from slaflow.log.entry import Entry
from slaflow.log.errors import NotReplayable, VerificationImpossible
from slaflow.log.replay import standing_at
from slaflow.store.log import history


def stretches(back: Lookback, lead: Lead) -> Stretches:
    """The earlier terms of every clock of *lead* that was open when it moved; nothing where it never did.

    Nothing either where its log is gone or does not go again as it went: then only the present terms are
    known. Cost: one look where it never moved, else its log once for each move.
    """
    moves = history.of_stream(back.conn, f"lead:{lead.id}", ["migrated"])
    if not any(move.seq <= lead.seq for move in moves):
        return {}
    entries = dict(history.streams(back.conn, [lead.id])).get(lead.id, [])
    found: dict[Key, list[Stretch]] = {}
    try:
        for move in moves:
            if move.seq <= lead.seq:
                _follow(back, entries, move, found)
    except (NotReplayable, VerificationImpossible):
        return {}
    return found


def _follow(back: Lookback, entries: Sequence[Entry], move: Entry, found: dict[Key, list[Stretch]]) -> None:
    """Adds what *move* found of each open clock, under the name that it gave it."""
    lead, clocks = standing_at(entries[: move.seq - 1], move.at, back.versions, back.people)
    if lead is None:
        return
    targets = (move.data or {})["target_map"]
    ended = {
        (each.target, each.clock)
        for each in entries[move.seq :]
        if each.kind == "clock_cancelled" and each.caused_by == move.seq
    }
    numbers, known = dict(lead.clock_numbers), dict(found)
    for clock in (clock for clock in clocks if clock.is_open):
        key = clock.target, clock.number
        if key in ended:
            continue
        found.pop(key, None)
        now = _renamed(clock, targets, numbers)
        found[now] = [*known.get(key, ()), _stretch(back, clock, move)]


def _renamed(clock: Clock, targets: Mapping[str, str], numbers: dict[str, int]) -> Key:
    name = targets.get(clock.target, clock.target)
    if name == clock.target:
        return name, clock.number
    numbers[name] = numbers[name] + 1 if name in numbers else clock.number
    return name, numbers[name]


def _stretch(back: Lookback, clock: Clock, move: Entry) -> Stretch:
    workflow = back.versions(clock.digest, move.id)
    return Stretch(
        move.at, (clock.target, clock.number), clock.digest, clock.calendar,
        workflow.calendars[clock.calendar], workflow.target(clock.target), clock.case,
    )  # fmt: skip
