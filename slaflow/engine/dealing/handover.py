"""All that somebody has given to another person, or dealt to a team without them (rules.md, 41).

Each transaction stands by itself: what was handed over is theirs no more, so that what was interrupted goes
on when it is asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from slaflow.engine import permits
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.caller import Who, told_by
from slaflow.engine.context import Context
from slaflow.engine.leads.filters import owner_as_known
from slaflow.engine.settle import settled
from slaflow.engine.setup import people
from slaflow.engine.tick.batch import why
from slaflow.engine.transaction import uncollected, written
from slaflow.errors import USAGE, SlaflowError, UnknownName
from slaflow.language import _, anew
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Assigned, Dealt
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor, Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.routing import obstacle
from slaflow.store.database import Connection
from slaflow.store.dealing import loads as store
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.identity import folded

AT_ONCE = 500
"""Leads handed over in one transaction."""
Run = Callable[[Callable[[Connection], "list[Tried]"]], "list[Tried]"]
"""Does work in a transaction of its own, or in one of which nothing stays."""


class NobodyToHandTo(SlaflowError):
    """Whom or which team somebody's leads are to go to is not said, or is they themselves."""

    code = "nobody_to_hand_to"
    exit_code = USAGE


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose leads go to whom: to a person, or without one by turns to a team; who has it done, and when."""

    owner: str
    person: str | None
    team: str | None
    actor: Actor
    by: Who | None
    at: datetime | None

    @property
    def happening(self) -> Assigned | Dealt:
        return Assigned(self.person) if self.person is not None else Dealt(self.team, self.owner)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one lead: whose it is now, that it waits, why it is left, or that it is to be tried again.

    None of these: it was not theirs any more.
    """

    lead: int
    owner: str | None = None
    waits: bool = False
    because: str | None = None
    again: bool = False


@dataclass(slots=True)
class Handover:
    """How many leads went to whom, how many wait for the team, and which were left, each with why."""

    terms: Terms
    given: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    left: list[tuple[int, str]] = field(default_factory=list)
    away_until: datetime | None = None
    """When the person who gets them is back, who is away."""
    last: int | None = None
    """The lead that was looked at last, where others may come after it."""

    @property
    def leads(self) -> int:
        """How many are in other hands now, or wait."""
        return self.given.total() + self.waiting

    def count(self, tried: Tried) -> None:
        if tried.because is not None:
            self.left.append((tried.lead, tried.because))
        elif tried.waits:
            self.waiting += 1
        elif tried.owner is not None:
            self.given[tried.owner] += 1

    def as_json(self) -> dict[str, Any]:
        """``{"email","person","team","leads","given":[{"email","leads"}],"waiting","left":[...],"away_until"}``.

        Each that was left is ``{"lead","because"}``.
        """
        given = [{"email": email, "leads": number} for email, number in self.given.most_common()]
        left = [{"lead": lead, "because": because} for lead, because in self.left]
        back = None if self.away_until is None else instant_text(self.away_until)
        named = {"email": self.terms.owner, "person": self.terms.person, "team": self.terms.team}
        counts = {"leads": self.leads, "given": given, "waiting": self.waiting}
        return {**named, **counts, "left": left, "away_until": back}


def hand_over(
    app: Context, email: str, to: str | None = None, *, by: Who | None = None, at: datetime | None = None,
    dry_run: bool = False, after: int = 0, most: int | None = None,
) -> Handover:  # fmt: skip
    """Hands every open lead that *email* owns to the person or team *to*; None: to the team they are in.

    Who was removed is in the team that they were in last. What cannot be handed over, as another party holds
    it, is left with why, and the rest goes on. Cost: each transaction reads the next leads by index, and
    all in which something fell that no tick has carried out.

    Args:
        by: who has it done; None: an operator.
        dry_run: all is done in one transaction, and nothing stays.
        after, most: only leads of a greater number, and so many; the others are for another time.

    Raises:
        UnknownName, PersonRemoved: nobody is called so, or no team.
        NobodyToHandTo: *to* is not given and they are in no team, or it is they themselves.
        NotPermitted: *by* may give away nobody's leads.
    """
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        terms = _terms(app, conn, directory, email, to, by, at)
    now = app.present(at)
    found = Handover(terms)
    if terms.person is not None:
        found.away_until = directory.away_until(terms.person, now)
    with _transactions(app, dry_run) as run, uncollected():
        left = most
        while left is None or left > 0:
            page = _next(app, terms, after, AT_ONCE if left is None else min(AT_ONCE, left))
            if not page:
                found.last = None
                break
            found.last = after = page[-1]
            left = None if left is None else left - len(page)
            _hand_over(app, run, terms, page, found)
    return found


def _next(app: Context, terms: Terms, after: int, limit: int) -> list[int]:
    with app.database.read() as conn:
        theirs = store.owned(conn, spellings(conn, "lead.owner", [terms.owner]), after, limit)
        # What no tick has carried out may have made it theirs: that is seen when it is held.
        fallen = store.fallen(conn, app.present(terms.at), after, limit)
    return sorted({*theirs, *fallen})[:limit]


def _hand_over(app: Context, run: Run, terms: Terms, page: Sequence[int], found: Handover) -> None:
    """Hands *page* over; leads whose steps filled the transaction are taken again."""
    again = list(page)
    while again:
        leads, again = again, []
        for tried in run(partial(_tried, app, terms, leads)):
            if tried.again:
                again.append(tried.lead)
            else:
                found.count(tried)


@contextmanager
def _transactions(app: Context, dry_run: bool) -> Iterator[Run]:
    if not dry_run:
        yield lambda work: written(app, work)
        return
    with app.database.rehearsal() as conn:
        yield lambda work: work(conn)


def _terms(
    app: Context, conn: Connection, directory: Directory, email: str, to: str | None, by: Who | None,
    at: datetime | None,
) -> Terms:  # fmt: skip
    actor = SYSTEM_ACTOR if by is None else people.actor(app, by, conn)
    permits.check(directory, actor, "assign", ("holds",), app.present(at))
    owner = owner_as_known(conn, directory, email)
    teams = people.teams(app, conn)
    if to is None:
        rows = directory.rows(owner)
        to = rows[-1].team if rows else None
        if to is None or to not in teams:
            raise NobodyToHandTo(
                _("{email} is in no team; say with --to who is to have their leads").format(email=owner)
            )
    if to in teams:
        return Terms(owner, None, to, actor, by, at)
    person = directory.current(to)
    if person is None and not directory.rows(to):
        known = (each for each in directory.known_emails() if directory.current(each))
        raise UnknownName("user or team", to, {*teams, *known})
    named = people.check_known(app, conn, to).email
    if folded(named) == folded(owner):
        raise NobodyToHandTo(_("{email} has them already; name another with --to").format(email=owner))
    return Terms(owner, named, None, actor, by, at)


def _tried(app: Context, terms: Terms, page: Sequence[int], conn: Connection) -> list[Tried]:
    """Hands over those of *page* that are theirs still, in one transaction."""
    leads = lead_store.lock(conn, page)
    clocks = clock_store.open_of(conn, list(leads)) if leads else {}
    directory = people_store.directory(conn)
    now = app.present(terms.at)
    tried, asks = [], []
    for lead_id, lead in leads.items():
        when = max(now, lead.as_of)
        try:
            stood = settled(app.workflow(lead.digest), directory, lead, clocks.get(lead_id, []), when).lead
        except Exception as error:
            # As by a tick: a lead whose decision raises holds up no other, and is said where it is theirs.
            if _is_theirs(directory, lead, terms):
                tried.append(Tried(lead_id, because=why(error)))
            continue
        assert stood is not None
        if not _is_theirs(directory, stood, terms):
            continue
        because = _obstacle(directory, terms, stood, lead, now)
        if because is not None:
            tried.append(Tried(lead_id, because=because))
            continue
        ask = Ask(lead_id, terms.happening, terms.actor)
        asks.append(ask if terms.by is None else told_by(terms.by, ask))
    outcomes = in_transaction(app, conn, asks, now=terms.at, lenient=True) if asks else []
    return [*tried, *(_came_of(ask.lead_id, each) for ask, each in zip(asks, outcomes, strict=True))]


def _is_theirs(directory: Directory, lead: Lead, terms: Terms) -> bool:
    owner = lead.owner
    return owner is not None and not lead.closed and directory.spelt(owner) == directory.spelt(terms.owner)


def _obstacle(directory: Directory, terms: Terms, stood: Lead, lead: Lead, now: datetime) -> str | None:
    """Why the lead, which stood so by then, cannot be handed over; None where nothing is in the way yet."""
    if terms.at is not None and now < lead.as_of:
        return _("something was logged for it after that instant")
    if terms.person is None:
        return None
    return obstacle(directory, stood, terms.person, max(now, lead.as_of))


def _came_of(lead_id: int, outcome: Outcome) -> Tried:
    if outcome.more:
        return Tried(lead_id, again=True)
    if outcome.error is not None:
        return Tried(lead_id, because=str(outcome.error))
    if outcome.refusal is not None:
        return Tried(lead_id, because="; ".join(str(anew(each)) for each in outcome.refusal.because))
    assert outcome.lead is not None
    waits = outcome.lead.waits_for is not None and outcome.lead.owner is None
    return Tried(lead_id, outcome.lead.owner, waits)
