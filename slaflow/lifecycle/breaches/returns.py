"""A return that is disputed like a breach: by whom, once, and what is ruled of it (rules.md, 18.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.effects import Effect
from slaflow.lifecycle.events import Contested, Input, Returned, Verb
from slaflow.lifecycle.inputs import chain_of, logged, refuse
from slaflow.lifecycle.work import Work
from slaflow.workflow.model.clocks import in_place_of_target

KINDS: Mapping[Verb, str] = {"dispute": "disputed", "lift": "granted", "uphold": "upheld"}
"""The kind of the entry that says so."""
DOING: Mapping[Verb, str] = {"dispute": "disputing", "lift": "granting", "uphold": "upholding"}


class Logged(Protocol):
    """An entry, stored or still to be."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def handoff(self) -> bool: ...
    @property
    def held_by(self) -> str | None: ...
    @property
    def data(self) -> Mapping[str, Any] | None: ...


def returned(entries: Iterable[Logged], about: str) -> Returned | None:
    """The latest handoff of a lead that gave *about* as its reason, and what has been said of it since.

    *entries* are the lead's, in order.
    """
    found: Returned | None = None
    for each in entries:
        data = each.data or {}
        if each.handoff and data.get("inputs", {}).get(about) is not None:
            found = Returned(each.seq, each.held_by or "", data["handoff"]["took"]["party"])
        elif found is not None and each.kind in KINDS.values() and data.get("return") == found.seq:
            found = found._replace(said=(*found.said, each.kind))
    return found


def contest(work: Work, event: Input, at: datetime, said: Contested) -> Refusal | None:
    """Disputes a return, or grants or turns down that dispute; nothing else changes for it."""
    if said.about not in work.workflow.reasons:
        raise UnknownName("reason of a return", said.about, work.workflow.reasons)
    because = obstacle(said, event.actor.party)
    if because is not None or said.returned is None:
        what, asked = asked_for(said)
        return refuse(work, event, at, what, (because or "",), data=asked)
    given = logged(event) | {"reason": said.reason}
    seq = work.log(KINDS[said.verb], at, **given, data={"about": said.about, **said.returned.as_data()})
    name = in_place_of_target(said.about)
    effect = Effect(seq, disputed=name) if said.verb == "dispute" else Effect(seq, ruled=name)
    chain = chain_of(work, event, at)
    chain.event(effect)
    chain.come_to_rest()
    return None


def asked_for(said: Contested) -> tuple[str, dict[str, Any]]:
    """What a refusal calls it, and what its entry says of it."""
    of = None if said.returned is None else said.returned.as_data()
    what = f"{DOING[said.verb]} the return for {said.about}"
    return what, {"contest": said.verb, "about": said.about, "of": of}


def obstacle(said: Contested, party: str) -> str | None:
    """Why *party* cannot say it of that return; None where nothing stands in the way."""
    if said.returned is None:
        return _("the lead was not handed back with a {about}").format(about=said.about)
    gave, took, before = said.returned.gave, said.returned.took, said.returned.said
    if said.verb == "dispute":
        if party != took:
            words = _("it went back to {took}, who alone disputes that, not {party}")
            return words.format(took=took, party=party)
        return _("it is disputed already") if before else None
    if party == took:
        return _("it went back to {took}, who does not rule on its own disputes").format(took=took)
    if "disputed" not in before:
        return _("nobody disputes that {gave} gave it back").format(gave=gave)
    ruled = next((kind for kind in before if kind != "disputed"), None)
    if ruled is None:
        return None
    return _("its dispute is granted already") if ruled == "granted" else _("its dispute is upheld already")
