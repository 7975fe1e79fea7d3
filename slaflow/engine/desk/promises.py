"""What may be said of a breach or of a return: that it should not count, that it is excused, that it stands.

Whether it may is asked where it is decided too: the rights of :mod:`slaflow.lifecycle.rights`, and what
stands in the way by :mod:`slaflow.lifecycle.breaches`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import get_args

from slaflow.clock.disputes import awaits_ruling, is_disputed
from slaflow.clock.state import Clock
from slaflow.engine.desk.asked import NONE_REFUSED, Asked
from slaflow.engine.desk.deeds import Deed, OfBreach, OfReturn
from slaflow.engine.desk.meanwhile import promise_of
from slaflow.engine.desk.refusals import Because
from slaflow.engine.desk.seen import Seen
from slaflow.language import _
from slaflow.lifecycle.breaches import which
from slaflow.lifecycle.breaches.returns import Logged, obstacle, returned
from slaflow.lifecycle.breaches.sayings import Said
from slaflow.lifecycle.events import Contested, Disputed, Happening, Input, Lifted, Upheld, Verb
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.rights.judged import judged
from slaflow.workflow.model.clocks import in_place_of_target
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.workflow import Workflow

OF_BREACHES: tuple[OfBreach, ...] = get_args(OfBreach)
OF_RETURNS: Mapping[str, Verb] = {
    "dispute_return": "dispute", "lift_return": "lift", "uphold_return": "uphold",
}  # fmt: skip
HAPPENINGS: Mapping[str, Callable[[str, str, int | None], Said]] = {
    "dispute": Disputed, "lift": Lifted, "uphold": Upheld,
}  # fmt: skip
_FINDS = {
    "dispute": which.disputable_clock, "lift": which.broken_clock, "uphold": which.disputed_clock,
}  # fmt: skip


def of_clock(seen: Seen, clock: Clock) -> tuple[Deed, ...]:
    """What the asker may say of the breach of *clock* now."""
    if clock.breached_at is None or clock.lifted or clock.owed_by is None or seen.lead.erased_at is not None:
        return ()
    found = (of_breach(seen, kind, clock.target, clock.number) for kind in _worth_asking(seen, clock))
    return tuple(each for each in found if each is not None and each.is_open)


def _worth_asking(seen: Seen, clock: Clock) -> Iterator[OfBreach]:
    """What else would be refused whoever said it: a lead may have many clocks that broke."""
    if clock.owed_by == seen.who.party and not is_disputed(clock):
        yield "dispute"
    if clock.owed_by != seen.who.party or seen.who.role != "member":
        yield "lift"
    if awaits_ruling(clock):
        yield "uphold"


def of_breach(seen: Seen, kind: OfBreach, target: str, number: int | None) -> Deed | None:
    """Saying it of the breach of *target*'s clock *number*, the latest broken if None.

    None where nothing of that name is promised.
    """
    workflow = seen.workflow
    known = {each.target for each in seen.clocks if each.owed_by is not None}
    if not (workflow.has_target(target) and not workflow.target(target).is_timer) and target not in known:
        return None
    said = HAPPENINGS[kind](target, "", number)
    clock = _FINDS[kind](seen, said, seen.who.party)
    because = denied(seen, said) or (Because(clock),) if isinstance(clock, str) else denied(seen, said)
    found = number if isinstance(clock, str) else clock.number
    return Deed(kind, target, _title(kind), (_reason(),), because, number=found)


def of_return(seen: Seen, kind: OfReturn, about: str, told: Iterable[Logged]) -> Deed | None:
    """Saying it of the latest return among *told*, the lead's log, for which *about* said why."""
    if about not in seen.workflow.reasons:
        return None
    said = Contested(OF_RETURNS[kind], about, "", returned(told, about))
    because = denied(seen, said)
    if not because and (words := obstacle(said, seen.who.party)) is not None:
        because = (Because(words),)
    return Deed(kind, about, _title(kind), (_reason(),), because)


def of_last_return(seen: Seen, told: Sequence[Logged]) -> tuple[int | None, tuple[Deed, ...]]:
    """The entry of the latest return in *told*, and what the asker may say of it now."""
    if seen.lead.erased_at is not None:
        return None, ()
    known = [(found, name) for name in seen.workflow.reasons if (found := returned(told, name)) is not None]
    if not known:
        return None, ()
    last = max(found.seq for found, _ in known)
    named = [name for found, name in known if found.seq == last]
    about = next((name for name in named if _is_listed(seen, name)), named[0])
    deeds = (of_return(seen, kind, about, told) for kind in get_args(OfReturn))
    return last, tuple(each for each in deeds if each is not None and each.is_open)


def _is_listed(seen: Seen, name: str) -> bool:
    rows = (row.requires.get(name) for row in seen.workflow.transitions)
    return any(field is not None and field.one_of for field in rows)


def consequences(seen: Seen, deed: Deed) -> tuple[str, ...]:
    """What will happen if it is said, in sentences."""
    owed = tuple(_owed_then(seen, deed))
    match deed.kind:
        case "dispute":
            stays = _("The breach stays on the record, as disputed, until another party rules on it.")
            return stays, _("Neither the work nor the clock stops for that."), *owed
        case "lift":
            excused = _("The breach is excused: reports count it as that, and show beside it how it stood.")
            return excused, _("What is owed stays owed; its later steps lapse."), *owed
        case "uphold":
            return _("The breach stands, and who disputed it sees why."), *owed
        case "dispute_return":
            return _(
                "That it came back stays on the record, as disputed, until another party rules on it."
            ), *owed
        case "lift_return":
            return _("The dispute is granted; where the lead is does not change by that."), *owed
        case "uphold_return":
            return _("That it came back stands, and who disputed it sees why."), *owed
    return ()


def _owed_then(seen: Seen, deed: Deed) -> Iterable[str]:
    """The promises that begin, or are kept, by its being said."""
    of_return = deed.kind in OF_RETURNS
    place = in_place_of_target(deed.name) if of_return else deed.name
    kind = "dispute" if deed.kind in ("dispute", "dispute_return") else "ruling"
    if deed.kind == "lift" and not _awaits_ruling(seen, deed):
        return
    running = {target.name for target, _clock in seen.open}
    for target in seen.workflow.targets:
        promise = promise_of(seen.workflow, target.name)
        starts = any(each.kind == kind and place in each.names for each in target.start)
        lives_here = target.lives_in is None or seen.lead.state in target.lives_in
        if starts and target.owed_by and lives_here:
            party = seen.naming.party(target.owed_by)
            yield _("From then on {party} owes: {promise}.").format(party=party, promise=promise)
        if target.name in running and any(each.kind == kind and place in each.names for each in target.meet):
            yield _("It keeps {promise}.").format(promise=promise)


def _awaits_ruling(seen: Seen, deed: Deed) -> bool:
    return any(
        awaits_ruling(clock)
        for clock in seen.clocks
        if (clock.target, clock.number) == (deed.name, deed.number)
    )


def denied(seen: Seen, happening: Happening) -> tuple[Because, ...]:
    """Who may do it, where the asker may not."""
    event = Input(happening, Actor(seen.who.name, seen.who.party), seen.at, seen.at)
    found = judged(_named(seen, happening), seen.people, event, lambda: seen.lead, seen.who).denied
    return () if found is None else (Because(found),)


def _named(seen: Seen, happening: Happening) -> Workflow:
    """The version by which it is judged who may: of a breach of a target now gone the one it broke."""
    if not isinstance(happening, Lifted | Disputed | Upheld) or seen.workflow.has_target(happening.target):
        return seen.workflow
    return next((seen.terms(c) for c in seen.clocks if c.target == happening.target), seen.workflow)


def _reason() -> Asked:
    return Asked(Field("reason", "text", required=True), _("Why"), True, NONE_REFUSED)


def _title(kind: OfBreach | OfReturn) -> str:
    return {
        "dispute": _("dispute the breach"), "lift": _("excuse the breach"),
        "uphold": _("turn the dispute down"), "dispute_return": _("dispute that it came back"),
        "lift_return": _("grant the dispute"), "uphold_return": _("turn the dispute down"),
    }[kind]  # fmt: skip
