"""Lifting breaches by hand, one or all of a stretch of time: excused on the record, still owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from slaflow.engine import permits
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.caller import Who, done_once, told_by
from slaflow.engine.context import Context
from slaflow.engine.leads.address import find
from slaflow.engine.leads.commands import asked, done
from slaflow.engine.leads.reasons import check_length, check_reason
from slaflow.engine.log.filters import checked
from slaflow.engine.setup import people
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError
from slaflow.lifecycle.breaches.returns import returned
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.erasure import check_not_erased
from slaflow.lifecycle.events import Contested, Disputed, Lifted, Upheld
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import lifts as store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.lifts import Broken

AT_ONCE = 500
"""Breaches lifted in one transaction."""

Said = Lifted | Disputed | Upheld | Contested
Tried = tuple[Broken, str | None, bool]
"""A breach, why it could not be lifted (None: it was), and whether it is to be tried again."""


@dataclass(slots=True)
class LiftReport:
    """What lifting in bulk did: breaches and leads, and what could not be lifted, with why."""

    start: datetime
    end: datetime
    lifted: int = 0
    leads: set[int] = field(default_factory=set)
    refused: list[tuple[Broken, str]] = field(default_factory=list)

    def count(self, broken: Broken, because: str | None) -> None:
        if because is not None:
            self.refused.append((broken, because))
            return
        self.lifted += 1
        self.leads.add(broken.lead_id)

    def as_json(self) -> dict[str, Any]:
        """``{"from","to","lifted","leads","refused":[{"lead","target","clock","because"}]}``."""
        refused = [
            {"lead": each.lead_id, "target": each.target, "clock": each.number, "because": why}
            for each, why in self.refused
        ]
        span = {"from": instant_text(self.start), "to": instant_text(self.end)}
        return {**span, "lifted": self.lifted, "leads": len(self.leads), "refused": refused}


def lift(
    app: Context, lead: int | str, target: str, reason: str, actor: Who,
    number: int | None, at: datetime | None,
) -> dict[str, Any]:  # fmt: skip
    """Lifts the latest breach of *target*, or that of its clock *number*; gives LEAD.

    Errors: as :func:`say`'s.
    """
    return say(app, lead, Lifted(target, reason.strip(), number), actor, at)


def say(app: Context, lead: int | str, said: Said, actor: Who, at: datetime | None) -> dict[str, Any]:
    """Lifts a breach, disputes it, or turns the dispute down; or the same of a return; gives LEAD.

    Raises:
        Refused: no clock of it is broken, the breach is lifted already, or it is not theirs to say.
        UnknownName: no such lead or target; the nearest is named.
        ReasonUnusable: *reason* is empty, too long or holds a value of the lead: it stays for ever.
        LeadErased: nothing can happen to the lead any more.
    """

    def told(conn: Connection) -> Outcome:
        lead_id = find(conn, lead)
        found = lead_store.lock(conn, [lead_id])[lead_id]
        check_not_erased(found)
        check_reason(app.workflow(found.digest), found, said.reason)
        who = people.actor(app, actor, conn)
        ask = Ask(lead_id, of_the_log(conn, lead_id, said), who, at)
        return in_transaction(app, conn, [told_by(actor, ask)], now=at)[0]

    def attempt(conn: Connection) -> Outcome:
        return done_once(conn, actor, app.present(at), lambda: told(conn))

    return done(app, asked(app, attempt), at)


def of_the_log(conn: Connection, lead_id: int, said: Said) -> Said:
    """*said* of the latest return that the log tells of; the lead is locked, and none comes between."""
    if not isinstance(said, Contested):
        return said
    entries = log_store.entries(conn, LogFilter(lead=lead_id))
    return replace(said, returned=returned(entries, said.about))


def lift_all(
    app: Context, start: datetime, end: datetime, reason: str, actor: Who,
    target: str | None, party: str | None, at: datetime | None,
) -> LiftReport:  # fmt: skip
    """Lifts every breach whose instant lies from *start* until before *end*, a batch to a transaction.

    What has fallen and no tick has said so yet is carried out first, and counts. What cannot be lifted
    stands in the report with its reason, and the rest goes on.

    Raises:
        InvertedRange: *end* lies before *start*.
        UnknownName: no such target, party or actor.
        ReasonUnusable: *reason* is empty or too long.
    """
    check_length(reason)
    checked(app, LogFilter(from_=start, to=end, target=target, party=party))
    with app.database.read() as conn:
        who = people.actor(app, actor, conn)
        permits.check(people_store.directory(conn), who, "lift_stretch", (), app.present(at))
        broken = store.broken_between(conn, start, end, app.present(at), target, party)
    report = LiftReport(start, end)
    while broken:
        page, broken = broken[:AT_ONCE], broken[AT_ONCE:]
        tried = _lifted(app, page, reason.strip(), who, at)
        again = [each for each, _, is_unfinished in tried if is_unfinished]
        for each, because, is_unfinished in tried:
            if not is_unfinished:
                report.count(each, because)
        broken = again + broken
    return report


def _lifted(
    app: Context, page: Sequence[Broken], reason: str, who: Actor, at: datetime | None
) -> Sequence[Tried]:
    """Tries one batch; nothing of it is counted before it is saved."""

    def attempt(conn: Connection) -> Sequence[Tried]:
        leads = lead_store.lock(conn, sorted({each.lead_id for each in page}))
        usable, tried = [], []
        for each in page:
            because = _unusable(app, leads, each, reason)
            if because is None:
                usable.append(each)
            else:
                tried.append((each, because, False))
        asks = [Ask(each.lead_id, Lifted(each.target, reason, each.number), who, at) for each in usable]
        outcomes = in_transaction(app, conn, asks, now=at, lenient=True) if asks else []
        results = ((each, _because(o), o.more) for each, o in zip(usable, outcomes, strict=True))
        return [*tried, *results]

    return written(app, attempt)


def _unusable(app: Context, leads: Mapping[int, Lead], broken: Broken, reason: str) -> str | None:
    """Why this lead's breaches cannot be lifted for *reason*."""
    lead = leads[broken.lead_id]
    try:
        check_not_erased(lead)
        check_reason(app.workflow(lead.digest), lead, reason)
    except SlaflowError as error:
        return str(error)
    return None


def _because(outcome: Outcome) -> str | None:
    if outcome.error is not None:
        return str(outcome.error)
    return None if outcome.refusal is None else "; ".join(outcome.refusal.because)
