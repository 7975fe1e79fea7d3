"""A period's commitments in words: what was promised, measured, and came of it; and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from slaflow.hours.words import open_time

Figures = Mapping[str, Any]
Spelt = Callable[[str], str]
"""Spells an instant."""
Mood = Literal["kept", "missed", "good", "poor", "open"]
NOBODY = "(no owner)"


class Line(NamedTuple):
    """One line about a commitment: of the whole, of an ``owner``'s part, or as it was ``restated``.

    ``name`` is the owner, or when it was restated.
    """

    about: Literal["commitment", "owner", "restated"]
    name: str
    measured: str
    came_of_it: str
    mood: Mood


def lines(row: Figures, instant: Spelt) -> Iterator[Line]:
    """Everything that is told of a commitment of ``report commitments`` or ``review show``, in order."""
    yield Line("commitment", "", figure_words(row, row), *_standing(row, instant))
    yield from _owners(row, row)
    for restated in row["restated"]:
        since = f"restated {instant(restated['at'])}"
        yield Line("restated", since, figure_words(row, restated), *_verdict(row, restated))
        yield from _owners(row, restated)


def _owners(row: Figures, promised: Figures) -> Iterator[Line]:
    paces = {each["owner"]: each for each in (row["pace"] or {}).get("owners", ())}
    for owner in promised.get("owners", ()):
        name = owner["owner"]
        if row["status"] == "closed":
            verdict = _verdict(row, owner)
        else:
            verdict = _heading(row, owner, paces[name]) if name in paces else ("", "open")
        yield Line("owner", name or NOBODY, figure_words(row, owner), *verdict)


def _standing(row: Figures, instant: Spelt) -> tuple[str, Mood]:
    """What has come of the whole by now, or where it leads."""
    if row["status"] == "closed":
        return _verdict(row, row)
    if row["status"] == "due":
        return "closes with the next tick", "poor"
    pace = row["pace"]
    if pace is None:
        return f"closes {instant(row['closes_at'])}", "open"
    heading, mood = _heading(row, row, pace)
    return f"{heading}, {pace['over']} of {pace['of']} {'day' if pace['of'] == 1 else 'days'} over", mood


def _verdict(row: Figures, promised: Figures) -> tuple[str, Mood]:
    if promised["verdict"] is None:
        few = _too_few(row, promised)
        return f"no verdict: too few{few}" if few else "no verdict", "open"
    return promised["verdict"], promised["verdict"]


def _heading(row: Figures, promised: Figures, pace: Figures) -> tuple[str, Mood]:
    if pace["on_pace"] is None and not row["promise"]:
        return "running", "open"
    if pace["on_pace"] is None:
        return f"too few yet{_too_few(row, promised)}", "open"
    ahead = pace["projection"]
    shown = percent_words(ahead) if "among" in promised else str(ahead)
    shown = open_time(float(ahead)) if "clocks" in promised else shown
    words, mood = ("on pace", "good") if pace["on_pace"] else ("out of pace", "poor")
    return f"{words}: heading for {shown}", mood  # type: ignore[return-value]


def _too_few(row: Figures, promised: Figures) -> str:
    """`` (1 of 20)``; nothing where it is not for want of decisions, or a matter of each owner."""
    least = row.get("min_sample")
    found = promised.get("among", promised.get("clocks", least))
    return "" if least is None or found >= least else f" ({found} of {least})"


def promise_words(row: Figures, instant: Spelt) -> str:
    """``at least 200``, with the days it was cut to where the period was not whole; ``signed by`` when."""
    if "signed_by" in row["promise"]:
        return f"signed by {instant(row['promise']['signed_by'])}"
    if not row["promise"]:
        return "nothing owed"
    words = " and ".join(f"{key.replace('_', ' ')} {value}" for key, value in row["promise"].items())
    cut = row.get("prorated")
    return f"{words} ({cut['days']} of {cut['of']} days)" if cut else words


def figure_words(row: Figures, promised: Figures) -> str:
    """``187``, ``66.66% (6 of 9)``, ``1 of 2 signed``; *promised* may be an owner's part of the row."""
    if "signed_by" in row["promise"]:
        return f"{promised['of']} of {promised['among']} signed"
    if "clocks" in promised:
        took = promised["figure"]
        return "none of 0" if took is None else f"{open_time(float(took))} ({promised['clocks']} fulfilled)"
    if "among" not in promised:
        return str(promised["figure"])
    if promised["figure"] is None:
        return "none of 0"
    return f"{percent_words(promised['figure'])} ({promised['of']} of {promised['among']})"


def changed_words(review: Figures) -> Iterator[str]:
    """What of a record of ``review show`` is not as it was signed, a sentence each; nothing where all is."""
    signed = review["signatures"]
    if review["signed_alike"] is False:
        yield f"{' and '.join(each['party'] for each in signed)} signed different records"
    for each in signed:
        if each["changed_since"]:
            what = ", ".join(f"{change['commitment']} {change['what']}" for change in each["changed_since"])
            yield f"since {each['party']} signed: {what}"
        elif each["record_digest"] != review["record_digest"]:
            yield f"since {each['party']} signed: the terms changed"


def missed_by(row: Figures) -> list[str]:
    """The owners who missed a commitment that is judged per owner."""
    return [each["owner"] or NOBODY for each in row.get("owners", ()) if each["verdict"] == "missed"]


def percent_words(share: str) -> str:
    """A share as it is stated, in parts of one hundred."""
    return f"{(Decimal(share) * 100).normalize():f}%"
