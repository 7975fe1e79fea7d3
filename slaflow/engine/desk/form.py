"""The page of one thing to do to a lead: what will happen, what is asked for; and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slaflow.engine.ask import Expected
from slaflow.engine.context import Context
from slaflow.engine.desk import consequences, deeds, refusals
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import Happened, Told, meanwhile, name_of
from slaflow.engine.desk.reading import see, zone_for
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.why import Why, unquoted, why
from slaflow.lifecycle.lead import Actor
from slaflow.store.log import history
from slaflow.workflow.model.lead import Value

READ = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A lead in short: where it is, whose it is, what is owed about it."""

    lead_id: int
    key: str
    state_name: str
    owner: str | None
    bars: tuple[ClockBar, ...]
    why: Why
    zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FormDesk:
    """One thing to do. ``values`` stand in it at first, ``given`` is why what was typed is refused."""

    place: Place
    deed: Deed
    consequences: tuple[str, ...]
    question: str | None
    values: Mapping[str, Value]
    given: tuple[str, ...]
    expected: Expected
    seq: int


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happened to a lead since somebody looked, and what they may do with it now."""

    place: Place
    since: Sequence[Happened]
    fires: tuple[Deed, ...]


def form(
    app: Context, lead_id: int, who: Actor, kind: deeds.Kind, name: str,
    typed: Mapping[str, object] | None = None,
) -> FormDesk | None:  # fmt: skip
    """What doing *name* to the lead takes; None where nothing of that kind is called so from where it is.

    Raises:
        LeadNotThere: there is no such lead.
    """
    now = app.present()
    with app.database.read() as conn:
        seen, _ = see(app, conn, lead_id, who, now)
        zone = zone_for(app, conn, who)
    deed = next((each for each in deeds.all_of(seen) if (each.kind, each.name) == (kind, name)), None)
    if deed is None:
        return None
    rows = deeds.rows_of(seen, name) if kind == "fire" else []
    said = consequences.of(seen.workflow, seen.lead, seen.clocks, rows, seen.at) if rows else []
    given = [refusals.given(seen.view, row, typed) for row in rows] if typed is not None else []
    return FormDesk(
        place=_place(seen, zone),
        deed=deed,
        consequences=tuple(said),
        question=seen.workflow.checks[name].question if kind == "answer" else None,
        values=_values(seen, deed),
        given=tuple(dict.fromkeys(words for each in given for words in each)) if all(given) else (),
        expected=seen.expected,
        seq=seen.lead.seq,
    )


def since(app: Context, lead_id: int, who: Actor, seq: int) -> Meanwhile:
    """What happened after the entry *seq*. Raises ``LeadNotThere``."""
    now = app.present()
    with app.database.read() as conn:
        seen, drafts = see(app, conn, lead_id, who, now)
        told: list[Told] = [*history.newest(conn, lead_id, None, READ), *drafts]
        zone = zone_for(app, conn, who)
    news = meanwhile(seen.workflow, seen.people, told, seq)
    return Meanwhile(_place(seen, zone), news, tuple(each for each in deeds.fires(seen) if each.is_open))


def _values(seen: Seen, deed: Deed) -> Mapping[str, Value]:
    """What stands in a form at first: the field as it is, or the check's last answer."""
    if deed.kind == "set":
        return {deed.name: seen.lead.fields.get(deed.name)}
    answer = seen.lead.checks.get(deed.name) if deed.kind == "answer" else None
    return {} if answer is None else answer.values


def _place(seen: Seen, zone: str) -> Place:
    lead = seen.lead
    return Place(
        lead_id=lead.id,
        key=lead.key,
        state_name=unquoted(seen.naming.state(lead.state)),
        owner=None if lead.owner is None else name_of(seen.people, lead.owner),
        bars=seen.bars,
        why=why(seen.view, seen.naming, seen.open),
        zone=zone,
        at=seen.at,
    )
