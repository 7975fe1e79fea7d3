"""Who asks by a way of their own: known already, by which way, with what they know of the lead, and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from slaflow.engine.ask import Ask, Outcome
from slaflow.errors import SlaflowError
from slaflow.lifecycle.lead import Actor
from slaflow.store.access import once as store
from slaflow.store.access.once import Kept
from slaflow.store.database import Connection

__all__ = [
    "AskedBefore", "Caller", "Kept", "KeyReused", "Once", "Who", "done_once", "told_by", "written_once",
]  # fmt: skip

REMEMBERED = timedelta(hours=24)
"""For so long the same key does nothing more."""
Result = TypeVar("Result")


class KeyReused(SlaflowError):
    """A key that something else was asked with."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__("something else was asked with that key; take a new one for each request")


class AskedBefore(SlaflowError):
    """The same was asked with the same key, and ``kept`` is what became of it; nothing was done now."""

    code = "asked_before"

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        super().__init__("that was asked before with the same key, and was done then or refused")


@dataclass(frozen=True, slots=True)
class Once:
    """What is done at most once: the asker's ``key``, by their ``token``; ``digest`` of what is asked."""

    token: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Caller:
    """An ``actor`` whom nobody need look up. ``via`` goes on the record; with a ``seq`` what is asked is
    wrong once the lead's log ends elsewhere."""

    actor: Actor
    via: str | None = None
    seq: int | None = None
    once: Once | None = None


Who: TypeAlias = str | Caller
"""A person's e-mail or a party, looked up when it is asked; or who is known already."""


def told_by(who: Who, ask: Ask) -> Ask:
    """*ask* with what *who* knows of the lead, and by which way it came."""
    return ask if isinstance(who, str) else replace(ask, via=who.via, seq=who.seq)


def done_once(conn: Connection, who: Who, now: datetime, work: Callable[[], Outcome]) -> Outcome:
    """What comes of *work*, kept in its own transaction under the key of *who*, if they have one.

    Raises:
        AskedBefore: it was done, or refused, before.
        KeyReused: something else was.
    """
    if isinstance(who, str) or who.once is None:
        return work()
    once = who.once
    _claim(conn, once, now)
    outcome = work()
    if outcome.more:
        store.let_go(conn, once.token, once.key)
    else:
        store.note(conn, once.token, once.key, _kept(once, outcome))
    return outcome


def written_once(
    conn: Connection, who: Who | None, now: datetime, work: Callable[[], Result],
    number: Callable[[Result], int] | None = None,
) -> Result:  # fmt: skip
    """What comes of *work*, which is about no lead, under the key of *who*.

    It is found again by its *number*, where it has one; that stands where a lead's entry would. Raises as
    :func:`done_once`.
    """
    if isinstance(who, str) or who is None or who.once is None:
        return work()
    once = who.once
    _claim(conn, once, now)
    result = work()
    if number is not None:
        kept = Kept(once.digest, None, number(result), None, (), False)
        store.note(conn, once.token, once.key, kept)
    return result


def _claim(conn: Connection, once: Once, now: datetime) -> None:
    store.forget(conn, once.token, once.key, now - REMEMBERED)
    if (known := store.find(conn, once.token, once.key)) is not None:
        raise AskedBefore(known) if known.digest == once.digest else KeyReused()
    store.claim(conn, once.token, once.key, once.digest, now)


def _kept(once: Once, outcome: Outcome) -> Kept:
    lead, refusal = outcome.lead, outcome.refusal
    assert lead is not None
    what, because = (None, ()) if refusal is None else (refusal.what, refusal.because)
    return Kept(once.digest, lead.id, lead.seq, what, because, outcome.is_denied)
