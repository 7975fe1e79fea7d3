"""The scoreboard's tiles: a promise as a sentence, its figure, how it stands in words, a plot, the leads.

Both sides' tiles are made by the same functions and stand in the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from slaflow.agreement.document.blocks import sentence
from slaflow.agreement.words import measures, promises
from slaflow.agreement.words.naming import Naming, plain
from slaflow.hours.words import open_time
from slaflow.language import _, grouped, ngettext
from slaflow.report.promises import Line, Spelt, figure_words, lines
from slaflow.report.rates import percent_text
from slaflow.web.record.plots import Bar, Bars, Dot, Part, Plot, Running, Stack, Stacks, Strip, Strips, Tone
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.commitment import Commitment, Count
from slaflow.workflow.model.workflow import Workflow

Figures = Mapping[str, Any]
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the table under a plot: what, how many or how much, and the leads behind it."""

    shape: str
    tone: str
    words: str
    shown: str
    leads: tuple[int, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """``verdict`` says how it stands, ``mood`` whether that is good; ``owed_by`` names the parties."""

    id: str
    title: str
    sentence: str
    figure: str
    unit: str
    verdict: str
    mood: str
    plot: Plot | None
    facts: tuple[Fact, ...]
    owed_by: tuple[str, ...]
    of_promises: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A party's tiles; ``place`` is its own in the file, from 0."""

    name: str
    title: str
    place: int
    tiles: tuple[Tile, ...]


def outcomes() -> tuple[tuple[str, Tone | None, str, str], ...]:
    """What may come of a promise per lead: key, tone, shape, words."""
    return (
        ("met", "met", "●", _("kept in time")),
        ("met_late", "late", "◐", _("kept late")),
        ("lifted", "lifted", "◇", _("excused")),
        ("breached", "broken", "✕", _("past due, still owed")),
        ("running", "running", "○", _("still has time")),
        ("cancelled", None, "·", _("no longer owed")),
        ("passed_on", None, "·", _("passed on to another owner")),
    )


def sides(agreement: Workflow, board: Figures, instant: Spelt) -> tuple[list[Side], list[Tile]]:
    """Each party's own tiles, and those that several parties owe together."""
    naming = Naming(agreement)
    tiles = [*_promise_tiles(agreement, board, naming), *_commitment_tiles(agreement, board, naming, instant)]
    own = [
        Side(name, naming.party(name), place, tuple(tile for tile in tiles if tile.owed_by == (name,)))
        for place, name in enumerate(agreement.parties)
    ]
    return own, [tile for tile in tiles if len(tile.owed_by) > 1]


def _promise_tiles(agreement: Workflow, board: Figures, naming: Naming) -> Iterator[Tile]:
    behind = {tuple(each["kind"]): each["leads"] for each in board["behind"]}
    for target in agreement.targets:
        if not target.is_timer and target.owed_by is not None:
            yield promise_tile(target, board["targets"].get(target.name), behind, naming)


def promise_tile(
    target: Target, figures: Figures | None, behind: Mapping[tuple[str, ...], Sequence[int]], naming: Naming
) -> Tile:
    """The tile of a promise per lead; *figures* are its own of ``report sla``, None where none began."""
    counts = {key: 0 if figures is None else figures[key] for key, *_rest in outcomes()}
    rate = None if figures is None else figures["met_rate"]
    parts = tuple(Part(tone, words, counts[key]) for key, tone, _shape, words in outcomes() if tone)
    facts = [
        _fact(shape, tone or "", words, counts[key], behind.get((target.name, key), ()))
        for key, tone, shape, words in outcomes()
        if counts[key]
    ]
    if figures is not None and figures["median_seconds"] is not None:
        took = open_time(figures["median_seconds"])
        facts.append(Fact("", "", _("half of them took at most, open time"), took))
    plot = Stacks((Stack("", parts),)) if any(part.number for part in parts) else None
    return Tile(
        f"target-{target.index}", target.title or plain(target.name), sentence(promises.has(target, naming)),
        NOTHING if rate is None else percent_text(rate, 0), "" if rate is None else _("kept in time"),
        _promise_words(counts), "open", plot, tuple(facts), (str(target.owed_by),), of_promises=True,
    )  # fmt: skip


def _promise_words(counts: Mapping[str, int]) -> str:
    decided = counts["met"] + counts["met_late"] + counts["breached"] + counts["lifted"]
    kept, running = counts["met"] + counts["lifted"], counts["running"]
    if not sum(counts.values()):
        return _("None began in this period")
    said = _("None is decided yet")
    if decided:
        said = _("{kept} of {decided} in time").format(kept=grouped(kept), decided=grouped(decided))
    if running:
        said += ", " + ngettext("{n} still has time", "{n} still have time", running).format(
            n=grouped(running)
        )
    return said


def _fact(shape: str, tone: str, words: str, number: int, leads: Sequence[int]) -> Fact:
    return Fact(shape, tone, words, grouped(number), tuple(leads), number > len(leads) > 0)


def _commitment_tiles(
    agreement: Workflow, board: Figures, naming: Naming, instant: Spelt
) -> Iterator[Tile]:  # fmt: skip
    found: dict[str, list[Figures]] = {}
    for row in board["commitments"]:
        found.setdefault(row["commitment"], []).append(row)
    for each in agreement.commitments.values():
        for row in found.get(each.name, ()):
            yield commitment_tile(each, row, naming, instant)


def commitment_tile(each: Commitment, row: Figures, naming: Naming, instant: Spelt) -> Tile:
    """The tile of what is owed over a period; *row* is its own of ``report commitments``."""
    whole, *rest = lines(row, instant)
    shown, unit = _figure(each, row)
    title = each.title or plain(each.name)
    if row["status"] != "running":
        title = _("{title}, {period}").format(title=title, period=row["period"])
    return Tile(
        f"commitment-{each.index}-{row['period']}", title, sentence(measures.owes(each, naming)),
        shown, unit, whole.came_of_it, whole.mood, _plot(each, row),
        tuple(_commitment_facts(each, row, rest)), tuple(row["owed_by"]),
    )  # fmt: skip


def _figure(each: Commitment, row: Figures) -> tuple[str, str]:
    """The figure as large as it is told, and what stands small beside it."""
    if "signed_by" in row["promise"]:
        return f"{row['of']}", _("of {among} signed").format(among=row["among"])
    # What would be "none of 0" is nothing yet; how it stands says so.
    said = NOTHING if row["figure"] is None else figure_words(row, row)
    words, _bracket, rest = said.partition(" (")
    bound = measures.bounds(each)
    beside = rest.rstrip(")")
    owed = _("owed {bound}").format(bound=bound) if bound else ""
    return words, ", ".join(part for part in (beside, owed) if part)


def _plot(each: Commitment, row: Figures) -> Plot | None:
    if "signed_by" in row["promise"]:
        return Strips((Strip("", tuple(_signed(row))),), ("", ""))
    if row.get("owners"):
        return _owners(each, row)
    days = row["behind"]["days"] if "behind" in row else ()
    if days:
        promised = row["promise"].get("at_least", row["promise"].get("at_most"))
        owed = None if promised is None else float(Decimal(promised))
        return Running(tuple(day["total"] for day in days), _days(row), owed)
    share = _share(row["figure"], row)
    return Bars((Bar("", share, figure_words(row, row), _mark(row)),)) if share is not None else None


def _days(row: Figures) -> int:
    """Calendar days of the period."""
    start, end = (datetime.fromisoformat(row[key]) for key in ("from", "to"))
    return max(round((end - start).total_seconds() / 86_400), 1)


def _signed(row: Figures) -> Iterator[Dot]:
    parties = row["signed"]
    for place, (party, at) in enumerate(parties.items(), 1):
        yield Dot(place / (len(parties) + 1), plain(party), "met" if at else "running")


def _owners(each: Commitment, row: Figures) -> Plot | None:
    shares = [(owner, _share(owner["figure"], row)) for owner in row["owners"]]
    dots = [
        Dot(share, f"{owner['owner'] or _('nobody')}: {figure_words(row, owner)}")
        for owner, share in shares
        if share is not None
    ]
    return Strips((Strip("", tuple(dots), _mark(row)),), ("0", "")) if dots else None


def _top(row: Figures) -> float:
    """What all of the width stands for, where the figure is no share."""
    values = [row["figure"], *(owner["figure"] for owner in row.get("owners", ()))]
    found = [float(Decimal(str(value))) for value in values if value is not None]
    bounds = [_bound(text) for text in row["promise"].values()]
    return 1.1 * max([*found, *bounds, 0.0]) or 1.0


def _bound(text: str) -> float:
    try:
        return float(Decimal(text.rstrip("%")))
    except ArithmeticError:
        return 0.0


def _share(figure: Any, row: Figures) -> float | None:
    if figure is None:
        return None
    value = float(Decimal(str(figure)))
    return value if "among" in row else value / _top(row)


def _mark(row: Figures) -> float | None:
    """Where the promise is on the width; None where it is not in the figure's unit."""
    promised = row["promise"].get("at_least", row["promise"].get("at_most"))
    if promised is None or "clocks" in row:
        return None
    return _bound(promised) / 100 if promised.endswith("%") else _bound(promised) / _top(row)


def _commitment_facts(each: Commitment, row: Figures, rest: Sequence[Line]) -> Iterator[Fact]:
    if "signed_by" in row["promise"]:
        for party, at in row["signed"].items():
            yield Fact(
                "●" if at else "○",
                "met" if at else "running",
                plain(party),
                _("signed") if at else _("not yet"),
            )
        return
    for line in rest:
        yield Fact("", "", line.name, ", ".join(part for part in (line.measured, line.came_of_it) if part))
    if "behind" in row and (leads := row["behind"]["leads"]):
        is_count = isinstance(each.measure, Count) or row["behind"]["counted"]
        words = _("counted last") if is_count else _("not so, the last of them")
        yield Fact("", "", words, "", tuple(leads))
