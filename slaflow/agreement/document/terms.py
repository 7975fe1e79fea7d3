"""Who there is, when they work, what is known of a lead, and what holds for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Paragraph, Table, capital, sentence
from slaflow.agreement.words.actions import actions
from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import Naming, counted, listed, plain, series
from slaflow.agreement.words.opening import DAYS, dates, span_of_days, span_of_instants, week, windows
from slaflow.agreement.words.spans import bare, elapsed
from slaflow.agreement.words.values import asked, holds, setters, shown
from slaflow.hours.calendar import Calendar
from slaflow.hours.public_holidays import public_holidays
from slaflow.hours.rules import Rules
from slaflow.workflow.model.lead import Activity
from slaflow.workflow.model.parties import Route
from slaflow.workflow.model.workflow import Workflow

A_YEAR = timedelta(days=365)


def parties(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    yield Heading("The parties")
    yield Table(("party", "desk", "holds a lead in"), [
        (naming.party(name), party.desk or "", _held(agreement, name, naming))
        for name, party in agreement.parties.items()
    ])  # fmt: skip
    if agreement.signatures:
        yield Paragraph(f"This text is in force once {naming.parties(agreement.signatures)} have signed it.")


def _held(agreement: Workflow, party: str, naming: Naming) -> str:
    return listed(naming.state(each.name) for each in agreement.states.values() if each.held_by == party)


def states(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    yield Heading("Where a lead can be")
    rows = []
    for each in agreement.states.values():
        said = ["a lead begins here"] if each.initial else []
        said += ["closed"] if each.final else []
        holder = naming.party(each.held_by) if each.held_by else "whoever held it before"
        rows.append((naming.state(each.name), holder, listed(said)))
    yield Table(("state", "held by", ""), rows)


def journey(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.stages:
        return
    described = {each.name: each for each in agreement.described}
    yield Heading("The buyer's journey")
    rows = [
        (
            naming.stage(name),
            _said(described.get(name), "about"),
            _said(described.get(name), "signal"),
            listed(
                naming.activity(kind) for kind, each in agreement.activities.items() if each.stage == name
            ),
        )
        for name in agreement.stages
    ]
    yield Table(("stage", "what the buyer thinks", "what shows it", "told by"), rows)


def _said(thing: object, what: str) -> str:
    return getattr(thing, what, None) or ""


def touchpoints(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.activities:
        return
    yield Heading("What is recorded")
    yield Table(("touchpoint", "by", "counts as"), [
        (naming.activity(each.kind), naming.may(each.by, each.roles), _counts_as(each, naming))
        for each in agreement.activities.values()
    ])  # fmt: skip
    if agreement.attempt_spacing:
        yield Paragraph(f"Attempts within {elapsed(agreement.attempt_spacing)} of each other count as one.")
    if agreement.pace:
        pace = agreement.pace
        yield Paragraph(
            f"{capital(naming.parties(pace.by))} approach a lead at most {pace.at_most} times "
            f"in {elapsed(pace.per)}; more is recorded, and marked."
        )


def _counts_as(each: Activity, naming: Naming) -> str:
    said = [f"an attempt by {plain(each.attempt)}"] if each.attempt else []
    said += ["having spoken"] if each.contact else []
    said += ["automatic"] if each.automated else []
    said += [f"meant for {listed(map(naming.stage, each.fits))}"] if each.fits else []
    said += [f"with {series(map(asked, each.fields.values()))}"] if each.fields else []
    return "; ".join(said)


def rights(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """By who may: everything that takes somebody of certain parties or roles."""
    may: dict[str, list[str]] = {}
    for who, what in _rights(agreement, naming):
        may.setdefault(who, []).append(what)
    yield Heading("Who may do what")
    yield Table(("who", "may"), [(capital(who), "; ".join(dict.fromkeys(what))) for who, what in may.items()])


def _rights(agreement: Workflow, naming: Naming) -> Iterator[tuple[str, str]]:
    for row in agreement.transitions:
        yield naming.may(row.by, row.roles) or "nobody", naming.trigger(row.trigger)
    for row in agreement.transitions:
        if row.override:
            yield naming.granted(row.override), f"pass by the conditions of {naming.trigger(row.trigger)}"
    for field in agreement.fields.values():
        if field.by is not None:
            yield naming.may(field.by, field.by) or "nobody", f"set {naming.field(field.name)} by hand"
    own = [target for target in agreement.targets if target.lift is not None]
    for target in own:
        yield _lifters(target.lift, naming), f"lift a breach of {naming.clock(target.name)}"
    if agreement.lift is not None:
        yield _lifters(agreement.lift, naming), f"lift a breach{' of any other promise' if own else ''}"


def _lifters(lift: Mapping[str, str] | None, naming: Naming) -> str:
    return naming.may(lift or {}, lift or {}) or "nobody"


def known(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.fields:
        return
    yield Heading("What is known of a lead")
    if agreement.identity:
        same = listed(map(naming.field, agreement.identity))
        yield Paragraph(f"Two records with the same {same} are the same lead.")
    yield Table(("field", "holds", "at first", "set by hand"), [
        (naming.field(each.name), holds(each), "" if each.default is None else shown(each.default),
         "" if each.by is None else setters(each.by, naming))
        for each in agreement.fields.values()
    ])  # fmt: skip


def owners(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.teams and not agreement.routing and not agreement.on_assign:
        return
    yield Heading("Who gets a lead")
    if agreement.teams:
        yield Table(("team", "of", "works by", "leads go"), [
            (naming.team(each.name), naming.party(each.party), plain(each.calendar or ""), plain(each.assign))
            for each in agreement.teams.values()
        ])  # fmt: skip
    if agreement.routing:
        yield Paragraph("When a party receives a lead, the first that fits gets it:")
        yield Items([Item(sentence(_route(each, naming))) for each in agreement.routing], 1)
    if agreement.on_assign:
        yield Paragraph(
            sentence(f"whenever somebody becomes the owner, {actions(agreement.on_assign, naming)}")
        )


def _route(given: Route, naming: Naming) -> str:
    to = {
        "previous": "whoever of that party had it before",
        "field": f"whom {naming.field(given.to)} names",
        "person": given.to,
    }.get(given.kind) or f"the next of team {naming.team(given.to)}"
    return f"{to}, if {condition(given.when, naming)}" if given.when else to


def rest(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    yield Heading("What holds for all of it")
    said = [
        f"What somebody tells later than it happened counts for a promise if it is told within "
        f"{elapsed(agreement.late_evidence)}.",
        f"A message is worth sending for {elapsed(agreement.notify_within)}.",
        f"Days begin and end in the time zone {agreement.timezone}.",
    ]
    if agreement.grace is not None:
        said.append(f"A promise that a new version would break at once has {bare(agreement.grace)} more.")
    yield Items([Item(each) for each in said])


def calendars(agreement: Workflow, naming: Naming, at: date) -> Iterator[Block]:
    """When each calendar is open, and the days that it is closed in the twelve months from *at* on."""
    own = [each for each in agreement.calendars.values() if not each.is_always]
    if not own:
        return
    yield Heading("When we work")
    for each in own:
        yield Heading(f"{capital(plain(each.name))} ({each.timezone})", 3)
        yield Table(("days", "open"), week(each.rules))
        yield from _exceptions(each.rules)
        yield from _holidays(each, at)


def _exceptions(rules: Rules) -> Iterator[Block]:
    if rules.closed_days:
        yield Paragraph(f"Closed: {listed(map(span_of_days, rules.closed_days))}.")
    if rules.closed_instants:
        yield Paragraph(f"Closed from {listed(map(span_of_instants, rules.closed_instants))} (UTC).")
    for day, hours in rules.open_days:
        yield Paragraph(sentence(f"on {day.isoformat()} it is {'open ' if hours else ''}{windows(hours)}"))


def _holidays(calendar: Calendar, at: date) -> Iterator[Block]:
    rules, until = calendar.rules, at + A_YEAR
    if not rules.holiday_codes and not rules.holiday_dates:
        return
    named = sorted({(day, name) for code in rules.holiday_codes for day, name in _of(rules, code, at)})
    own = [day for day in rules.holiday_dates if at <= day < until]
    codes = f"the public holidays of {listed(rules.holiday_codes)}" if rules.holiday_codes else ""
    also = f"{' and ' if codes else ''}{dates(rules.holiday_dates)}" if rules.holiday_dates else ""
    yield Paragraph(f"Closed on {codes}{also}.")
    found = sorted(
        [*((day, name) for day, name in named if at <= day < until), *((day, "agreed") for day in own)]
    )
    yield Paragraph(f"In the twelve months from {at.isoformat()} on {counted(len(found), 'holiday')}:")
    yield Table(
        ("date", "day", "holiday"), [(day.isoformat(), DAYS[day.weekday()], name) for day, name in found]
    )


def _of(rules: Rules, code: str, at: date) -> Iterator[tuple[date, str]]:
    """Dates as a version stored them, else as the library has them; names are the library's."""
    names = {
        day: name for year in (at.year, at.year + 1) for day, name in public_holidays(code, year).items()
    }
    stored = dict(rules.resolved or ()).get(code)
    days = names if stored is None else stored
    yield from ((day, names.get(day, f"holiday of {code}")) for day in days)
