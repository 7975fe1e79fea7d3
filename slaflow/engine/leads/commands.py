"""What people do with leads: each a batch of one down the one write path."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from slaflow.engine import permits
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, LeadNotThere, Outcome
from slaflow.engine.caller import Who, done_once, told_by
from slaflow.engine.context import Context
from slaflow.engine.leads.address import find
from slaflow.engine.leads.lead_json import lead_json
from slaflow.engine.leads.reasons import check_reason
from slaflow.engine.settle import Standing
from slaflow.engine.settle import settled as settled_in_memory
from slaflow.engine.setup import people
from slaflow.engine.transaction import written
from slaflow.errors import USAGE, InvalidValue, SlaflowError, UnknownName
from slaflow.language import _, anew
from slaflow.lifecycle.erasure import check_not_erased
from slaflow.lifecycle.events import Changed, Created, Fired, Happening
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.rules import addition_denied
from slaflow.store.database import Connection
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as store
from slaflow.store.rows import people as people_store
from slaflow.workflow.identity import identity_key
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.values import as_typed, parse_value
from slaflow.workflow.model.workflow import Workflow


class Refused(SlaflowError):
    """The agreement does not allow it, or (``is_denied``) not to who asks; a line per failing clause."""

    code = "refused"

    def __init__(self, lead: Lead, what: str, because: tuple[str, ...], is_denied: bool = False) -> None:
        self.lead_id = lead.id
        self.is_denied = is_denied
        self.what = what
        self.because = tuple(map(anew, because))
        super().__init__(f"lead {lead.id}: {what} refused: {'; '.join(self.because)}")


class LeadExists(SlaflowError):
    """Two records that agree on the identity fields are the same lead."""

    code = "lead_exists"

    def __init__(self, key: str, lead_id: int) -> None:
        self.key = key
        self.lead_id = lead_id
        super().__init__(
            f"{key} is lead {lead_id} already; change it with 'slaflow lead set --id {lead_id} --set ...'"
        )


class IdentityMissing(SlaflowError):
    """A lead without a value in each identity field could never be found again."""

    code = "identity_missing"
    exit_code = USAGE

    def __init__(self, identity: tuple[str, ...], given: Mapping[str, object]) -> None:
        missing = [name for name in identity if given.get(name) is None]
        self.missing = missing
        wanted = " ".join(f"--set {name}=..." for name in missing)
        super().__init__(f"a lead is known by {', '.join(identity)}; give {wanted}")


def add(
    app: Context, fields: Mapping[str, object], actor: Who, at: datetime | None, workflow: str | None,
    resurrect: bool,
) -> dict[str, Any]:  # fmt: skip
    """Adds one lead under the active version of *workflow*; gives LEAD.

    Raises:
        LeadExists: its identity is known.
        IdentityErased: a lead of its identity was erased, unless *resurrect*.
        IdentityMissing, InvalidValue, UnknownName: the fields are not as declared.
    """
    agreement = app.active(workflow)
    values = declared_values(agreement, fields, with_defaults=True)
    key = identity_key(agreement, values)
    if key is None:
        raise IdentityMissing(agreement.identity, values)

    def added(conn: Connection) -> Outcome:
        check_free(conn, key)
        who = people.actor(app, actor, conn)
        _check_may_add(agreement, people_store.directory(conn), who, fields, app.present(at))
        number = store.next_ids(conn, 1)[0]
        new = Created(number, key, values, secrets.token_bytes(16))
        ask = Ask(number, new, who, at, workflow=agreement, resurrect=resurrect)
        return in_transaction(app, conn, [told_by(actor, ask)], now=at)[0]

    def attempt(conn: Connection) -> Outcome:
        return done_once(conn, actor, app.present(at), lambda: added(conn))

    return done(app, asked(app, attempt), at)


def _check_may_add(
    workflow: Workflow, directory: Directory, actor: Actor, given: Iterable[str], now: datetime
) -> None:
    """Raises ``NotPermitted`` for who may not add a lead, or not with these fields."""
    because = addition_denied(workflow, permits.asker(directory, actor, now), given)
    if because is not None:
        raise permits.NotPermitted(because)


def check_free(conn: Connection, key: str, lead_id: int | None = None) -> None:
    """Raises ``LeadExists`` where another lead has the identity *key*."""
    taken = store.ids_by_key(conn, [key]).get(key)
    if taken is not None and taken != lead_id:
        raise LeadExists(key, taken)


def declared_values(
    workflow: Workflow, given: Mapping[str, object], *, with_defaults: bool
) -> dict[str, Value]:
    """*given* in stored form, by the declared lead fields; an empty text is no value.

    Raises:
        UnknownName: a field the workflow does not declare.
        InvalidValue: everything that is wrong with the values, in one message.
    """
    for name in given:
        if name not in workflow.fields:
            raise UnknownName("field", name, workflow.fields)
    problems: list[str] = []
    values: dict[str, Value] = {}
    for name, spec in workflow.fields.items():
        if name in given:
            _parse_into(values, spec, given[name], workflow.timezone, problems)
        elif with_defaults and spec.default is not None:
            values[name] = spec.default
        elif with_defaults and spec.required:
            problems.append(_("{name} is required").format(name=name))
    if problems:
        raise InvalidValue("; ".join(problems))
    return {k: v for k, v in values.items() if v is not None or not with_defaults}


def _parse_into(
    values: dict[str, Value], spec: Field, raw: object, timezone: str, problems: list[str]
) -> None:
    if raw is None or raw == "":
        values[spec.name] = None
        return
    try:
        values[spec.name] = parse_value(spec, as_typed(spec, raw), timezone)
    except InvalidValue as error:
        problems.append(str(error))


def change(
    app: Context, lead: int | str, fields: Mapping[str, object], actor: Who,
    at: datetime | None, occurred_at: datetime | None, resurrect: bool,
) -> dict[str, Any]:  # fmt: skip
    """Sets fields; gives LEAD.

    Raises:
        LeadExists: the identity would be another lead's.
        IdentityErased: it would be that of a lead that was erased, unless *resurrect*.
    """

    def happening(conn: Connection, found: Lead) -> Happening:
        return changed(app, conn, found, fields)

    return ask(app, lead, happening, actor, at, occurred_at, resurrect)


def changed(app: Context, conn: Connection, found: Lead, fields: Mapping[str, object]) -> Changed:
    """*fields* as they would be set for *found*, which is held. Raises as :func:`change`."""
    check_not_erased(found)
    workflow = app.workflow(found.digest)
    values = declared_values(workflow, fields, with_defaults=False)
    after = {**found.fields, **values}
    key = identity_key(workflow, {k: v for k, v in after.items() if v is not None})
    if key is None:
        raise IdentityMissing(workflow.identity, after)
    check_free(conn, key, found.id)
    return Changed(values)


def fire(
    app: Context, lead: int | str, trigger: str, inputs: Mapping[str, object], actor: Who,
    at: datetime | None, occurred_at: datetime | None, override: str | None,
) -> dict[str, Any]:  # fmt: skip
    """Fires a transition; gives LEAD.

    Raises:
        Refused: with every failing clause.
        ReasonUnusable: *override* is empty, too long or holds a value of the lead: it stays for ever.
    """
    fired = Fired(trigger, inputs, None if override is None else override.strip())
    if override is None:
        return ask(app, lead, fired, actor, at, occurred_at)
    reason = override

    def happening(conn: Connection, found: Lead) -> Happening:
        check_not_erased(found)
        check_reason(app.workflow(found.digest), found, reason)
        return fired

    return ask(app, lead, happening, actor, at, occurred_at)


def ask(
    app: Context, lead: int | str, happening: Any, actor: Who, at: datetime | None, *rest: Any
) -> dict[str, Any]:
    """LEAD as *happening* leaves it, see :func:`asked_of`. Raises ``Refused``, ``UnknownName``."""
    return done(app, asked_of(app, lead, happening, actor, at, *rest), at)


def asked_of(
    app: Context,
    lead: int | str,
    happening: Any,
    actor: Who,
    at: datetime | None,
    occurred_at: datetime | None,
    resurrect: bool = False,
) -> Outcome:
    """What comes of *happening*; where it is called, of what it gives for the lead once that is locked."""

    def told(conn: Connection) -> Outcome:
        lead_id = find(conn, lead)
        who = people.actor(app, actor, conn)
        what = happening
        if callable(happening):
            what = happening(conn, store.lock(conn, [lead_id])[lead_id])
        ask = Ask(lead_id, what, who, at, occurred_at, resurrect=resurrect)
        return in_transaction(app, conn, [told_by(actor, ask)], now=at)[0]

    def attempt(conn: Connection) -> Outcome:
        return done_once(conn, actor, app.present(at), lambda: told(conn))

    return asked(app, attempt)


def asked(app: Context, attempt: Callable[[Connection], Outcome]) -> Outcome:
    """What comes of one input; as many transactions as the steps before it fill (rules.md, 13)."""
    outcome = written(app, attempt)
    while outcome.more:
        outcome = written(app, attempt)
    return outcome


def done(app: Context, outcome: Outcome, at: datetime | None) -> dict[str, Any]:
    """LEAD as the input left it. Raises ``Refused`` where the agreement does not allow it."""
    lead = outcome.lead
    assert lead is not None
    if outcome.refusal is not None:
        raise Refused(lead, outcome.refusal.what, outcome.refusal.because, outcome.is_denied)
    return latest(app, lead.id, at)


def show(app: Context, lead: int | str, at: datetime | None) -> dict[str, Any]:
    """LEAD as of *at* (None: now), by what had been told by then; saves nothing (rules.md, 5).

    Raises:
        NotYetThere: it was created later.
        PastUnknown: it was erased since.
    """
    with app.database.read() as conn:
        stood = _stood(app, conn, find(conn, lead), at)
        directory = people_store.directory(conn)
    return _shown(app, directory, stood)


def numbered(app: Context, lead: int, at: datetime | None) -> tuple[dict[str, Any], int]:
    """As :func:`show`, and with which number the lead's log ended then. Raises ``LeadNotThere`` besides."""
    with app.database.read() as conn:
        if not store.read(conn, [lead]):
            raise LeadNotThere(lead)
        stood = _stood(app, conn, lead, at)
        directory = people_store.directory(conn)
    seq = stood.lead.seq
    return _shown(app, directory, stood), seq


def told(app: Context, lead: int | str, at: datetime | None, most: int) -> dict[str, Any]:
    """As :func:`show`, with the latest *most* touches and moves as ``timeline``, and the last ``handoff``."""
    from slaflow.engine.leads import timeline

    with app.database.read() as conn:
        stood = _stood(app, conn, find(conn, lead), at)
        workflow = app.workflow(stood.lead.digest)
        seq, directory = stood.lead.seq, people_store.directory(conn)
        settled = settled_in_memory(workflow, directory, stood.lead, stood.clocks, stood.at)
        rows = timeline.told_of(conn, stood.lead.id, seq, settled.entries)
    shown = lead_json(workflow, settled.lead, settled.clocks, stood.at, app.workflow, with_available=True)
    return {
        **shown,
        "handoff": timeline.handed_over(rows),
        "timeline": timeline.timeline(workflow, rows, most),
    }


def latest(app: Context, lead: int | str, at: datetime | None) -> dict[str, Any]:
    """LEAD at *at*, or where its log ends if that is later: what an input finds and what it leaves."""
    with app.database.read() as conn:
        stored = store.read(conn, [lead_id := find(conn, lead)])[lead_id]
        stood = _by_row(app, conn, stored, at)
        directory = people_store.directory(conn)
    return _shown(app, directory, stood)


def _stood(app: Context, conn: Connection, lead_id: int, at: datetime | None) -> Standing:
    stored = store.read(conn, [lead_id])[lead_id]
    if at is not None:
        # Imported here, as nobody looks back at the present: it takes all that decides a log again.
        from slaflow.engine.log.past import Lookback

        back = Lookback(app, conn, app.present(at))
        if back.is_past(stored):
            return back.one(stored)
    return _by_row(app, conn, stored, at)


def _by_row(app: Context, conn: Connection, stored: Lead, at: datetime | None) -> Standing:
    clocks = clock_store.all_of(conn, [stored.id])[stored.id]
    return Standing(stored, clocks, max(app.present(at), stored.as_of))


def _shown(app: Context, directory: Directory, stood: Standing) -> dict[str, Any]:
    workflow = app.workflow(stood.lead.digest)
    settled = settled_in_memory(workflow, directory, stood.lead, stood.clocks, stood.at)
    return lead_json(workflow, settled.lead, settled.clocks, stood.at, app.workflow, with_available=True)


def explain(app: Context, lead: int | str, name: str | None, at: datetime | None) -> dict[str, Any]:
    """Why a clock is due then, why a trigger is refused, or by the *name* ``owner`` why the lead is whose it
    is; without a *name* of every open clock and trigger.

    Raises:
        NotYetThere, PastUnknown: as :func:`show`.
    """
    from slaflow.engine.leads import explain as explaining
    from slaflow.engine.leads.stretches import stretches
    from slaflow.engine.log.past import Lookback
    from slaflow.engine.owners import telling

    with app.database.read() as conn:
        lead_id = find(conn, lead)
        stood = _stood(app, conn, lead_id, at)
        directory = people_store.directory(conn)
        workflow = app.workflow(stood.lead.digest)
        settled = settled_in_memory(workflow, directory, stood.lead, stood.clocks, stood.at)
        if name == telling.OWNER and not telling.is_taken(workflow):
            is_now = at is None or app.present(at) >= app.present()
            return telling.told(app, conn, directory, stood, settled, is_now)
        turns = [turn for turn in explaining.history(conn, lead_id) if turn.seq <= stood.lead.seq]
        earlier = stretches(Lookback(app, conn, stood.at), stood.lead)
    found = explaining.explain(workflow, settled, turns, name, stood.at, app.workflow, earlier)
    return telling.beside(found) if name == telling.OWNER else found
