"""Who may do what: the table of rights as data, and whether somebody may. Pure; asks no clock and no store.

A right hangs on three things: the asker's party, their role in it, and how they stand to the lead. The
agreement's own ``by`` is judged by the core beside it. Source: rules.md, 34.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from slaflow.agreement.words.naming import role
from slaflow.language import _, marked
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.parties import AUDITOR, LEAD, ROLES, SYSTEM, ActOn, outranks

Operation = Literal[
    "fire", "answer", "record", "record_for_lead", "add", "set", "set_identity", "assign", "merge", "dispute",
    "lift", "uphold", "override", "lift_stretch", "erase", "activate", "migrate", "tick", "sign", "withdraw",
    "absence", "preference", "read", "invite", "verify", "export", "people", "tokens", "see_tokens", "outbox",
    "see_outbox", "draft",
]  # fmt: skip
Relation = Literal["holds", "unowned", "theirs", "oneself", "owes", "other_owes", "own_party", "recorded"]
"""How an asker stands to a deed: their party ``holds`` the lead, which is ``unowned``; it is ``theirs`` to
act on, as a site divides what a party holds; it is done to ``oneself`` or to somebody or something of the
``own_party``; their party ``owes`` the promise, or an ``other_owes`` it; they are a ``recorded`` person, not
a party's bare name."""

Needs = frozenset[Relation]
ALWAYS: tuple[Needs, ...] = (frozenset(),)
NEVER: tuple[Needs, ...] = ()
FOR_THE_LOG = "log"
"""Whoever shows a party's token for the log: beside what members have, what the table names it for."""


def _when(*relations: Relation) -> tuple[Needs, ...]:
    return (frozenset(relations),)


TABLE: Mapping[Operation, Mapping[str, tuple[Needs, ...]]] = {
    "fire": {"member": _when("theirs"), "manager": ALWAYS, LEAD: ALWAYS},
    "answer": {"member": _when("theirs"), "manager": ALWAYS, LEAD: ALWAYS},
    "record": {"member": _when("theirs"), "manager": ALWAYS, LEAD: ALWAYS},
    "record_for_lead": {"member": _when("holds", "recorded")},
    "add": {"member": ALWAYS},
    "set": {"member": _when("theirs"), "manager": ALWAYS},
    "set_identity": {"manager": ALWAYS},
    "assign": {"member": _when("holds", "unowned", "oneself"), "manager": _when("holds"), "admin": ALWAYS},
    "merge": {"manager": _when("holds"), "admin": ALWAYS},
    "dispute": {"member": _when("owes", "theirs"), "manager": _when("owes")},
    "lift": {"manager": _when("other_owes"), "admin": (*_when("other_owes"), *_when("recorded"))},
    "uphold": {"manager": _when("other_owes"), "admin": (*_when("other_owes"), *_when("recorded"))},
    "override": {"member": _when("theirs"), "manager": ALWAYS},
    "lift_stretch": {"admin": ALWAYS},
    "erase": {"admin": ALWAYS},
    "activate": {"admin": ALWAYS},
    "migrate": {"admin": ALWAYS},
    "tick": {"admin": ALWAYS},
    "sign": {"manager": _when("own_party")},
    "withdraw": {"manager": _when("own_party")},
    "absence": {
        "member": _when("oneself"),
        "manager": (*_when("oneself"), *_when("own_party")),
        "admin": ALWAYS,
    },
    "preference": {
        "member": _when("oneself"),
        "manager": (*_when("oneself"), *_when("own_party")),
        "admin": ALWAYS,
    },
    "read": {"member": ALWAYS, AUDITOR: ALWAYS},
    "invite": {"admin": ALWAYS},
    "verify": {"manager": ALWAYS, AUDITOR: ALWAYS, FOR_THE_LOG: ALWAYS},
    "export": {"manager": ALWAYS, AUDITOR: ALWAYS, FOR_THE_LOG: ALWAYS},
    "people": {"admin": ALWAYS},
    "tokens": {"admin": ALWAYS},
    "see_tokens": {"admin": ALWAYS, AUDITOR: ALWAYS},
    "outbox": {"admin": ALWAYS},
    "see_outbox": {"manager": ALWAYS, AUDITOR: ALWAYS},
    "draft": {"manager": ALWAYS, AUDITOR: ALWAYS, FOR_THE_LOG: ALWAYS},
}
"""Operation, then role: what must hold, one of several; a role that is not named has what the next lower
has; an auditor, who ranks nowhere, has what names them. ``fire``, ``answer``, ``record`` and ``override`` ask
the agreement's ``by`` besides."""

WHO: Mapping[Operation, str] = {
    "fire": marked("a member, manager or admin fires a trigger"),
    "answer": marked("a member, manager or admin answers a check"),
    "record": marked("a member, manager or admin records an activity"),
    "record_for_lead": marked("a person of the party that holds a lead records what the prospect did"),
    "add": marked("a member, manager or admin adds a lead"),
    "set": marked("a member, manager or admin sets fields"),
    "set_identity": marked("a manager or admin changes what a lead is known by"),
    "assign": marked(
        "a member of the party that holds a lead takes one that nobody owns, "
        "a manager of that party or an admin gives it to others"
    ),
    "merge": marked("a manager of the party that holds the lead or an admin merges leads"),
    "dispute": marked("a member of the party that owes the promise disputes a breach"),
    "lift": marked("a manager of a party that does not owe the promise or an admin lifts a breach"),
    "uphold": marked("a manager of a party that does not owe the promise or an admin upholds a breach"),
    "override": marked("a member, manager or admin overrides a guard"),
    "lift_stretch": marked("an admin lifts the breaches of a stretch of time"),
    "erase": marked("an admin erases a lead"),
    "activate": marked("an admin activates an agreement"),
    "migrate": marked("an admin migrates leads"),
    "tick": marked("an admin runs a tick"),
    "sign": marked("a manager or admin signs for their party"),
    "withdraw": marked("a manager or admin withdraws their party's signature"),
    "absence": marked(
        "a member tells their own absence, a manager those of their party, an admin everybody's"
    ),
    "preference": marked(
        "a member says how they are told, a manager of those of their party, an admin of all"
    ),
    "read": marked("a person who is recorded reads"),
    "invite": marked("an admin invites people"),
    "verify": marked("a manager, admin or auditor has the log verified"),
    "export": marked("a manager, admin or auditor has the log exported"),
    "people": marked("an admin records and removes people"),
    "tokens": marked("an admin makes and revokes tokens"),
    "see_tokens": marked("an admin or auditor sees tokens"),
    "outbox": marked("an admin has messages sent again, or lets them go"),
    "see_outbox": marked("a manager, admin or auditor sees messages, channels and how slaflow does"),
    "draft": marked("a manager, admin or auditor tries a draft of an agreement"),
}
"""Who may, as a refusal says it."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a party and a role in it, None for its bare name.

    ``held`` are the roles that somebody recorded of the party has: a bare party is a script, and has none
    of those. A party's name with a role is whoever of it has that role. ``acts_on`` says which leads are
    a member's; ``beside`` is a column of the table that they have beside their role's.
    """

    name: str
    party: str
    role: str | None = None
    held: Container[str] = frozenset()
    acts_on: ActOn = "party"
    beside: str | None = None

    def stands_as(self, role: str) -> bool:
        """Whether they have *role* or a higher one."""
        if self.party == SYSTEM:
            return True
        if self.party == LEAD:
            return False
        if self.role is None:
            return role == "member" or role not in self.held
        return outranks(self.role, role)

    def __str__(self) -> str:
        if self.role is None:
            return (
                _("the prospect")
                if self.party == LEAD
                else _("{party}, without a name,").format(party=self.party)
            )
        if self.name == self.party:
            return _("anybody of {party}").format(party=self.party)
        return _("{name} ({role} of {party})").format(name=self.name, role=role(self.role), party=self.party)


def asker(people: Directory, actor: Actor, at: datetime, acts_on: ActOn = "party") -> Asker:
    """Who *actor* is as of *at*; a person whom nobody has recorded by then is as they were recorded first."""
    if actor.name == actor.party:
        return Asker(actor.name, actor.party, None, _Held(people, actor.party, at))
    person = people.person(actor.name, at)
    if person is None:
        known = people.rows(actor.name)
        earlier = [each for each in known if each.valid_from <= at]
        person = earlier[-1] if earlier else known[0] if known else None
    return Asker(actor.name, actor.party, "member" if person is None else person.role, acts_on=acts_on)


@dataclass(frozen=True, slots=True)
class _Held(Container[str]):
    """The roles that people of a party have; nobody is looked at before one is asked for."""

    people: Directory
    party: str
    at: datetime

    def __contains__(self, role: object) -> bool:
        everybody = (self.people.person(email, self.at) for email in self.people.known_emails())
        return any(p is not None and (p.party, p.role) == (self.party, role) for p in everybody)


def may(who: Asker, operation: Operation, relations: Iterable[Relation] = ()) -> bool:
    """Whether *who*, who stands so to the deed, has the right to it.

    A bare party has what its members have, and a higher role's only while nobody of it has that role.
    """
    if who.party == SYSTEM:
        return True
    row, given = TABLE[operation], frozenset(relations)
    if who.party == LEAD:
        return _holds(row.get(LEAD, NEVER), given)
    if who.role is not None:
        return _holds(_granted(row, who.role, who.beside), given | {"recorded"})
    lowest = next((role for role in ROLES if _holds(_of_role(row, role), given)), None)
    return lowest is not None and who.stands_as(lowest)


def may_ever(who: Asker, operation: Operation) -> bool:
    """Whether there is anything at all to which *who*, a person, has that right."""
    return who.role is not None and bool(_granted(TABLE[operation], who.role, who.beside))


def _granted(row: Mapping[str, tuple[Needs, ...]], role: str, beside: str | None) -> tuple[Needs, ...]:
    return (*_of_role(row, role), *(() if beside is None else row.get(beside, NEVER)))


def _of_role(row: Mapping[str, tuple[Needs, ...]], role: str) -> tuple[Needs, ...]:
    if role not in ROLES:
        return row.get(role, NEVER)
    lower = ROLES[: ROLES.index(role) + 1]
    return next((row[each] for each in reversed(lower) if each in row), NEVER)


def _holds(alternatives: Iterable[Needs], given: frozenset[Relation]) -> bool:
    return any(needs <= given for needs in alternatives)


def refusal(who: Asker, operation: Operation, relations: Iterable[Relation] = ()) -> str | None:
    """The line that says who may, where *who* may not; None where they may."""
    return None if may(who, operation, relations) else denied(who, _(WHO[operation]))


def lead_refusal(
    who: Asker, operation: Operation, relations: Iterable[Relation], foreign: Callable[[], str | None]
) -> str | None:
    """The same of what is done with a lead; *foreign*, asked where that counts, says why it is not theirs."""
    given = frozenset(relations)
    if may(who, operation, given):
        return None
    return refusal(who, operation, given | {"theirs"}) or foreign()


def denied(who: Asker, rule: str) -> str:
    """*rule*, which says who may, and that *who* is none of them."""
    return _("{rule}, not {who}").format(rule=rule, who=_Last(who))


@dataclass(frozen=True, slots=True)
class _Last:
    """An asker as the last word of a sentence."""

    who: Asker

    def __str__(self) -> str:
        return str(self.who).rstrip(",")
