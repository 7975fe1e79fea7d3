"""What happens to a lead, in words: as what begins a promise, and as what somebody has to do to keep it."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import Naming, called, counted, either, quoted, times
from slaflow.language import _, ngettext
from slaflow.workflow.model.clocks import Pattern, in_place_of_target
from slaflow.workflow.model.commitment import Happening


def begins(patterns: Iterable[Pattern], naming: Naming) -> str:
    """``a lead enters mql or callback on is set``, as it follows ``when``."""
    return either(begin(each, naming) for each in patterns)


def begin(pattern: Pattern, naming: Naming) -> str:
    words = _happens(pattern, naming)
    return words + _if(pattern, naming)


def kept_by(patterns: Iterable[Pattern], naming: Naming) -> str:
    """``accept or return it``, as it follows ``to``: what the party that owes can do."""
    each = tuple(patterns)
    if len(each) == 1 or any(one.when for one in each) or not all(_is_deed(one) for one in each):
        return _(", or ").join(keep(one, naming) for one in each)
    return either(keep(one, naming) for one in each)


def keep(pattern: Pattern, naming: Naming) -> str:
    return _done(pattern, naming) + _if(pattern, naming)


def _is_deed(pattern: Pattern) -> bool:
    return pattern.kind in ("trigger", "activity") and len(pattern.names) == 1


def _if(pattern: Pattern, naming: Naming) -> str:
    return _(" if {condition}").format(condition=condition(pattern.when, naming)) if pattern.when else ""


def _names(pattern: Pattern, naming: Naming) -> str:
    match pattern.kind:
        case "enter":
            return naming.states(pattern.names)
        case "trigger":
            return either(naming.trigger(name) for name in in_order(pattern.names, naming.agreement.triggers))
        case "activity":
            known = naming.agreement.activities
            return either(naming.activity(name) for name in in_order(pattern.names, known))
        case "set":
            return either(naming.field(name) for name in in_order(pattern.names, naming.agreement.fields))
        case _:
            return _contested(pattern.names, naming)


def in_order(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """*names* as the file lists them; those that it does not know after them."""
    given = frozenset(names)
    found = [name for name in known if name in given]
    return [*found, *sorted(given - {*found})]


def _contested(names: frozenset[str], naming: Naming) -> str:
    """Breaches of targets, and returns for a reason, that are disputed or ruled on."""
    reasons = [name for name in naming.agreement.reasons if in_place_of_target(name) in names]
    targets = names - {in_place_of_target(name) for name in reasons}
    clocks = [target.name for target in naming.agreement.targets]
    said = []
    if targets:
        said.append(
            _("a breach of {promises}").format(
                promises=either(naming.clock(name) for name in in_order(targets, clocks))
            )
        )
    if reasons:
        said.append(_("a return by its {reasons}").format(reasons=either(map(called, reasons))))
    return either(said)


def _happens(pattern: Pattern, naming: Naming) -> str:
    names = _names(pattern, naming)
    match pattern.kind:
        case "enter":
            return _("a lead enters {names}").format(names=names)
        case "trigger":
            return _("{names} is done").format(names=names)
        case "activity":
            often = f" {times(pattern.times)}" if pattern.times > 1 else ""
            return _("{names} is recorded{often}").format(names=names, often=often)
        case "set":
            return _("{names} is filled in").format(names=names)
        case "attempts":
            words = ngettext("{attempts} was made", "{attempts} were made", pattern.times)
            return words.format(attempts=_attempts(pattern))
        case "contact":
            return _("they speak")
        case "assign":
            return _("somebody else becomes the owner")
        case "dispute":
            return _("{names} is disputed").format(names=names)
        case _:
            return _("{names} is ruled on").format(names=names)


def _attempts(pattern: Pattern) -> str:
    words = _("{attempts} to reach it")
    if pattern.channels > 1:
        words = _("{attempts} to reach it over {channels}")
    attempts, channels = counted(pattern.times, "attempt"), counted(pattern.channels, "channel")
    return words.format(attempts=attempts, channels=channels)


def _apart(names: str) -> str:
    """A name as a thing to do, which no reader takes for a verb."""
    return names if "“" in names or "”" in names else quoted(names)


def _done(pattern: Pattern, naming: Naming) -> str:
    names = _names(pattern, naming)
    match pattern.kind:
        case "enter":
            return _("bring it to {names}").format(names=names)
        case "trigger":
            return (
                names if any(map(naming.moves, pattern.names)) else _("do {deed}").format(deed=_apart(names))
            )
        case "activity":
            often = f" {times(pattern.times)}" if pattern.times > 1 else ""
            return _("record {names}{often}").format(names=names, often=often)
        case "set":
            return _("fill in {names}").format(names=names)
        case "attempts":
            return _("make {attempts}").format(attempts=_attempts(pattern))
        case "contact":
            return _("speak with it")
        case "assign":
            return _("give it another owner")
        case "dispute":
            return _("dispute {names}").format(names=names)
        case _:
            return _("rule on {names}").format(names=names)


def counts(happening: Happening, naming: Naming) -> str:
    """What a commitment counts: ``a lead enters mql if source is not outbound``."""
    words = _counted(happening, naming)
    return words + _so(happening, naming)


def _so(happening: Happening, naming: Naming) -> str:
    when = happening.when
    return _(" if {condition}").format(condition=condition(when, naming)) if when else ""


def leads_that(happening: Happening, naming: Naming) -> str:
    """The leads it is about: ``that enter mql if source is not outbound``, ``for which accept is done``."""
    if happening.kind != "enter":
        return _("for which {words}").format(words=counts(happening, naming))
    names = _names(Pattern("enter", happening.names), naming)
    return _("that enter {names}").format(names=names) + _so(happening, naming)


def _counted(happening: Happening, naming: Naming) -> str:
    kind = happening.kind
    if kind == "step":
        known = [target.name for target in naming.agreement.targets]
        clocks = either(naming.clock(name) for name in in_order(happening.names, known))
        return _("step {step} of {clocks} falls").format(step=happening.step, clocks=clocks)
    if kind == "override":
        order = naming.agreement.triggers
        triggers = either(naming.trigger(name) for name in in_order(happening.names, order))
        return _("the conditions of {triggers} are passed by").format(triggers=triggers)
    pattern = Pattern(kind, happening.names)
    return _happens(pattern, naming)
