"""What every input leaves, whatever it is: what its entry carries, its refusal, what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.events import Input
from slaflow.lifecycle.transition import Chain
from slaflow.lifecycle.work import Cause, Work


def logged(event: Input) -> dict[str, Any]:
    """What every input's entry carries."""
    return {
        "entry_class": "input",
        "actor": event.actor.name,
        "party": event.actor.party,
        "arrived_at": event.arrived_at,
        "occurred_at": event.occurred_at,
    }


def lateness(work: Work, **rest: Any) -> dict[str, Any]:
    """What the entry's data says of an input that is told late; nothing of one that is not."""
    return {} if work.late is None else {"late": work.late.as_data(**rest)}


def chain_of(work: Work, event: Input, at: datetime) -> Chain:
    """What *event* sets off."""
    return Chain(
        work, Cause(at, arrived_at=event.arrived_at, occurred_at=event.occurred_at, actor=event.actor.name)
    )


def refuse(
    work: Work, event: Input, at: datetime, what: str, because: tuple[str, ...], **rest: Any
) -> Refusal:
    """Logs that *event* was refused and why; it is nothing else."""
    data = {"because": list(map(str, because)), **rest.pop("data", {}), **lateness(work)}
    reason = "; ".join(because)
    work.log("refused", at, **logged(event), from_state=work.lead.state, reason=reason, data=data, **rest)
    return Refusal(what, because)
