"""Promises per period in words: what is measured, how much of it is owed."""

from __future__ import annotations

from decimal import Decimal

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.deeds import counts, in_order, leads_that
from slaflow.agreement.words.naming import Naming, counted, listed
from slaflow.agreement.words.spans import elapsed
from slaflow.agreement.words.values import shown
from slaflow.hours.words import open_time
from slaflow.workflow.model.commitment import (
    Commitment,
    Count,
    Kept,
    Measure,
    Share,
    Signed,
    Sum,
    Timed,
)

TAKES = {"median": "the median", "mean": "the mean", "p90": "nine tenths at most of what is"}


def measured(measure: Measure, naming: Naming) -> str:
    """What the figure is: ``the number of leads of which a lead enters mql``."""
    match measure:
        case Count():
            return _number(measure, naming)
        case Sum():
            field = naming.field(measure.of.adds or "")
            return f"the sum of {field} where {counts(measure.of, naming)}"
        case Share():
            return _share(measure, naming)
        case Kept():
            return _kept(measure, naming)
        case Timed():
            return _timed(measure, naming)
        case Signed():
            return f"the review of the period, signed within {elapsed(measure.within)} of its end"


def _number(measure: Count, naming: Naming) -> str:
    happening = counts(measure.of, naming)
    if measure.of.distinct:
        return f"the number of different values of {naming.field(measure.of.distinct)} for which {happening}"
    return (
        f"how often it happens that {happening}"
        if measure.each
        else f"the number of leads for which {happening}"
    )


def _share(measure: Share, naming: Naming) -> str:
    of = counts(measure.of, naming)
    if measure.each:
        return f"of all times that {counts(measure.among, naming)}, the part in which {of}"
    return f"{_leads(measure, naming)}, the part for which {of}"


def _leads(measure: Share, naming: Naming) -> str:
    """Whom a share is asked of."""
    leads = "leads"
    if measure.among.distinct:
        leads = f"values of {naming.field(measure.among.distinct)} of leads"
    if measure.cohort is None:
        return f"of the {leads} {leads_that(measure.among, naming)}"
    cohort = leads_that(measure.cohort, naming)
    return f"of the {leads} {cohort} in the period and {leads_that(measure.among, naming)}"


def _kept(measure: Kept, naming: Naming) -> str:
    return f"the part of {_promises(measure, naming)} that is kept in time"


def _promises(measure: Kept, naming: Naming) -> str:
    clocks = in_order(measure.targets, [target.name for target in naming.agreement.targets])
    when = f" where {condition(measure.when, naming)}" if measure.when else ""
    return f"the promises {listed(map(naming.clock, clocks))}{when}"


def _timed(measure: Timed, naming: Naming) -> str:
    of = f"the open time until {naming.clock(measure.target)} is fulfilled"
    return f"nine tenths of {of}" if measure.take == "p90" else f"{TAKES[measure.take]} of {of}"


def figure(commitment: Commitment, bound: Decimal) -> str:
    """A bound in its unit: ``200``, ``70%``, ``15 min``."""
    if commitment.is_time:
        return open_time(float(bound))
    return f"{shown(bound)}%" if commitment.is_share else shown(bound)


def bounds(commitment: Commitment) -> str:
    """``at least 70%``; empty where nothing is owed."""
    said = []
    if commitment.at_least is not None:
        said.append(f"at least {figure(commitment, commitment.at_least)}")
    if commitment.at_most is not None:
        said.append(f"at most {figure(commitment, commitment.at_most)}")
    return listed(said)


def every(commitment: Commitment) -> str:
    each = " and each owner" if commitment.per_owner else ""
    return f"each {commitment.every}{each}"


def owes(commitment: Commitment, naming: Naming) -> str:
    """The whole promise in one sentence, without its full stop."""
    who = naming.parties(commitment.owed_by)
    verb = "owe" if len(commitment.owed_by) > 1 else "owes"
    if isinstance(commitment.measure, Signed):
        signs = "sign" if len(commitment.owed_by) > 1 else "signs"
        within = elapsed(commitment.measure.within)
        return f"{who} {signs} the review of {every(commitment)} within {within} of its end"
    if not bounds(commitment):
        return f"measured of {who} {every(commitment)}, and not owed: {measured(commitment.measure, naming)}"
    return f"{_owed(commitment, f'{who} {verb}', naming)}, {every(commitment)}"


def _owed(commitment: Commitment, owes: str, naming: Naming) -> str:
    """What of it is owed, for a promise that is measured."""
    bound = bounds(commitment)
    match commitment.measure:
        case Count() as measure:
            return f"{owes} {_number_owed(measure, bound, naming)}"
        case Sum() as measure:
            leads = leads_that(measure.of, naming)
            return f"{owes} {bound} in all of {naming.field(measure.of.adds or '')} of leads {leads}"
        case Share() as measure if not measure.each:
            return f"{_leads(measure, naming)}, {owes} that {counts(measure.of, naming)} for {bound}"
        case Kept() as measure:
            return f"{owes} that {bound} of {_promises(measure, naming)} are kept in time"
        case _:
            return f"{owes} that {measured(commitment.measure, naming)} is {bound}"


def _number_owed(measure: Count, bound: str, naming: Naming) -> str:
    if measure.of.distinct:
        field = naming.field(measure.of.distinct)
        return f"{bound} different values of {field} of leads {leads_that(measure.of, naming)}"
    if measure.each:
        return f"that it happens {bound} times that {counts(measure.of, naming)}"
    return f"{bound} leads {leads_that(measure.of, naming)}"


def particulars(commitment: Commitment, naming: Naming) -> list[str]:
    """What else is agreed of it, a sentence each."""
    said = []
    if not isinstance(commitment.measure, Signed):
        said.append(f"It is judged {elapsed(commitment.matures)} after the {commitment.every} has ended.")
    if commitment.min_sample > 1:
        noun = "promise" if isinstance(commitment.measure, Kept | Timed) else "case"
        said.append(f"Of fewer than {counted(commitment.min_sample, noun)} no verdict is given.")
    if commitment.missed:
        row = "" if commitment.missed.in_a_row == 1 else f" {commitment.missed.in_a_row} times in a row"
        said.append(f"If it is missed{row}, {_told(commitment.missed.to, naming)}.")
    said += [
        f"If it is out of pace after {step.percent}% of the open days, {_told(step.to, naming)}."
        for step in commitment.pace
    ]
    return said


def _told(names: tuple[str, ...], naming: Naming) -> str:
    verb = "is" if len(names) == 1 else "are"
    return f"{naming.people(names)} {verb} told" if names else "nobody is told"
