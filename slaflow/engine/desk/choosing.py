"""All that can be done with a lead, each activity with the letter by which it is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase, digits

from slaflow.engine.context import Context
from slaflow.engine.desk import deeds
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.reading import see, zone_for
from slaflow.engine.desk.rows import LeadRow, row
from slaflow.lifecycle.lead import Actor


@dataclass(frozen=True, slots=True)
class Lettered:
    """What can be recorded; ``letter`` None where all are taken."""

    deed: Deed
    letter: str | None


@dataclass(frozen=True, slots=True)
class Choosing:
    """``ways`` lead on from where it is and are open; ``records`` are the asker's own activities first."""

    row: LeadRow
    ways: tuple[Deed, ...]
    records: tuple[Lettered, ...]
    zone: str
    at: datetime


def choosing(app: Context, lead_id: int, who: Actor) -> Choosing:
    """Raises ``LeadNotThere``."""
    now = app.present()
    with app.database.read() as conn:
        seen, _ = see(app, conn, lead_id, who, now)
        zone = zone_for(app, conn, who)
    shown = row(seen)
    main = [shown.main] if shown.main is not None and shown.main.kind in ("fire", "take") else []
    kinds = sorted(deeds.records(seen), key=lambda each: each.is_leads)
    return Choosing(shown, (*main, *shown.others), tuple(lettered(kinds)), zone, seen.at)


def lettered(kinds: Iterable[Deed]) -> list[Lettered]:
    """Each with a letter of its own: the first of its title that no earlier one has."""
    taken: set[str] = set()
    found = []
    for deed in kinds:
        wanted = (each for each in (*deed.title.lower(), *ascii_lowercase, *digits) if each not in taken)
        letter = next((each for each in wanted if each in ascii_lowercase + digits), None)
        taken |= {letter} if letter else set()
        found.append(Lettered(deed, letter))
    return found
