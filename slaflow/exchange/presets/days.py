"""Whether 3/6/2026 in a file is March 6, as in the United States, or June 3: its other dates tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}(?!\d)")


class Slashed(NamedTuple):
    """A date of the file between slashes; ``is_day_first`` None: nothing in the file tells."""

    example: str
    is_day_first: bool | None


def slashed(texts: Iterable[str]) -> Slashed | None:
    """The first of *texts* that tells which number is the day, else any such date, else None."""
    undecided: Slashed | None = None
    for text in texts:
        found = _SLASHED.match(text)
        if found is None:
            continue
        first, second = int(found[1]), int(found[2])
        if (first > 12) != (second > 12):
            return Slashed(found[0], first > 12)
        undecided = undecided or Slashed(found[0], None)
    return undecided
