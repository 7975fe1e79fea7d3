"""What happens to a lead, in words: as what begins a promise, and as what somebody has to do to keep it."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.agreement.words.conditions import condition
from slaflow.agreement.words.naming import Naming, called, counted, either, times
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
        return ", or ".join(keep(one, naming) for one in each)
    return either(keep(one, naming) for one in each)


def keep(pattern: Pattern, naming: Naming) -> str:
    return _done(pattern, naming) + _if(pattern, naming)


def _is_deed(pattern: Pattern) -> bool:
    return pattern.kind in ("trigger", "activity") and len(pattern.names) == 1


def _if(pattern: Pattern, naming: Naming) -> str:
    return f" if {condition(pattern.when, naming)}" if pattern.when else ""


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
        said.append(f"a breach of {either(naming.clock(name) for name in in_order(targets, clocks))}")
    if reasons:
        said.append(f"a return by its {either(map(called, reasons))}")
    return either(said)


def _happens(pattern: Pattern, naming: Naming) -> str:
    names = _names(pattern, naming)
    match pattern.kind:
        case "enter":
            return f"a lead enters {names}"
        case "trigger":
            return f"{names} is done"
        case "activity":
            often = f" {times(pattern.times)}" if pattern.times > 1 else ""
            return f"{names} is recorded{often}"
        case "set":
            return f"{names} is filled in"
        case "attempts":
            return f"{_attempts(pattern)} {'was' if pattern.times == 1 else 'were'} made"
        case "contact":
            return "they speak"
        case "assign":
            return "somebody else becomes the owner"
        case "dispute":
            return f"{names} is disputed"
        case _:
            return f"{names} is ruled on"


def _attempts(pattern: Pattern) -> str:
    over = f" over {counted(pattern.channels, 'channel')}" if pattern.channels > 1 else ""
    return f"{counted(pattern.times, 'attempt')} to reach it{over}"


def _apart(names: str) -> str:
    """A name as a thing to do, which no reader takes for a verb."""
    return names if "“" in names else f"“{names}”"


def _done(pattern: Pattern, naming: Naming) -> str:
    names = _names(pattern, naming)
    match pattern.kind:
        case "enter":
            return f"bring it to {names}"
        case "trigger":
            return names if any(map(naming.moves, pattern.names)) else f"do {_apart(names)}"
        case "activity":
            often = f" {times(pattern.times)}" if pattern.times > 1 else ""
            return f"record {names}{often}"
        case "set":
            return f"fill in {names}"
        case "attempts":
            return f"make {_attempts(pattern)}"
        case "contact":
            return "speak with it"
        case "assign":
            return "give it another owner"
        case "dispute":
            return f"dispute {names}"
        case _:
            return f"rule on {names}"


def counts(happening: Happening, naming: Naming) -> str:
    """What a commitment counts: ``a lead enters mql if source is not outbound``."""
    words = _counted(happening, naming)
    return words + (f" if {condition(happening.when, naming)}" if happening.when else "")


def leads_that(happening: Happening, naming: Naming) -> str:
    """The leads it is about: ``that enter mql if source is not outbound``, ``for which accept is done``."""
    words = counts(happening, naming)
    return (
        f"that enter{words.removeprefix('a lead enters')}"
        if happening.kind == "enter"
        else f"for which {words}"
    )


def _counted(happening: Happening, naming: Naming) -> str:
    kind = happening.kind
    if kind == "step":
        known = [target.name for target in naming.agreement.targets]
        clocks = either(naming.clock(name) for name in in_order(happening.names, known))
        return f"step {happening.step} of {clocks} falls"
    if kind == "override":
        order = naming.agreement.triggers
        triggers = either(naming.trigger(name) for name in in_order(happening.names, order))
        return f"the conditions of {triggers} are passed by"
    pattern = Pattern(kind, happening.names)
    return _happens(pattern, naming)
