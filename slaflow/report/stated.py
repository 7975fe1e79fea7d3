"""Figures and promises of commitments in words, for tables and pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

Figures = Mapping[str, Any]


def figure_words(row: Figures, told: Figures) -> str:
    """``187``, ``66.66% (6 of 9)``, ``1 of 2 signed``; *told* is the row, an owner's part or a restatement."""
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


def promise_words(row: Figures, zone: tzinfo) -> str:
    """``at least 200``, with the days it was cut to where the period was not whole."""
    if "signed_by" in row["promise"]:
        due = datetime.fromisoformat(row["promise"]["signed_by"]).astimezone(zone)
        return f"by {due:%a %Y-%m-%d %H:%M}"
    words = " and ".join(f"{key.replace('_', ' ')} {value}" for key, value in row["promise"].items())
    cut = row.get("prorated")
    return f"{words} ({cut['days']} of {cut['of']} days)" if cut else words


def verdict_words(row: Figures) -> str:
    """The verdict of the closing, and the last one if what came to light since restated it."""
    if row["status"] != "closed":
        return "open"
    last = row["restated"][-1]["verdict"] if row["restated"] else row["verdict"]
    first = row["verdict"] or "no verdict"
    return first if last == row["verdict"] else f"{first}, restated {last or 'no verdict'}"
