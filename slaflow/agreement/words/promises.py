"""Promises per lead and timers in words: who has how long for what, and what happens on the way."""

from __future__ import annotations

from slaflow.agreement.words.actions import actions
from slaflow.agreement.words.conditions import condition, unless
from slaflow.agreement.words.deeds import begins, kept_by
from slaflow.agreement.words.naming import Naming, counted
from slaflow.agreement.words.spans import ALWAYS, allowance, span
from slaflow.hours.words import open_time
from slaflow.language import _
from slaflow.workflow.model.clocks import Case, Pattern, Pause, Step, Target


def debtor(target: Target, naming: Naming) -> str:
    """Who has the time: a party, its owner, or of a timer nobody."""
    if target.owed_by is None:
        return _("the lead")
    party = naming.party(target.owed_by)
    return _("each owner of {party}").format(party=party) if target.per_owner else party


def has(target: Target, naming: Naming) -> str:
    """``sales has 4 h of office time to accept or return a lead``, for its first case or its only one."""
    return _("{debtor} has {limits} to {duty}").format(
        debtor=debtor(target, naming), limits=limits(target, naming), duty=duty(target, naming)
    )


def duty(target: Target, naming: Naming) -> str:
    words = kept_by(target.meet, naming) or _("nothing that a person can do")
    return (
        _("{words} a lead").format(words=words)
        if all(_moves(each, naming) for each in target.meet)
        else words
    )


def _moves(pattern: Pattern, naming: Naming) -> bool:
    """Whether it is nothing but a transition to another state, which is done to a lead."""
    if pattern.kind != "trigger" or pattern.when is not None:
        return False
    return all(naming.moves(name) for name in pattern.names)


def limits(target: Target, naming: Naming) -> str:
    """All cases of the allowance: ``30 min of office time if source is web, else 4 h of office time``."""
    said = []
    for number, case in enumerate(target.cases):
        words = allowance(case.allowance, case.calendar or target.calendar, naming)
        if case.when is not None:
            words += _(" if {condition}").format(condition=condition(case.when, naming))
        said.append(_("else {words}").format(words=words) if number else words)
    return ", ".join(said)


def whose(target: Target, case: Case, naming: Naming) -> str:
    """Which leads a case is about, as it follows ``a lead``; empty where it is about all of them."""
    if case.when is not None:
        return _("if {condition}").format(condition=condition(case.when, naming))
    before = [each.when for each in target.cases if each.when is not None]
    opposite = [unless(each, naming) for each in before]
    if not before:
        return ""
    if None in opposite:
        return _("in all other cases")
    return _("if {condition}").format(condition=_(" and ").join(each for each in opposite if each))


def starts(target: Target, naming: Naming) -> str:
    return _("when {begins}").format(begins=begins(target.start, naming))


def lives(target: Target, naming: Naming) -> str:
    """Where it goes on: the states it lives in."""
    if target.lives_in is None:
        return _("as long as the lead is in the state where it began")
    if target.lives_in >= naming.agreement.states.keys():
        return _("wherever the lead is")
    return _("as long as the lead is in {states}").format(states=naming.states(target.lives_in))


def pause(given: Pause, calendar: str, naming: Naming) -> str:
    words = _("while {condition}").format(condition=condition(given.when, naming))
    if given.reason:
        words = _("{words} and {field} says why").format(words=words, field=naming.field(given.reason))
    if not given.at_most:
        return words
    return _("{words}, for {span} at most").format(words=words, span=span(given.at_most, calendar))


def at_step(step: Step, target: Target) -> str:
    """When a step of *target* falls: ``at 50% of the time``, ``4 h of open time after that``."""
    is_open = any(calendar != ALWAYS for calendar in target.calendars)
    match step.kind:
        case "percent":
            return (
                _("when the time is over")
                if step.is_due
                else _("at {percent}% of the time").format(percent=step.percent)
            )
        case "before":
            return _("{time} before the time is over").format(time=open_time(step.offset.total_seconds()))
        case "after":
            words = _("{time} of open time after that") if is_open else _("{time} after that")
            return words.format(time=open_time(step.offset.total_seconds()))
        case "after_days":
            return _("{time} after that").format(time=counted(step.days, "open day" if is_open else "day"))
        case _:
            return _("{time} after that").format(time=counted(step.months, "month"))


def step(given: Step, target: Target, naming: Naming) -> str:
    """``at 80% of the time, the owner and the owner's manager are told``."""
    does = actions(given.actions, naming)
    noted = _("the promise is broken, which is noted") if given.is_due else _("that is noted")
    words = does if given.actions else noted
    return _("{at}, {words}").format(at=at_step(given, target), words=words)


def particulars(target: Target, naming: Naming) -> list[str]:
    """All that is agreed of a promise beside who has how long for what; a sentence each."""
    said = []
    if target.lives_in is not None:
        said.append(_("It is owed {lives}.").format(lives=lives(target, naming)))
    if target.repeat:
        said.append(_("Once kept it begins anew."))
    if target.restart:
        said.append(_("It begins anew when {begins}.").format(begins=begins(target.restart, naming)))
    if target.pause is not None:
        said.append(_("It is paused {pause}.").format(pause=pause(target.pause, target.calendar, naming)))
    if target.per_owner:
        said.append(_("It is each owner's own: whoever becomes the owner has the whole time."))
    if target.lift is not None:
        who = naming.may(target.lift, target.lift) or _("nobody")
        said.append(_("Its breaches may be lifted by {who}.").format(who=who))
    return said
