"""The page of one thing to do to a lead: what will happen, what is asked for; and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.agreement.words.naming import unquoted
from slaflow.engine.ask import Expected
from slaflow.engine.context import Context
from slaflow.engine.desk import consequences, deeds, hands, promises, refusals
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import Happened, Told, meanwhile, name_of
from slaflow.engine.desk.reading import see, zone_for
from slaflow.engine.desk.seen import Seen
from slaflow.engine.desk.shown.checks import CheckShown, checked
from slaflow.engine.desk.told import Event, Speaker, timeline
from slaflow.engine.desk.why import Why, why
from slaflow.language import _
from slaflow.lifecycle.breaches.returns import returned
from slaflow.lifecycle.lead import Actor
from slaflow.store.log import history
from slaflow.workflow.model.flow import Transition
from slaflow.workflow.model.lead import Value

READ = 200
SAID = ("changed", "checked", "disputed", "granted", "upheld")


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
    """One thing to do. ``values`` stand in it at first, ``given`` is why what was typed is refused.

    ``bar`` is the clock it is about and ``event`` the return; ``owner`` is whose the lead is, as who gives it
    away says again.
    """

    place: Place
    deed: Deed
    consequences: tuple[str, ...]
    question: str | None
    check: CheckShown | None
    bar: ClockBar | None
    event: Event | None
    owner: str
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
    typed: Mapping[str, object] | None = None, number: int | None = None,
) -> FormDesk | None:  # fmt: skip
    """What doing *name* to the lead takes; None where nothing of that kind is called so from where it is.

    Raises:
        LeadNotThere: there is no such lead.
    """
    now, of_breach = app.present(), kind in promises.OF_BREACHES
    with app.database.read() as conn:
        seen, drafts = see(app, conn, lead_id, who, now, with_ended=of_breach)
        zone = zone_for(app, conn, who)
        told: list[Told] = []
        if kind == "answer" or kind in promises.OF_RETURNS:
            told = [*history.newest(conn, lead_id, None, READ), *drafts]
    deed = _deed(seen, kind, name, number, told, zone)
    return None if deed is None else _form(seen, deed, typed, told, zone)


def _deed(
    seen: Seen, kind: deeds.Kind, name: str, number: int | None, told: Sequence[Told], zone: str
) -> Deed | None:
    match kind:
        case "dispute" | "lift" | "uphold":
            return promises.of_breach(seen, kind, name, number)
        case "dispute_return" | "lift_return" | "uphold_return":
            return promises.of_return(seen, kind, name, told)
        case "give":
            return hands.giving(seen, ZoneInfo(zone))
        case "erase":
            return hands.erasing(seen)
        case "record":
            return deeds.recording(seen, name)
    return next((each for each in deeds.all_of(seen) if (each.kind, each.name) == (kind, name)), None)


def _form(
    seen: Seen, deed: Deed, typed: Mapping[str, object] | None, told: Sequence[Told], zone: str
) -> FormDesk:
    rows = deeds.rows_of(seen, deed.name) if deed.kind == "fire" else []
    given = [refusals.given(seen.view, row, typed) for row in rows] if typed is not None else []
    check = seen.workflow.checks.get(deed.name) if deed.kind == "answer" else None
    return FormDesk(
        place=_place(seen, zone),
        deed=deed,
        consequences=_consequences(seen, deed, rows),
        question=None if check is None else check.question,
        check=None if check is None else checked(seen, check, told),
        bar=_bar(seen, deed),
        event=_returned(seen, deed, told),
        owner=seen.lead.owner or "",
        values=_values(seen, deed),
        given=tuple(dict.fromkeys(words for each in given for words in each)) if all(given) else (),
        expected=seen.expected,
        seq=seen.lead.seq,
    )


def _bar(seen: Seen, deed: Deed) -> ClockBar | None:
    """The clock it is about; of what is done with the lead, the most urgent."""
    if deed.kind in promises.OF_BREACHES:
        about = [each for each in seen.clocks if (each.target, each.number) == (deed.name, deed.number)]
        return seen.bar(about[0]) if about else None
    is_of_lead = deed.kind in promises.OF_RETURNS or deed.kind == "erase"
    return None if is_of_lead or not seen.bars else seen.bars[0]


def _returned(seen: Seen, deed: Deed, told: Sequence[Told]) -> Event | None:
    """The return that it is about."""
    found = returned(told, deed.name) if deed.kind in promises.OF_RETURNS else None
    if found is None:
        return None
    entry = next(each for each in told if each.seq == found.seq)
    return Speaker(seen.naming, seen.people).event(entry)


def _consequences(seen: Seen, deed: Deed, rows: Sequence[Transition]) -> tuple[str, ...]:
    if rows:
        return tuple(consequences.of(seen.workflow, seen.lead, seen.clocks, rows, seen.at))
    if deed.kind == "erase":
        return hands.erasures()
    if deed.kind == "give":
        return tuple(hands.given(seen))
    return promises.consequences(seen, deed)


def since(app: Context, lead_id: int, who: Actor, seq: int) -> Meanwhile:
    """What happened after the entry *seq*. Raises ``LeadNotThere``."""
    now = app.present()
    with app.database.read() as conn:
        seen, drafts = see(app, conn, lead_id, who, now)
        told: list[Told] = [*history.newest(conn, lead_id, None, READ), *drafts]
        zone = zone_for(app, conn, who)
    news = [*meanwhile(seen.workflow, seen.people, told, seq), *_said_since(seen, told, seq)]
    news.sort(key=lambda each: each.at, reverse=True)
    return Meanwhile(_place(seen, zone), news, tuple(each for each in deeds.fires(seen) if each.is_open))


def _said_since(seen: Seen, told: Sequence[Told], seq: int) -> Iterator[Happened]:
    """What no message tells of: fields set, checks answered, what was said of breaches and returns; newest
    first."""
    for event in timeline(seen.naming, seen.people, told, goes_on=False).events:
        if event.seq > seq and event.kind in SAID:
            by = "" if event.by is None else " " + _("by {who}").format(who=event.by)
            yield Happened(event.at, event.sentence + by, event.kind)


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
