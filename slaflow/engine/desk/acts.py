"""What is done by a form: once per form, by a known person, while the lead is where its page was made for.

All of it is one transaction: the lead is held, the form noted as used, state and instant compared, the
input taken. So of two presses at once one acts. Source: rules.md, 36.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Expected, LeadNotThere, MovedOn, Outcome
from slaflow.engine.context import Context
from slaflow.engine.desk.deeds import Kind
from slaflow.engine.desk.promises import HAPPENINGS as OF_BREACHES
from slaflow.engine.desk.promises import OF_RETURNS
from slaflow.engine.leads.assignment import check_may_own, stood_by_then
from slaflow.engine.leads.click import LinkUsed
from slaflow.engine.leads.commands import Refused, asked, changed, done
from slaflow.engine.leads.lift import of_the_log
from slaflow.engine.leads.reasons import check_reason
from slaflow.language import _
from slaflow.lifecycle.erasure import check_not_erased
from slaflow.lifecycle.events import Answered, Assigned, Contested, Fired, Happening, Recorded
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import used_links as store

VIA = "web"
WRITTEN_BY: Mapping[Kind, tuple[str, ...]] = {"set": ("changed", "checked"), "answer": ("checked",)}
"""Which entries say that a field was set, or a check answered."""
REMEMBERED = timedelta(hours=24)
"""For so long a form that was sent is known again."""


@dataclass(frozen=True, slots=True)
class Press:
    """A form that is sent: ``key`` is its own, and the same however often it is sent.

    ``number`` is of which of the target's clocks it speaks, ``owner`` who owned the lead when its page was
    made, empty: nobody; None: that does not matter. ``seq`` is the last entry that its page knew of, 0 where
    it does not say.
    """

    key: str
    lead: int
    kind: Kind
    name: str
    expected: Expected | None = None
    values: Mapping[str, object] | None = None
    number: int | None = None
    owner: str | None = None
    seq: int = 0


def act(app: Context, press: Press, who: Actor) -> dict[str, Any]:
    """Does it; gives LEAD. What is refused leaves the form as it was.

    Raises:
        LinkUsed: the same form was sent already, and it was done then.
        MovedOn: the lead has left the state it was made for, and may have come back; has another owner; or
            somebody set that very field, or answered that check, since.
        LeadNotThere, LeadErased: it is about nobody.
        Refused: with every failing clause.
        InvalidValue, LeadExists, IdentityMissing: the fields are not as declared, or somebody else's.
        ReasonUnusable: it stays for ever, and says nothing, too much, or something of the lead.
    """

    def attempt(conn: Connection) -> Outcome:
        held = lead_store.lock(conn, [press.lead]).get(press.lead)
        if held is None:
            raise LeadNotThere(press.lead)
        if (used := store.find(conn, _id(press, who))) is not None:
            raise LinkUsed(used)
        check_not_erased(held)
        _check_is_news(conn, held, press)
        happening = _HAPPENINGS[press.kind](app, conn, held, press, who)
        ask = Ask(press.lead, happening, who, expected=press.expected, via=VIA)
        outcome = in_transaction(app, conn, [ask], now=None)[0]
        if outcome.is_done:
            _note(app, conn, press, who, outcome)
        return outcome

    return done(app, asked(app, attempt), None)


def _check_is_news(conn: Connection, held: Lead, press: Press) -> None:
    """Raises ``MovedOn`` where another was quicker with the same field or check: their word is to be seen."""
    kinds = WRITTEN_BY.get(press.kind)
    if kinds is None or not 0 < press.seq < held.seq:
        return
    for entry in log_store.entries(conn, LogFilter(lead=held.id, kinds=kinds)):
        if entry.seq > press.seq and press.name in _written(entry.data or {}):
            raise MovedOn(held.id, held.state, held.state)


def _written(data: Mapping[str, Any]) -> set[str]:
    """The check that an entry answers, and the fields that it may set."""
    return {data.get("check", ""), *data.get("fields", ()), *data.get("answer", ())}


def _id(press: Press, who: Actor) -> str:
    """No other person's form, and no link, is known by the same."""
    return "form:" + sha256(f"{who.name}\n{press.lead}\n{press.key}".encode()).hexdigest()


def _note(app: Context, conn: Connection, press: Press, who: Actor, outcome: Outcome) -> None:
    now = app.present()
    told = next((entry for entry in outcome.entries if entry.entry_class == "input"), None)
    used = store.Used(press.lead, who.name, press.name, None if told is None else told.seq, now)
    store.use(conn, _id(press, who), used, now + REMEMBERED)


def _given(press: Press) -> Mapping[str, object]:
    return press.values or {}


def _assigned(app: Context, conn: Connection, held: Lead, press: Press, who: Actor) -> Happening:
    check_may_own(app, conn, held, who.name, None)
    return Assigned(who.name)


def _given_away(app: Context, conn: Connection, held: Lead, press: Press, who: Actor) -> Happening:
    """To whom the form says, if it is still whose it was when the form was made."""
    stood = stood_by_then(app, conn, held, None)
    if press.owner is not None and press.owner != (stood.owner or ""):
        raise MovedOn(held.id, stood.state, held.state)
    person = people_store.directory(conn).current(str(_given(press).get("to", "")))
    if person is None:
        raise Refused(held, "assign", (_("nobody who is recorded was chosen"),))
    check_may_own(app, conn, held, person.email, None)
    return Assigned(person.email)


def _said(app: Context, conn: Connection, held: Lead, press: Press, who: Actor) -> Happening:
    """What is said of a breach or of a return."""
    reason = str(_given(press).get("reason", "")).strip()
    check_reason(app.workflow(held.digest), held, reason)
    if press.kind in OF_BREACHES:
        return OF_BREACHES[press.kind](press.name, reason, press.number)
    assert press.kind in OF_RETURNS
    return of_the_log(conn, held.id, Contested(OF_RETURNS[press.kind], press.name, reason))


_HAPPENINGS: Mapping[str, Callable[[Context, Connection, Lead, Press, Actor], Happening]] = {
    "fire": lambda app, conn, held, press, who: Fired(press.name, _given(press)),
    "record": lambda app, conn, held, press, who: Recorded(press.name, _given(press)),
    "answer": lambda app, conn, held, press, who: Answered(press.name, _given(press)),
    "set": lambda app, conn, held, press, who: changed(app, conn, held, _given(press)),
    "take": _assigned,
    "give": _given_away,
    **dict.fromkeys((*OF_BREACHES, *OF_RETURNS), _said),
}
"""All but erasing, which is more than an input: see :mod:`slaflow.engine.leads.erase`."""
