"""What is said of a breach by hand: it is lifted, disputed, or a dispute of it is upheld (rules.md, 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.clock import disputes, rules
from slaflow.clock.state import Clock
from slaflow.errors import UnknownName
from slaflow.lifecycle.breaches.which import broken_clock, disputable_clock, disputed_clock, note
from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.effects import Effect
from slaflow.lifecycle.events import Disputed, Input, Lifted, Upheld
from slaflow.lifecycle.inputs import chain_of, logged, refuse
from slaflow.lifecycle.work import Work

Said = Lifted | Disputed | Upheld


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing that can be said: its verb, the kind of its entry, and what it makes of the clock.

    ``finds`` gives the clock it is about, or why there is none; ``marks`` notes on the clock what was said.
    """

    verb: str
    doing: str
    kind: str
    finds: Callable[[Work, Said, str], Clock | str]
    marks: Callable[[Clock, datetime], None]


SAYINGS: Mapping[type[Said], Saying] = {
    Lifted: Saying("lift", "lifting", "breach_lifted", broken_clock, lambda clock, at: rules.lift(clock)),
    Disputed: Saying("dispute", "disputing", "disputed", disputable_clock, disputes.dispute),
    Upheld: Saying("uphold", "upholding", "upheld", disputed_clock, disputes.uphold),
}


def say(work: Work, event: Input, at: datetime, said: Said) -> Refusal | None:
    """Says it of the latest breach of the target, or of that of the clock that is named.

    A lift excuses the breach; a dispute says that it should not count, and stops neither work nor clock;
    upholding turns the dispute down. A lift or an uphold of what is disputed is a ruling.
    """
    _check_is_promise(work, said.target)
    saying = SAYINGS[type(said)]
    clock = saying.finds(work, said, event.actor.party)
    if isinstance(clock, str):
        what, asked = asked_for(said)
        return refuse(work, event, at, what, (clock,), data=asked)
    is_ruling = disputes.awaits_ruling(clock)
    saying.marks(clock, at)
    given = logged(event) | {"reason": said.reason}
    if isinstance(said, Lifted):
        given["party"] = clock.owed_by  # whose rate it mends
    seq = note(work, saying.kind, clock, at, given)
    if isinstance(said, Disputed):
        _follow(work, event, at, Effect(seq, disputed=clock.target))
    elif is_ruling:
        _follow(work, event, at, Effect(seq, ruled=clock.target))
    return None


def asked_for(said: Said) -> tuple[str, dict[str, Any]]:
    """What a refusal calls it, and what its entry says of it."""
    saying = SAYINGS[type(said)]
    return f"{saying.doing} {said.target}", {saying.verb: said.target, "number": said.number}


def _check_is_promise(work: Work, name: str) -> None:
    targets = [target.name for target in work.workflow.targets if not target.is_timer]
    # A target that is gone may have left a breach under the version it was in.
    targets += [clock.target for clock in work.clocks if clock.owed_by is not None]
    if name not in targets:
        raise UnknownName("target", name, targets)


def _follow(work: Work, event: Input, at: datetime, effect: Effect) -> None:
    """What comes of *effect*, as of any event of the lead."""
    chain = chain_of(work, event, at)
    chain.event(effect)
    chain.come_to_rest()
