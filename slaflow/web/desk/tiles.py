"""What a party owes per period, and its pace, as small tiles: as kept for the record, never counted here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.agreement.document.blocks import capital
from slaflow.agreement.words import measures
from slaflow.agreement.words.naming import plain
from slaflow.engine.app import Engine
from slaflow.engine.desk.consequences import local
from slaflow.engine.figures.kept import Place, show
from slaflow.engine.figures.readers import reader
from slaflow.lifecycle.lead import Actor
from slaflow.report.promises import lines
from slaflow.report.record.reports import SCOREBOARD

LETTERS = 60


@dataclass(frozen=True, slots=True)
class SmallTile:
    """``figure`` so far, what is ``owed``, and how it stands in words."""

    title: str
    period: str
    figure: str
    owed: str
    stands: str


@dataclass(frozen=True, slots=True)
class Tiles:
    """In the order of the file; ``at``: as of when, None: they are being counted for the first time."""

    tiles: tuple[SmallTile, ...]
    at: datetime | None


def tiles(engine: Engine, who: Actor, zone: ZoneInfo) -> Tiles | None:
    """Those of *who*'s party; None where no agreement in force promises anything of it per period."""
    found: list[SmallTile] = []
    at: datetime | None = None
    promising = [
        each for each in reader(engine, who).agreements
        if any(who.party in c.owed_by for c in each.commitments.values())
    ]  # fmt: skip
    now = engine.now()

    def spelt(text: str) -> str:
        return local(datetime.fromisoformat(text), zone, now)

    for agreement in promising:
        shown = show(engine, Place(SCOREBOARD, agreement.name))
        at = shown.at or at
        rows = () if shown.figures is None else shown.figures["commitments"]
        for commitment in agreement.commitments.values():
            mine = (each for each in rows if each["commitment"] == commitment.name)
            bound = measures.bounds(commitment)
            title = capital(commitment.title or plain(commitment.name))
            found += _tiles(title, bound, (each for each in mine if who.party in each["owed_by"]), spelt)
    return Tiles(tuple(found), at) if promising else None


def _tiles(
    title: str, bound: str, rows: Iterator[dict[str, object]], spelt: Callable[[str], str]
) -> Iterator[SmallTile]:
    for row in rows:
        whole = next(lines(row, spelt))
        yield SmallTile(title, str(row["period"]), whole.measured, bound, whole.came_of_it)
