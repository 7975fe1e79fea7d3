"""Erasing a person: the lead, the log's data, messages and import keys in one transaction; then the files."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from slaflow.engine.apply import in_transaction, load, save
from slaflow.engine.ask import Ask, Outcome
from slaflow.engine.caller import Who, done_once, told_by
from slaflow.engine.context import Context
from slaflow.engine.leads.address import find
from slaflow.engine.leads.commands import asked, done
from slaflow.engine.leads.reasons import check_reason
from slaflow.engine.leads.resurrection import remember
from slaflow.engine.passages import keep as passages
from slaflow.engine.setup import people
from slaflow.lifecycle.erasure import check_not_erased
from slaflow.lifecycle.events import Erased
from slaflow.lifecycle.lead import Lead
from slaflow.log.remains import NamerOf, remains
from slaflow.store.database import Connection
from slaflow.store.linking import erasing as linked
from slaflow.store.log import entries as log_store
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import erasure as store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import values
from slaflow.store.rows.secrets import KEY_BYTES
from slaflow.store.scrubbing import scrub as scrub_files
from slaflow.workflow.model.workflow import Workflow

PATIENCE_SECONDS = 30
"""How long a scrub waits for others who use the database."""


def erase(app: Context, lead: int | str, reason: str, actor: Who, at: datetime | None) -> dict[str, Any]:
    """Erases the person behind *lead*; gives LEAD as it is afterwards.

    One transaction: what fell before is carried out; an ``erased`` entry is logged and every open clock
    ends; the lead's fields, answers, identity and salt go, and with them the data of all its earlier
    entries, what its messages say and the keys of its imported rows. Kept are keyed digests of the
    identities it had, so that it does not come back unnoticed, and in the ``erased`` entry what figures
    need. The files are another matter: see
    :func:`scrub`.

    Raises:
        LeadErased: it was done before.
        ReasonUnusable: *reason* stays in the log for ever, so it may not hold a value of the lead.
    """

    def erased(conn: Connection) -> Outcome:
        lead_id = find(conn, lead)
        who = people.actor(app, actor, conn)
        batch = load(app, conn, [lead_id], lock_turns=True)
        found, now = batch.held[lead_id].lead, app.present(at)
        assert found is not None
        check_not_erased(found)
        # What falls before is sealed first, with the salt that is then destroyed.
        arrived = max(now, found.as_of) if at is None else now
        settled = batch.settle(lead_id, arrived)
        save(conn, batch, now)
        if settled.more or settled.lead is None:
            return settled
        check_reason(app.workflow(found.digest), settled.lead, reason)
        known_as, identity = settled.lead.key, _identity(app.workflow(found.digest), settled.lead)
        kept = remains(log_store.entries(conn, LogFilter(lead=lead_id)), app.workflow, _namers(conn))
        happening = Erased(reason.strip(), _new_key(conn, lead_id), kept)
        ask = told_by(actor, Ask(lead_id, happening, who, arrived))
        outcome = in_transaction(app, conn, [ask], now=now)[0]
        if outcome.refusal is not None:
            return outcome
        (entry,) = [each for each in outcome.entries if each.kind == "erased"]
        remember(conn, app.workflow(found.digest), lead_id, known_as, entry.at)
        store.blank(conn, lead_id, entry.seq, entry.at)
        linked.forget(conn, lead_id, identity)
        passages.renew(app, conn, [lead_id])
        return outcome

    def attempt(conn: Connection) -> Outcome:
        return done_once(conn, actor, app.present(at), lambda: erased(conn))

    return done(app, asked(app, attempt), at)


def _identity(workflow: Workflow, lead: Lead) -> list[str]:
    """The values by which others know her, as they may stand in what they sent."""
    return [str(value) for name in workflow.identity if (value := lead.fields.get(name))]


def _namers(conn: Connection) -> NamerOf:
    """What gives values that commitments count once the names under which they are kept."""

    def namer(noted: str) -> Callable[[str], str]:
        values.keep_key(conn, secrets.token_bytes(KEY_BYTES))
        return values.namer(conn, noted)

    return namer


def _new_key(conn: Connection, lead_id: int) -> str:
    """``erased-42``; longer where some lead's identity is just that."""
    key = f"erased-{lead_id}"
    while lead_store.ids_by_key(conn, [key]):
        key += "-"
    return key


def scrub(app: Context, patience_seconds: int | None = None) -> int:
    """Rewrites the database's files if they may hold traces; gives how many erased leads it was for.

    Waits for others who use the database up to *patience_seconds*, half a minute if None.

    Raises:
        TracesRemain: others use the database; what may still be in the files stays noted.
        StoreError: it could not be done.
    """
    with app.database.read() as conn:
        lead_ids = store.unscrubbed(conn)
    if not lead_ids:
        return 0
    scrub_files(app.database, PATIENCE_SECONDS if patience_seconds is None else patience_seconds)
    with app.database.write() as conn:
        store.note_scrubbed(conn, lead_ids, app.now())
    return len(lead_ids)
