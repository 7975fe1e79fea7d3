"""Better words for changes that people argue about: allowances, steps, conditions, inputs, hours, figures.

Each function is given both versions of a part and says all that differs in its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from slaflow.agreement.changes.change import Effect
from slaflow.agreement.changes.effect import allowed, effect, of_field
from slaflow.agreement.changes.hours import rules
from slaflow.agreement.changes.likeness import alike, deciding
from slaflow.agreement.changes.said import Pair, Said
from slaflow.agreement.changes.spoken import any_value
from slaflow.agreement.changes.written import bound, written
from slaflow.agreement.words import measures, promises
from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import Naming, either, listed
from slaflow.agreement.words.opening import week, windows
from slaflow.agreement.words.spans import ALWAYS, allowance, bare, counted_in
from slaflow.agreement.words.values import asked, holds, limits
from slaflow.hours.calendar import Calendar
from slaflow.language import _, ngettext
from slaflow.workflow.expressions.value import Clause, Guard
from slaflow.workflow.model.clocks import Case, Days, OpenTime, Step, Target
from slaflow.workflow.model.commitment import Commitment
from slaflow.workflow.model.flow import State, Transition
from slaflow.workflow.model.lead import Activity, Check, Field, Stage
from slaflow.workflow.model.parties import Party, Team

Particular = Callable[[Pair, Any, Any, str], Iterator[Said]]


def _cases(pair: Pair, before: Target, after: Target, subject: str) -> Iterator[Said]:
    what = "after" if after.is_timer else "within"
    if [deciding(case.when) for case in before.cases] != [deciding(case.when) for case in after.cases]:
        now, then = promises.limits(after, pair.after), promises.limits(before, pair.before)
        sentence = _("{has} {now} instead of {then} {to_do}").format(
            has=_has(after, pair.after, now=True), now=now, then=then, to_do=_to_do(after, pair.after)
        )
        yield Said(what, written(before.cases), written(after.cases), sentence)
        return
    for old, new in zip(before.cases, after.cases, strict=True):
        if not alike(old, new):
            yield _case(pair, (before, old), (after, new), what)


def _case(pair: Pair, old: tuple[Target, Case], new: tuple[Target, Case], what: str) -> Said:
    (before, was), (after, is_) = old, new
    calendars = was.calendar or before.calendar, is_.calendar or after.calendar
    how_long = _instead((after, is_), (before, was), pair)
    way: Effect = "other"
    if calendars[0] == calendars[1] and not after.is_timer:
        way = allowed(was.allowance, is_.allowance)
    which = promises.whose(after, is_, pair.after)
    duty = _to_do(after, pair.after)
    apart = "," if which and _(", or ") in duty else ""
    sentence = f"{_has(after, pair.after)} {how_long} {duty}{apart} {which}".strip()
    return Said(what, written(was), written(is_), sentence, way)


def _instead(new: tuple[Target, Case], old: tuple[Target, Case], pair: Pair) -> str:
    """``2 h instead of 4 h of office time``, ``3 instead of 5 office days``: what both share is said once."""
    now, then = _length(*new, pair.after), _length(*old, pair.before)
    if _calendar_of(*new) == _calendar_of(*old):
        match new[1].allowance, old[1].allowance:
            case OpenTime() as span, OpenTime():
                return _("{now} instead of {then}").format(now=bare(span), then=then)
            case Days() as span, Days():
                return _("{now} instead of {then}").format(now=span.days, then=then)
        return _("{now} instead of {then}").format(now=now, then=then)
    return _(" instead of ").join(
        f"{words} {counted_in(ALWAYS)}" if _calendar_of(*each) == ALWAYS else words
        for each, words in ((new, now), (old, then))
    )


def _calendar_of(target: Target, case: Case) -> str:
    return case.calendar or target.calendar


def _length(target: Target, case: Case, naming: Naming) -> str:
    return allowance(case.allowance, _calendar_of(target, case), naming)


def _has(target: Target, naming: Naming, *, now: bool = False) -> str:
    if target.is_timer:
        words = _("{timer} now runs") if now else _("{timer} runs")
        return words.format(timer=naming.clock(target.name))
    words = _("{party} now has") if now else _("{party} has")
    return words.format(party=promises.debtor(target, naming))


def _to_do(target: Target, naming: Naming) -> str:
    return "" if target.is_timer else _("to {duty}").format(duty=promises.duty(target, naming))


def _steps(pair: Pair, before: Target, after: Target, subject: str) -> Iterator[Said]:
    old, new = ({step.label: step for step in each.steps} for each in (before, after))
    moved = _moved(old, new)
    if moved is not None:
        then = promises.at_step(moved[0], before)
        now = promises.step(moved[1], after, pair.after)
        was, is_ = (written((each,)) for each in moved)
        yield Said(
            f"steps.{moved[1].label}",
            was,
            is_,
            _("{subject}: {now}; before: {then}").format(subject=subject, now=now, then=then),
        )
        old = {name: step for name, step in old.items() if name != moved[0].label}
        new = {name: step for name, step in new.items() if name != moved[1].label}
    found = moved is not None
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if one is not None and other is not None and alike(one, other):
            continue
        found = True
        then = "" if one is None else promises.step(one, before, pair.before)
        now = "" if other is None else promises.step(other, after, pair.after)
        yield _step(subject, name, one, other, then, now)
    if not found:
        labels = [list(each) for each in (old, new)]
        sentence = _("{subject}: the steps are carried out in the order {what}").format(
            subject=subject, what=", ".join(labels[1])
        )
        yield Said("steps", labels[0], labels[1], sentence)


def _moved(old: Mapping[str, Step], new: Mapping[str, Step]) -> tuple[Step, Step] | None:
    """The one step that does the same at another time, if there is one."""
    gone = [step for name, step in old.items() if name not in new]
    come = [step for name, step in new.items() if name not in old]
    if len(gone) == len(come) == 1 and alike(gone[0].actions, come[0].actions):
        return gone[0], come[0]
    return None


def _step(subject: str, name: str, old: Step | None, new: Step | None, then: str, now: str) -> Said:
    was, is_ = (None if each is None else written(each.actions) for each in (old, new))
    if new is None:
        sentence = _("{subject} has no step {name} any more; it was: {then}").format(
            subject=subject, name=name, then=then
        )
    else:
        sentence = (
            _("{subject}: {now}; before: {then}").format(subject=subject, now=now, then=then)
            if old is not None
            else f"{subject}: {now}"
        )
    return Said(f"steps.{name}", was, is_, sentence)


def _requires(pair: Pair, before: Transition, after: Transition, subject: str) -> Iterator[Said]:
    trigger = pair.after.trigger(after.trigger)
    yield from _fields(
        before.requires,
        after.requires,
        "requires",
        _("{trigger} now needs").format(trigger=trigger),
        _("{trigger} needs no").format(trigger=trigger),
    )


def _touch(pair: Pair, before: Activity, after: Activity, subject: str) -> Iterator[Said]:
    yield from _fields(
        before.fields,
        after.fields,
        "fields",
        _("{subject} now takes").format(subject=subject),
        _("{subject} takes no").format(subject=subject),
    )


def _answer(pair: Pair, before: Check, after: Check, subject: str) -> Iterator[Said]:
    yield from _fields(
        before.fields,
        after.fields,
        "fields",
        _("{subject} now asks for").format(subject=subject),
        _("{subject} asks for no").format(subject=subject),
    )


def _fields(
    before: Mapping[str, Field], after: Mapping[str, Field], what: str, now: str, no: str
) -> Iterator[Said]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        where = f"{what}.{name}"
        if new is None and old is not None:
            yield Said(
                where,
                written(old),
                None,
                _("{no} {asked} any more").format(no=no, asked=asked(old)),
                "looser" if old.required else "other",
            )
        elif old is None and new is not None:
            way: Effect = "stricter" if new.required else "other"
            yield Said(where, None, written(new), f"{now} {asked(new)}", way)
        elif old is not None and new is not None and old != new:
            yield _field(where, now, old, new)


def _field(where: str, now: str, old: Field, new: Field) -> Said:
    if alike(old, new):
        return Said(
            where,
            written(old),
            written(new),
            _("{now} {asked}, worded otherwise").format(now=now, asked=asked(new)),
            wording=True,
        )
    # What it was called before is no part of what it has to be.
    before = replace(old, title=new.title)
    bounds = limits(before) if replace(before, **_bounds(new)) == new else ""
    sentence = _("{now} {asked} instead of {then}").format(
        now=now, asked=asked(new), then=bounds.removeprefix(_("of ")) or asked(before)
    )
    return Said(where, written(old), written(new), sentence, of_field(old, new))


def _bounds(field: Field) -> dict[str, Any]:
    return {name: getattr(field, name) for name in ("one_of", "min", "max", "min_length", "pattern")}


def _guard(pair: Pair, before: Transition, after: Transition, subject: str) -> Iterator[Said]:
    yield from _clauses(
        pair, before.guard, after.guard, "when", pair.after.trigger(after.trigger), Transition, "guard"
    )


def _passes(pair: Pair, before: Check, after: Check, subject: str) -> Iterator[Said]:
    yield from _clauses(pair, before.passes, after.passes, "pass", subject, Check, "passes")


def _clauses(
    pair: Pair, before: Guard, after: Guard, what: str, subject: str, owner: type, field: str
) -> Iterator[Said]:
    gone = [each for each in before if not _among(each, after)]
    come = [each for each in after if not _among(each, before)]
    both = written(before), written(after)
    way = effect(owner, field, before, after)
    if not gone and not come:
        yield Said(
            what,
            *both,
            _(
                "{subject}: its conditions are asked in another order, so that refusals may say other words"
            ).format(subject=subject),
        )
        return
    asks = either(condition(each.that, pair.after) for each in come) if len(come) == 1 else _(" and ").join(
        condition(each.that, pair.after) for each in come
    )  # fmt: skip
    asked_before = _(" and ").join(condition(each.that, pair.before) for each in gone)
    if not gone:
        sentence = _("{subject} now also asks that {asks}").format(subject=subject, asks=asks)
    elif not come:
        sentence = _("{subject} no longer asks that {before}").format(subject=subject, before=asked_before)
    else:
        sentence = _("{subject} asks that {asks} instead of that {before}").format(
            subject=subject, asks=asks, before=asked_before
        )
    yield Said(what, *both, sentence, way)


def _among(clause: Clause, others: Guard) -> bool:
    return any(alike(clause, each) for each in others)


def _at_least(pair: Pair, before: Commitment, after: Commitment, subject: str) -> Iterator[Said]:
    yield _bound(pair, before, after, "at_least", _("at least"))


def _at_most(pair: Pair, before: Commitment, after: Commitment, subject: str) -> Iterator[Said]:
    yield _bound(pair, before, after, "at_most", _("at most"))


def _bound(pair: Pair, before: Commitment, after: Commitment, field: str, words: str) -> Said:
    old, new = getattr(before, field), getattr(after, field)
    who, several = pair.after.parties(after.owed_by), len(after.owed_by)
    name = pair.after.clock(after.name)
    then = "" if old is None else f"{words} {measures.figure(before, old)}"
    now = "" if new is None else f"{words} {measures.figure(after, new)}"
    if new is None:
        sentence = ngettext(
            "{who} no longer owes {then} of {name} {every}", "{who} no longer owe {then} of {name} {every}",
            several,
        )  # fmt: skip
    elif then:
        sentence = ngettext(
            "{who} owes {now} instead of {then} of {name} {every}",
            "{who} owe {now} instead of {then} of {name} {every}", several,
        )  # fmt: skip
    else:
        sentence = ngettext(
            "{who} owes {now} of {name} {every}", "{who} owe {now} of {name} {every}", several
        )
    sentence = sentence.format(who=who, now=now, then=then, name=name, every=measures.every(after))
    return Said(field, bound(before, old), bound(after, new), sentence, effect(Commitment, field, old, new))


def _calendar(pair: Pair, before: Calendar, after: Calendar, subject: str) -> Iterator[Said]:
    yield from rules(before.rules, after.rules, subject)


def _part_of(name: str) -> Particular:
    """A key of a field of the lead: told as what the field may hold."""

    def told(pair: Pair, before: Field, after: Field, subject: str) -> Iterator[Said]:
        old, new = getattr(before, name), getattr(after, name)
        sentence = _("{subject} now holds {now} instead of {then}").format(
            subject=subject, now=holds(after), then=holds(before)
        )
        yield Said(name, written(old), written(new), sentence, effect(Field, name, old, new))

    return told


PARTICULARS: Mapping[tuple[type, str], Particular] = {
    (Target, "cases"): _cases,
    (Target, "steps"): _steps,
    (Transition, "requires"): _requires,
    (Transition, "guard"): _guard,
    (Activity, "fields"): _touch,
    (Check, "fields"): _answer,
    (Check, "passes"): _passes,
    (Commitment, "at_least"): _at_least,
    (Commitment, "at_most"): _at_most,
    (Calendar, "rules"): _calendar,
    **{(Field, name): _part_of(name) for name in ("type", "one_of", "min", "max", "min_length", "pattern")},
}


def existence(thing: Any, subject: str, naming: Naming, *, is_new: bool) -> str:
    """That a part is new, or gone, and what it says."""
    words = _("{subject} is new: {what}") if is_new else _("{subject} is gone: {what}")
    return words.format(subject=subject, what=_what(thing, naming))


def _what(thing: Any, naming: Naming) -> str:
    match thing:
        case Target():
            if thing.is_timer:
                does = promises.step(thing.steps[0], thing, naming)
                return _("{limits} after it begins, {does}").format(
                    limits=promises.limits(thing, naming), does=does
                )
            return promises.has(thing, naming)
        case Commitment():
            return measures.owes(thing, naming)
        case Transition():
            who, start = naming.parties(thing.by, "or"), naming.states(thing.from_states)
            words = _("{who} may take a lead from {start}")
            if thing.to:
                words = _("{who} may take a lead from {start} to {end}")
            return words.format(who=who, start=start, end=naming.state(thing.to) if thing.to else "")
        case State():
            return (
                _("held by {party}").format(party=naming.party(thing.held_by))
                if thing.held_by
                else _("held by whoever held the lead")
            )
        case Check():
            return _(" and ").join(condition(each.that, naming) for each in thing.passes) or _(
                "always passes"
            )
        case Activity():
            return _("recorded by {who}").format(who=naming.parties(thing.by, "or"))
        case Field():
            return holds(thing)
        case Team():
            return _("of {party}").format(party=naming.party(thing.party))
        case Party():
            return _("its desk is {desk}").format(desk=thing.desk) if thing.desk else _("without a desk")
        case Calendar():
            return listed(
                _("open {hours} on {days}").format(hours=hours, days=days)
                for days, hours in week(thing.rules)
                if hours != windows(())
            )
        case Stage():
            return thing.about or thing.title or thing.name
        case _:
            return any_value(thing, naming)
