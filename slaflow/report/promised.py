"""A period's commitments in the words of the review."""

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
            "promised": _promise(row, instant),
            "measured": _figure(row),
            "verdict": _verdict(row, instant),
        }


def _promise(row: Figures, instant: Callable[[str], str]) -> str:
    if "signed_by" in row["promise"]:
        return f"signed by {instant(row['promise']['signed_by'])}"
    return " and ".join(f"{key.replace('_', ' ')} {value}" for key, value in row["promise"].items())


def _figure(row: Figures) -> str:
    if "signed_by" in row["promise"]:
        return f"{row['of']} of {row['among']} signed"
    if "among" not in row:
        return str(row["figure"])
    if row["figure"] is None:
        return "none of 0"
    share = (Decimal(row["figure"]) * 100).normalize()
    return f"{share:f}% ({row['of']} of {row['among']})"


def _verdict(row: Figures, instant: Callable[[str], str]) -> str:
    if row["status"] != "closed":
        return f"{row['status']}, closes {instant(row['closes_at'])}"
    verdict = row["verdict"] or "no verdict"
    return (
        f"{verdict}; restated later: {_figure({**row, **row['restated'][-1]})}"
        if row["restated"]
        else verdict
    )
