"""What of the agreements in force the figures need: which party a state means, which way a handoff goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import and_, case, false, literal, or_
from sqlalchemy.sql.expression import ColumnElement

Column = ColumnElement[Any]
T = TypeVar("T")
Gate = tuple[str, tuple[str, ...], str | None, tuple[str, ...]]
"""A transition that several checks allow: its trigger, the states it leaves and enters, those checks."""

FORWARD, BACK, REOPENED = "forward", "return", "reopened"
WON, LOST, RETURNED = "won", "lost", "returned"
NONE = "(none)"
"""What has no value stands under this name."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of an agreement.

    ``holders`` has the states that name a party; ``back`` are the (giver, taker) pairs of parties whose
    handoffs lead towards the beginning of the lifecycle; ``attempts`` the kinds of activity that are
    attempts to reach the lead; ``reasons`` and ``feedback`` the inputs in which a handback says why.
    ``lost`` are the final states that a lead comes to only for a reason, and ``closing`` the inputs that say
    which; ``first_stage`` is that of the journey, where the entries of activities tell of it. ``gates`` are
    the transitions whose guards read two checks or more.
    """

    timezone: str
    holders: Mapping[str, str]
    finals: frozenset[str]
    back: frozenset[tuple[str, str]]
    attempts: frozenset[str]
    reasons: tuple[str, ...]
    feedback: tuple[str, ...]
    lost: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    first_stage: str | None = None
    gates: tuple[Gate, ...] = ()


Versions = Mapping[str, Terms]
"""The terms of each version by its digest."""


def by_version(
    digest: Column, versions: Versions, of: Callable[[Terms], T], build: Callable[[T], Column], empty: Column
) -> Column:
    """What *build* makes of each version's terms; one expression where all versions say the same."""
    known_values: list[tuple[T, list[str]]] = []
    for name, terms in versions.items():
        value = of(terms)
        same = next((digests for known, digests in known_values if known == value), None)
        if same is None:
            known_values.append((value, [name]))
        else:
            same.append(name)
    if not known_values:
        return empty
    if len(known_values) == 1:
        return build(known_values[0][0])
    return case(*((digest.in_(digests), build(value)) for value, digests in known_values), else_=empty)


def taker(row: Any, versions: Versions) -> Column:
    """The party that holds the lead after the move *row*, an alias of the entries."""
    before: Column = row.c.held_by

    def named(holders: tuple[tuple[str, str], ...]) -> Column:
        if not holders:
            return before
        return case(*((row.c.to == state, literal(party)) for state, party in holders), else_=before)

    return by_version(row.c.digest, versions, lambda t: tuple(t.holders.items()), named, before)


def direction(row: Any, versions: Versions) -> Column:
    """``forward``, ``return`` or ``reopened`` (out of a final state), of a handoff."""
    took = taker(row, versions)

    def judged(known: tuple[tuple[str, ...], tuple[tuple[str, str], ...]]) -> Column:
        finals, pairs = known
        back = or_(false(), *(and_(row.c.held_by == giver, took == party) for giver, party in pairs))
        closed = row.c["from"].in_(finals) if finals else false()
        return case((closed, REOPENED), (back, BACK), else_=FORWARD)

    def of(terms: Terms) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        return tuple(sorted(terms.finals)), tuple(sorted(terms.back))

    return by_version(row.c.digest, versions, of, judged, literal(FORWARD))


def is_final(state: Column, digest: Column, versions: Versions) -> Column:
    """Whether *state* closes a lead."""

    def named(finals: tuple[str, ...]) -> Column:
        return state.in_(finals) if finals else false()

    return by_version(digest, versions, lambda t: tuple(sorted(t.finals)), named, false())


def is_attempt(kind: Column, digest: Column, versions: Versions) -> Column:
    """Whether an activity of *kind* is an attempt to reach the lead."""

    def named(kinds: tuple[str, ...]) -> Column:
        return kind.in_(kinds) if kinds else false()

    return by_version(digest, versions, lambda t: tuple(sorted(t.attempts)), named, false())
