"""A period's commitments in words: what was promised, measured, and came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

Figures = Mapping[str, Any]


def promised(rows: Iterable[Figures], instant: Callable[[str], str]) -> Iterator[dict[str, str]]:
    """Each commitment of ``report commitments``: who owes what, what was measured, what came of it."""
    for row in rows:
        yield {
            "commitment": row["title"] or row["commitment"].replace("_", " "),
            "owed_by": ", ".join(row["owed_by"]),
            "period": row["period"],
            "promised": promise_words(row, instant),
            "measured": figure_words(row, row),
            "verdict": _verdict(row, instant),
        }


def promise_words(row: Figures, instant: Callable[[str], str]) -> str:
    """``at least 200``, with the days it was cut to where the period was not whole; ``signed by`` when."""
    if "signed_by" in row["promise"]:
        return f"signed by {instant(row['promise']['signed_by'])}"
    words = " and ".join(f"{key.replace('_', ' ')} {value}" for key, value in row["promise"].items())
    cut = row.get("prorated")
    return f"{words} ({cut['days']} of {cut['of']} days)" if cut else words


def figure_words(row: Figures, told: Figures) -> str:
    """``187``, ``66.66% (6 of 9)``, ``1 of 2 signed``; *told* may be an owner's part of the row."""
    if "signed_by" in row["promise"]:
        return f"{told['of']} of {told['among']} signed"
    if "among" not in told:
        return str(told["figure"])
    if told["figure"] is None:
        return "none of 0"
    return f"{percent_words(told['figure'])} ({told['of']} of {told['among']})"


def percent_words(share: str) -> str:
    """A share as it is stated, in parts of one hundred."""
    return f"{(Decimal(share) * 100).normalize():f}%"


def _verdict(row: Figures, instant: Callable[[str], str]) -> str:
    if row["status"] != "closed":
        return f"{row['status']}, closes {instant(row['closes_at'])}"
    verdict = row["verdict"] or "no verdict"
    if not row["restated"]:
        return verdict
    return f"{verdict}; restated later: {figure_words(row, row['restated'][-1])}"
