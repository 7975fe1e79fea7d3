"""What is drawn: a box per state with what is owed there, and a way with labels for each pair of states."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from unicodedata import east_asian_width

from slaflow.workflow.diagram import clocks_at, fill_of, party_title, title_of, transition_label
from slaflow.workflow.model.workflow import Workflow

TITLE, SMALL = 14.0, 11.0
"""Sizes of letters, in pixels."""
LINE = 1.35
_LETTER = 0.57
"""Of a letter's size its width, generously: fonts differ from reader to reader."""
_WIDE = frozenset("WF")
MOST_LETTERS = 44
PADDING = 12.0


@dataclass(frozen=True, slots=True)
class Box:
    """A state. ``lines`` stand below its title: who holds it, what is done there, what is owed."""

    name: str
    title: tuple[str, ...]
    lines: tuple[str, ...]
    fill: str
    is_final: bool
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Way:
    """From one state to another, with every trigger that leads there."""

    start: str
    end: str
    labels: tuple[str, ...]

    @property
    def width(self) -> float:
        return max(text_width(each, SMALL) for each in self.labels) + 10

    @property
    def height(self) -> float:
        return len(self.labels) * SMALL * LINE + 6


def text_width(text: str, size: float) -> float:
    """About how wide *text* is drawn, rather too wide than too narrow."""
    return sum(size if east_asian_width(letter) in _WIDE else size * _LETTER for letter in text)


def boxes(agreement: Workflow) -> list[Box]:
    notes = clocks_at(agreement)
    return [_box(agreement, name, notes.get(name, [])) for name in agreement.states]


def _box(agreement: Workflow, name: str, owed: list[str]) -> Box:
    state = agreement.states[name]
    title = tuple(_wrapped(title_of(state), MOST_LETTERS * 2 // 3))
    said = [party_title(agreement, state.held_by)] if state.held_by else []
    stays = [transition_label(row) for row in agreement.transitions if _stays(row.to, name, row.from_states)]
    said += [f"here: {label}" for label in dict.fromkeys(stays)]
    said += owed
    lines = tuple(line for each in said for line in _wrapped(each, MOST_LETTERS))
    width = max([text_width(each, TITLE) for each in title] + [text_width(each, SMALL) for each in lines])
    height = len(title) * TITLE * LINE + len(lines) * SMALL * LINE + PADDING
    fill = (
        fill_of(agreement, state.held_by)
        if state.held_by and state.held_by in agreement.parties
        else "#ffffff"
    )
    return Box(name, title, lines, fill, state.final, width + 2 * PADDING, height + PADDING)


def _stays(to: str | None, name: str, starts: tuple[str, ...]) -> bool:
    return name in starts and to in (None, name)


def _wrapped(text: str, letters: int) -> list[str]:
    plain = " ".join(text.split())
    return textwrap.wrap(plain, letters, subsequent_indent="  ", break_on_hyphens=False) or [""]


def ways(agreement: Workflow) -> list[Way]:
    """One for each pair of states, in order of the file; what leaves a lead where it is stands in its box."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in agreement.transitions:
        for start in row.from_states:
            if row.to is not None and row.to != start:
                found.setdefault((start, row.to), []).extend(_wrapped(transition_label(row), MOST_LETTERS))
    return [Way(start, end, tuple(dict.fromkeys(labels))) for (start, end), labels in found.items()]
