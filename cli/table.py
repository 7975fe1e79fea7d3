"""How wide the columns of a table are, and which give way where a terminal is too narrow; pure arithmetic.

Text wraps at words. What would leave a column with a word a line costs the columns that tell
least instead, and what was left out is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = 2
READABLE, NARROW = 24, 8
"""No column of prose is squeezed below the first; where nothing else helps, words break at the second."""


@dataclass(frozen=True, slots=True)
class Column:
    """A title, and when the column gives way: the highest rank first, rank 0 never."""

    title: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are shown, by place, with the width of each; and those there was no room for."""

    kept: tuple[int, ...]
    widths: tuple[int, ...]
    left_out: tuple[int, ...] = ()


def lay_out(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int | None) -> Layout:
    """A layout for *rows* in *room* characters, None for all the room there is.

    Columns without anything in them are not shown, and nobody misses them.
    """
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    texts = {place: [columns[place].title, *(row[place] for row in rows)] for place in kept}
    widths = {place: max(map(len, texts[place])) for place in kept}
    if room is None:
        return Layout(tuple(kept), tuple(widths.values()))
    words = {place: _longest_word(texts[place]) for place in kept}
    # A title may take two lines; what stands below it is to be read at a glance.
    needs = {place: max(words[place], min(READABLE, max(map(len, texts[place][1:])))) for place in kept}
    dropped = []
    while _total(needs) > room and (gives_way := [place for place in needs if columns[place].rank]):
        last = max(gives_way, key=lambda place: (columns[place].rank, place))
        dropped.append(last)
        del needs[last]
    shown = {place: widths[place] for place in needs}
    for floor in (needs, words, dict.fromkeys(needs, NARROW)):
        _narrow(shown, floor, room)
    return Layout(tuple(shown), tuple(shown.values()), tuple(sorted(dropped)))


def _longest_word(texts: Iterable[str]) -> int:
    return max((len(word) for text in texts for word in text.split()), default=0)


def _total(widths: dict[int, int]) -> int:
    return sum(widths.values()) + GAP * len(widths)


def _narrow(widths: dict[int, int], floor: dict[int, int], room: int) -> None:
    """Takes from the widest, a character at a time, until all fit or each has come down to its floor."""
    while _total(widths) > room and (wider := [place for place in widths if widths[place] > floor[place]]):
        widths[max(wider, key=widths.__getitem__)] -= 1
