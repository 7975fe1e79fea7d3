"""A period's commitments in words: what was promised, measured, and came of it; and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from slaflow.hours.words import open_time
from slaflow.language import _, hundredths, ngettext

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
        since = _("restated {at}").format(at=instant(restated["at"]))
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
        yield Line("owner", name or _("(no owner)"), figure_words(row, owner), *verdict)


def _standing(row: Figures, instant: Spelt) -> tuple[str, Mood]:
    """What has come of the whole by now, or where it leads."""
    if row["status"] == "closed":
        return _verdict(row, row)
    if row["status"] == "due":
        return _("closes with the next tick"), "poor"
    pace = row["pace"]
    if pace is None:
        return _("closes {at}").format(at=instant(row["closes_at"])), "open"
    heading, mood = _heading(row, row, pace)
    over = ngettext("{heading}, {over} of {of} day over", "{heading}, {over} of {of} days over", pace["of"])
    return over.format(heading=heading, over=pace["over"], of=pace["of"]), mood


def _verdict(row: Figures, promised: Figures) -> tuple[str, Mood]:
    if promised["verdict"] is None:
        few = _too_few(row, promised)
        return _("no verdict: too few") + few if few else _("no verdict"), "open"
    return _("kept") if promised["verdict"] == "kept" else _("missed"), promised["verdict"]


def _heading(row: Figures, promised: Figures, pace: Figures) -> tuple[str, Mood]:
    if pace["on_pace"] is None and not row["promise"]:
        return _("running"), "open"
    if pace["on_pace"] is None:
        return _("too few yet") + _too_few(row, promised), "open"
    ahead = pace["projection"]
    shown = percent_words(ahead) if "among" in promised else str(ahead)
    shown = open_time(float(ahead)) if "clocks" in promised else shown
    if pace["on_pace"]:
        return _("on pace: heading for {ahead}").format(ahead=shown), "good"
    return _("out of pace: heading for {ahead}").format(ahead=shown), "poor"


def _too_few(row: Figures, promised: Figures) -> str:
    """`` (1 of 20)``; nothing where it is not for want of decisions, or a matter of each owner."""
    least = row.get("min_sample")
    found = promised.get("among", promised.get("clocks", least))
    return "" if least is None or found >= least else " " + _("({of} of {all})").format(of=found, all=least)


def promise_words(row: Figures, instant: Spelt) -> str:
    """``at least 200``, with the days it was cut to where the period was not whole; ``signed by`` when."""
    if "signed_by" in row["promise"]:
        return _("signed by {at}").format(at=instant(row["promise"]["signed_by"]))
    if not row["promise"]:
        return _("nothing owed")
    bounds = {"at_least": _("at least {bound}"), "at_most": _("at most {bound}")}
    words = _(" and ").join(bounds[key].format(bound=value) for key, value in row["promise"].items())
    cut = row.get("prorated")
    return _("{words} ({days} of {of} days)").format(words=words, **cut) if cut else words


def figure_words(row: Figures, promised: Figures) -> str:
    """``187``, ``66.66% (6 of 9)``, ``1 of 2 signed``; *promised* may be an owner's part of the row."""
    if "signed_by" in row["promise"]:
        return _("{of} of {all} signed").format(of=promised["of"], all=promised["among"])
    if "clocks" in promised:
        took = promised["figure"]
        if took is None:
            return _("none of 0")
        return _("{time} ({n} fulfilled)").format(time=open_time(float(took)), n=promised["clocks"])
    if "among" not in promised:
        return str(promised["figure"])
    if promised["figure"] is None:
        return _("none of 0")
    counts = _("({of} of {all})").format(of=promised["of"], all=promised["among"])
    return f"{percent_words(promised['figure'])} {counts}"


def changed_words(review: Figures) -> Iterator[str]:
    """What of a record of ``review show`` is not as it was signed, a sentence each; nothing where all is."""
    signed = review["signatures"]
    if review["signed_alike"] is False:
        parties = _(" and ").join(each["party"] for each in signed)
        yield _("{parties} signed different records").format(parties=parties)
    for each in signed:
        if each["changed_since"]:
            what = ", ".join(f"{change['commitment']} {change['what']}" for change in each["changed_since"])
            yield _("since {party} signed: {what}").format(party=each["party"], what=what)
        elif each["record_digest"] != review["record_digest"]:
            yield _("since {party} signed: the terms changed").format(party=each["party"])


def missed_by(row: Figures) -> list[str]:
    """The owners who missed a commitment that is judged per owner."""
    return [each["owner"] or NOBODY for each in row.get("owners", ()) if each["verdict"] == "missed"]


def percent_words(share: str) -> str:
    """A share as it is stated, in parts of one hundred."""
    return hundredths(f"{(Decimal(share) * 100).normalize():f}%")
