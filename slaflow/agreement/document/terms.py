"""Who there is, when they work, what is known of a lead, and what holds for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Paragraph, Table, capital, sentence
from slaflow.agreement.words.actions import actions
from slaflow.agreement.words.dealing import company, dealt, receiver
from slaflow.agreement.words.naming import Naming, counted, listed, plain, series
from slaflow.agreement.words.opening import dates, span_of_days, span_of_instants, week, windows
from slaflow.agreement.words.spans import bare, elapsed
from slaflow.agreement.words.values import asked, holds, setters, shown
from slaflow.hours.calendar import Calendar
from slaflow.hours.public_holidays import public_holidays
from slaflow.hours.rules import Rules
from slaflow.language import _, weekday_of
from slaflow.workflow.model.lead import Activity
from slaflow.workflow.model.workflow import Workflow

A_YEAR = timedelta(days=365)


def parties(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    yield Heading(_("The parties"))
    yield Table((_("party"), _("desk"), _("holds a lead in")), [
        (naming.party(name), party.desk or "", _held(agreement, name, naming))
        for name, party in agreement.parties.items()
    ])  # fmt: skip
    if agreement.signatures:
        yield Paragraph(
            _("This text is in force once {parties} have signed it.").format(
                parties=naming.parties(agreement.signatures)
            )
        )


def _held(agreement: Workflow, party: str, naming: Naming) -> str:
    return listed(naming.state(each.name) for each in agreement.states.values() if each.held_by == party)


def states(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    yield Heading(_("Where a lead can be"))
    rows = []
    for each in agreement.states.values():
        said = [_("a lead begins here")] if each.initial else []
        said += [_("closed")] if each.final else []
        said += [_("a lead may lie here with nothing owed")] if each.rest and not each.final else []
        holder = naming.party(each.held_by) if each.held_by else _("whoever held it before")
        rows.append((naming.state(each.name), holder, listed(said)))
    yield Table((_("state"), _("held by"), ""), rows)


def journey(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.stages:
        return
    described = {each.name: each for each in agreement.described}
    yield Heading(_("The buyer's journey"))
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
    yield Table((_("stage"), _("what the buyer thinks"), _("what shows it"), _("told by")), rows)


def _said(thing: object, what: str) -> str:
    return getattr(thing, what, None) or ""


def touchpoints(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.activities:
        return
    yield Heading(_("What is recorded"))
    yield Table((_("touchpoint"), _("by"), _("counts as")), [
        (naming.activity(each.kind), naming.may(each.by, each.roles), _counts_as(each, naming))
        for each in agreement.activities.values()
    ])  # fmt: skip
    if agreement.attempt_spacing:
        yield Paragraph(
            _("Attempts within {time} of each other count as one.").format(
                time=elapsed(agreement.attempt_spacing)
            )
        )
    if agreement.pace:
        pace = agreement.pace
        yield Paragraph(
            capital(
                _("{who} approach a lead at most {n} times in {time}; more is recorded, and marked.").format(
                    who=naming.parties(pace.by), n=pace.at_most, time=elapsed(pace.per)
                )
            )
        )


def _counts_as(each: Activity, naming: Naming) -> str:
    said = [_("an attempt by {name}").format(name=plain(each.attempt))] if each.attempt else []
    said += [_("having spoken")] if each.contact else []
    said += [_("automatic")] if each.automated else []
    said += [_("meant for {names}").format(names=listed(map(naming.stage, each.fits)))] if each.fits else []
    said += (
        [_("with {fields}").format(fields=series(map(asked, each.fields.values())))] if each.fields else []
    )
    return "; ".join(said)


def rights(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    """By who may: everything that takes somebody of certain parties or roles."""
    may: dict[str, list[str]] = {}
    for who, what in _rights(agreement, naming):
        may.setdefault(who, []).append(what)
    yield Heading(_("Who may do what"))
    yield Table(
        (_("who"), _("may")), [(capital(who), "; ".join(dict.fromkeys(what))) for who, what in may.items()]
    )


def _rights(agreement: Workflow, naming: Naming) -> Iterator[tuple[str, str]]:
    for row in agreement.transitions:
        yield naming.may(row.by, row.roles) or _("nobody"), naming.trigger(row.trigger)
    for row in agreement.transitions:
        if row.override:
            yield (
                naming.granted(row.override),
                _("pass by the conditions of {trigger}").format(trigger=naming.trigger(row.trigger)),
            )
    for field in agreement.fields.values():
        if field.by is not None:
            yield (
                naming.may(field.by, field.by) or _("nobody"),
                _("set {field} by hand").format(field=naming.field(field.name)),
            )
    own = [target for target in agreement.targets if target.lift is not None]
    for target in own:
        yield (
            _lifters(target.lift, naming),
            _("lift a breach of {clock}").format(clock=naming.clock(target.name)),
        )
    if agreement.lift is not None:
        words = _("lift a breach of any other promise") if own else _("lift a breach")
        yield _lifters(agreement.lift, naming), words


def _lifters(lift: Mapping[str, str] | None, naming: Naming) -> str:
    return naming.may(lift or {}, lift or {}) or _("nobody")


def known(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.fields:
        return
    yield Heading(_("What is known of a lead"))
    if agreement.identity:
        same = listed(map(naming.field, agreement.identity))
        yield Paragraph(_("Two records with the same {same} are the same lead.").format(same=same))
    if agreement.account is not None:
        leads = company(agreement.account, naming)
        yield Paragraph(_("Leads of one company are {leads}.").format(leads=leads))
    yield Table((_("field"), _("holds"), _("at first"), _("set by hand")), [
        (naming.field(each.name), holds(each), "" if each.default is None else shown(each.default),
         "" if each.by is None else setters(each.by, naming))
        for each in agreement.fields.values()
    ])  # fmt: skip


def owners(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    if not agreement.teams and not agreement.routing and not agreement.on_assign:
        return
    yield Heading(_("Who gets a lead"))
    if agreement.teams:
        yield Table((_("team"), _("of"), _("works by"), _("leads go")), [
            (
                naming.team(each.name), naming.party(each.party), plain(each.calendar or ""),
                dealt(each),
            )
            for each in agreement.teams.values()
        ])  # fmt: skip
    if agreement.routing:
        yield Paragraph(_("When a party receives a lead, the first that fits gets it:"))
        yield Items([Item(sentence(receiver(each, naming))) for each in agreement.routing], 1)
    if agreement.on_assign:
        yield Paragraph(
            sentence(
                _("whenever somebody becomes the owner, {actions}").format(
                    actions=actions(agreement.on_assign, naming)
                )
            )
        )


def rest(agreement: Workflow, naming: Naming) -> Iterator[Block]:
    yield Heading(_("What holds for all of it"))
    said = [
        _(
            "What somebody tells later than it happened counts for a promise if it is told within {time}."
        ).format(time=elapsed(agreement.late_evidence)),
        _("A message is worth sending for {time}.").format(time=elapsed(agreement.notify_within)),
        _("Days begin and end in the time zone {timezone}.").format(timezone=agreement.timezone),
    ]
    if agreement.grace is not None:
        said.append(
            _("A promise that a new version would break at once has {time} more.").format(
                time=bare(agreement.grace)
            )
        )
    yield Items([Item(each) for each in said])


def calendars(agreement: Workflow, naming: Naming, at: date) -> Iterator[Block]:
    """When each calendar is open, and the days that it is closed in the twelve months from *at* on."""
    own = [each for each in agreement.calendars.values() if not each.is_always]
    if not own:
        return
    yield Heading(_("When we work"))
    for each in own:
        yield Heading(f"{capital(plain(each.name))} ({each.timezone})", 3)
        yield Table((_("days"), _("open")), week(each.rules))
        yield from _exceptions(each.rules)
        yield from _holidays(each, at)


def _exceptions(rules: Rules) -> Iterator[Block]:
    if rules.closed_days:
        yield Paragraph(_("Closed: {names}.").format(names=listed(map(span_of_days, rules.closed_days))))
    if rules.closed_instants:
        yield Paragraph(
            _("Closed from {names} (UTC).").format(names=listed(map(span_of_instants, rules.closed_instants)))
        )
    for day, hours in rules.open_days:
        words = _("on {day} it is open {hours}") if hours else _("on {day} it is closed")
        yield Paragraph(sentence(words.format(day=day.isoformat(), hours=windows(hours))))


def _holidays(calendar: Calendar, at: date) -> Iterator[Block]:
    rules, until = calendar.rules, at + A_YEAR
    if not rules.holiday_codes and not rules.holiday_dates:
        return
    named = sorted({(day, name) for code in rules.holiday_codes for day, name in _of(rules, code, at)})
    own = [day for day in rules.holiday_dates if at <= day < until]
    closed = []
    if rules.holiday_codes:
        closed.append(_("the public holidays of {codes}").format(codes=listed(rules.holiday_codes)))
    if rules.holiday_dates:
        closed.append(dates(rules.holiday_dates))
    yield Paragraph(_("Closed on {days}.").format(days=_(" and ").join(closed)))
    found = sorted(
        [*((day, name) for day, name in named if at <= day < until), *((day, _("agreed")) for day in own)]
    )
    yield Paragraph(
        _("In the twelve months from {at} on {counted}:").format(
            at=at.isoformat(), counted=counted(len(found), "holiday")
        )
    )
    yield Table(
        (_("date"), _("day"), _("holiday")),
        [(day.isoformat(), capital(weekday_of(day.weekday())), name) for day, name in found],
    )


def _of(rules: Rules, code: str, at: date) -> Iterator[tuple[date, str]]:
    """Dates as a version stored them, else as the library has them; names are the library's."""
    names = {
        day: name for year in (at.year, at.year + 1) for day, name in public_holidays(code, year).items()
    }
    stored = dict(rules.resolved or ()).get(code)
    days = names if stored is None else stored
    yield from ((day, names.get(day, _("holiday of {code}").format(code=code))) for day in days)
