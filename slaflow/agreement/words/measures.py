"""Promises per period in words: what is measured, how much of it is owed."""

from __future__ import annotations

from decimal import Decimal

from slaflow.agreement.words.actions import told
from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.deeds import counts, in_order, leads_that
from slaflow.agreement.words.naming import Naming, Noun, counted, listed
from slaflow.agreement.words.spans import elapsed
from slaflow.agreement.words.values import shown
from slaflow.hours.words import open_time
from slaflow.language import _, hundredths, marked, ngettext, pointed
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

_PERIODS = {
    "day": marked("day"), "week": marked("week"), "month": marked("month"), "quarter": marked("quarter"),
    "year": marked("year"),
}  # fmt: skip
TAKES = {
    "median": marked("the median"),
    "mean": marked("the mean"),
    "p90": marked("nine tenths at most of what is"),
}


def measured(measure: Measure, naming: Naming) -> str:
    """What the figure is: ``the number of leads of which a lead enters mql``."""
    match measure:
        case Count():
            return _number(measure, naming)
        case Sum():
            field = naming.field(measure.of.adds or "")
            return _("the sum of {field} where {counts}").format(
                field=field, counts=counts(measure.of, naming)
            )
        case Share():
            return _share(measure, naming)
        case Kept():
            return _kept(measure, naming)
        case Timed():
            return _timed(measure, naming)
        case Signed():
            return _("the review of the period, signed within {elapsed} of its end").format(
                elapsed=elapsed(measure.within)
            )


def _number(measure: Count, naming: Naming) -> str:
    happening = counts(measure.of, naming)
    if measure.of.distinct:
        return _("the number of different values of {field} for which {happening}").format(
            field=naming.field(measure.of.distinct), happening=happening
        )
    return (
        _("how often it happens that {happening}").format(happening=happening)
        if measure.each
        else _("the number of leads for which {happening}").format(happening=happening)
    )


def _share(measure: Share, naming: Naming) -> str:
    of = counts(measure.of, naming)
    if measure.each:
        return _("of all times that {counts}, the part in which {of}").format(
            counts=counts(measure.among, naming), of=of
        )
    return _("{leads}, the part for which {of}").format(leads=_leads(measure, naming), of=of)


def _leads(measure: Share, naming: Naming) -> str:
    """Whom a share is asked of."""
    leads = _("leads")
    if measure.among.distinct:
        leads = _("values of {field} of leads").format(field=naming.field(measure.among.distinct))
    if measure.cohort is None:
        return _("of the {leads} {that}").format(leads=leads, that=leads_that(measure.among, naming))
    cohort = leads_that(measure.cohort, naming)
    return _("of the {leads} {cohort} in the period and {that}").format(
        leads=leads, cohort=cohort, that=leads_that(measure.among, naming)
    )


def _kept(measure: Kept, naming: Naming) -> str:
    return _("the part of {promises} that is kept in time").format(promises=_promises(measure, naming))


def _promises(measure: Kept, naming: Naming) -> str:
    clocks = in_order(measure.targets, [target.name for target in naming.agreement.targets])
    names = listed(map(naming.clock, clocks))
    if measure.when is None:
        return _("the promises {names}").format(names=names)
    words = _("the promises {names} where {condition}")
    return words.format(names=names, condition=condition(measure.when, naming))


def _timed(measure: Timed, naming: Naming) -> str:
    of = _("the open time until {clock} is fulfilled").format(clock=naming.clock(measure.target))
    if measure.take == "p90":
        return _("nine tenths of {of}").format(of=of)
    return _("{take} of {of}").format(take=_(TAKES[measure.take]), of=of)


def figure(commitment: Commitment, bound: Decimal) -> str:
    """A bound in its unit: ``200``, ``70%``, ``15 min``."""
    if commitment.is_time:
        return open_time(float(bound))
    return hundredths(f"{shown(bound)}%") if commitment.is_share else pointed(shown(bound))


def bounds(commitment: Commitment) -> str:
    """``at least 70%``; empty where nothing is owed."""
    said = []
    if commitment.at_least is not None:
        said.append(_("at least {figure}").format(figure=figure(commitment, commitment.at_least)))
    if commitment.at_most is not None:
        said.append(_("at most {figure}").format(figure=figure(commitment, commitment.at_most)))
    return listed(said)


def every(commitment: Commitment) -> str:
    words = _("each {period} and each owner") if commitment.per_owner else _("each {period}")
    return words.format(period=period(commitment.every))


def period(name: str) -> str:
    """What a period of promises is called: ``week``."""
    return _(_PERIODS[name]) if name in _PERIODS else name


def owes(commitment: Commitment, naming: Naming) -> str:
    """The whole promise in one sentence, without its full stop."""
    who = naming.parties(commitment.owed_by)
    several = len(commitment.owed_by)
    if isinstance(commitment.measure, Signed):
        words = ngettext(
            "{who} signs the review of {every} within {within} of its end",
            "{who} sign the review of {every} within {within} of its end", several,
        )  # fmt: skip
        within = elapsed(commitment.measure.within)
        return words.format(who=who, every=every(commitment), within=within)
    if not bounds(commitment):
        return _("measured of {who} {every}, and not owed: {measured}").format(
            who=who, every=every(commitment), measured=measured(commitment.measure, naming)
        )
    return f"{_owed(commitment, owe(who, several), naming)}, {every(commitment)}"


def owe(who: str, several: int) -> str:
    return ngettext("{who} owes", "{who} owe", several).format(who=who)


def _owed(commitment: Commitment, owes: str, naming: Naming) -> str:
    """What of it is owed, for a promise that is measured."""
    bound = bounds(commitment)
    match commitment.measure:
        case Count() as measure:
            return f"{owes} {_number_owed(measure, bound, naming)}"
        case Sum() as measure:
            leads = leads_that(measure.of, naming)
            return _("{owes} {bound} in all of {field} of leads {leads}").format(
                owes=owes, bound=bound, field=naming.field(measure.of.adds or ""), leads=leads
            )
        case Share() as measure if not measure.each:
            return _("{leads}, {owes} that {counts} for {bound}").format(
                leads=_leads(measure, naming), owes=owes, counts=counts(measure.of, naming), bound=bound
            )
        case Kept() as measure:
            return _("{owes} that {bound} of {promises} are kept in time").format(
                owes=owes, bound=bound, promises=_promises(measure, naming)
            )
        case _:
            return _("{owes} that {measured} is {bound}").format(
                owes=owes, measured=measured(commitment.measure, naming), bound=bound
            )


def _number_owed(measure: Count, bound: str, naming: Naming) -> str:
    if measure.of.distinct:
        field = naming.field(measure.of.distinct)
        return _("{bound} different values of {field} of leads {leads_that}").format(
            bound=bound, field=field, leads_that=leads_that(measure.of, naming)
        )
    if measure.each:
        return _("that it happens {bound} times that {counts}").format(
            bound=bound, counts=counts(measure.of, naming)
        )
    return _("{bound} leads {leads_that}").format(bound=bound, leads_that=leads_that(measure.of, naming))


def particulars(commitment: Commitment, naming: Naming) -> list[str]:
    """What else is agreed of it, a sentence each."""
    said = []
    if not isinstance(commitment.measure, Signed):
        said.append(
            _("It is judged {elapsed} after the {period} has ended.").format(
                elapsed=elapsed(commitment.matures), period=period(commitment.every)
            )
        )
    if commitment.min_sample > 1:
        noun: Noun = "promise" if isinstance(commitment.measure, Kept | Timed) else "case"
        said.append(
            _("Of fewer than {counted} no verdict is given.").format(
                counted=counted(commitment.min_sample, noun)
            )
        )
    if commitment.missed:
        words = _("If it is missed, {told}.")
        if commitment.missed.in_a_row > 1:
            words = _("If it is missed {n} times in a row, {told}.")
        who = _told(commitment.missed.to, naming)
        said.append(words.format(n=commitment.missed.in_a_row, told=who))
    said += [
        _("If it is out of pace after {percent}% of the open days, {told}.").format(
            percent=step.percent, told=_told(step.to, naming)
        )
        for step in commitment.pace
    ]
    return said


def _told(names: tuple[str, ...], naming: Naming) -> str:
    return told(names, naming) if names else _("nobody is told")
