"""Whether everything slaflow stands on is in order, and how to mend what is not. Changes nothing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from slaflow.engine import machine_clock
from slaflow.engine.context import Context
from slaflow.engine.leads.same_person import doubled
from slaflow.engine.passages import check as passages
from slaflow.engine.setup import activation, people, versions
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import instant_text
from slaflow.store import condition, schema, wake
from slaflow.store import server as moments
from slaflow.store.commitments import periods as period_store
from slaflow.store.rows import backlog, erasure
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.rows.workflows import Version
from slaflow.store.tables.all import REVISIONS

AHEAD = timedelta(days=365)
"""How long before stored holidays end it is said. Source: rules.md, 22.2."""
LATE = timedelta(minutes=5)
"""Tick runs every minute; a step that has waited longer says that it does not."""
UNSENT = timedelta(hours=1)
SHOWN = 20
NEEDED = frozenset(("database", "migrations"))
"""Checks without which none of the others can be made: the environment's, not the agreement's."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``detail`` says what was found and, where not ``ok``, what to do."""

    name: str
    ok: bool
    detail: str


def examine(app: Context) -> list[Check]:
    """Every check in order; those that the database is needed for are left out where it is not there."""
    found: list[Check] = []
    for name, check in _CHECKS.items():
        try:
            found += [Check(name, ok, detail) for ok, detail in check(app)]
        except SlaflowError as error:
            found.append(Check(name, False, str(error)))
        if name in NEEDED and not found[-1].ok:
            break
    return found


Findings = Iterator[tuple[bool, str]]


def _database(app: Context) -> Findings:
    schema.current(app.database)
    yield True, f"{app.database.shown} answers"


def _replica(app: Context) -> Findings:
    with app.database.read() as conn:
        found = moments.following(conn)
    if found is None:
        return
    at = "nothing yet" if found.changed_at is None else to_the_second(found.changed_at)
    if not found.is_connected:
        mend = "see pg_stat_wal_receiver and the server's log"
        yield False, f"a replica that follows no primary now, its last change of {at}; {mend}"
    elif found.is_behind:
        yield True, f"a read-only replica, busy with what it received; its last change is of {at}"
    else:
        yield True, f"a read-only replica with all it received; its last change is of {at}"


def _journal(app: Context) -> Findings:
    with app.database.read() as conn:
        if not condition.keeps_readers_apart(conn):
            harm = "readers and writers wait for each other"
            yield False, f"the file keeps no write-ahead log, so {harm}; run 'slaflow db upgrade'"


def _migrations(app: Context) -> Findings:
    differences = schema.check(app.database, indexes=False)
    revision = schema.current(app.database)
    if not differences:
        yield True, f"the tables are at revision {revision}, as this slaflow needs"
    elif revision != REVISIONS[-1]:
        yield False, f"{'; '.join(differences)}; run 'slaflow db upgrade'"
    else:
        mend = "somebody changed the tables by hand; undo it, or restore a backup"
        yield False, f"{'; '.join(differences)}; {mend}"


def _indexes(app: Context) -> Findings:
    with app.database.read() as conn:
        indexes, triggers = condition.missing_indexes(conn), condition.missing_triggers(conn)
    for name, statement in indexes:
        yield False, f"index {name} is missing, and what needs it is slow or unguarded; run: {statement}"
    for name in triggers:
        mend = "run 'slaflow log verify', then restore the trigger from a backup's schema"
        yield False, f"trigger {name} is missing or off, and nothing keeps entries from being changed; {mend}"
    if not indexes and not triggers:
        yield True, "every index and trigger is there"


def _active(app: Context) -> list[Version]:
    with app.database.read() as conn:
        return list(workflow_store.all_active(conn).values())


def _workflow(app: Context) -> Findings:
    active = _active(app)
    if not active:
        yield False, "no agreement is active; run 'slaflow workflow activate FILE'"
    for version in active:
        # Compiled anew, as it stands in the database: what an earlier slaflow took, this one must read too.
        workflow = versions.compiled(version)
        if workflow.digest != version.digest:
            yield (
                False,
                f"{version.name}: the stored text is not the one that was activated; restore a backup",
            )
        else:
            yield True, f"{version.name} is active since {instant_text(version.activated_at)}"


def _calendars(app: Context) -> Findings:
    now, release = app.now(), activation.tzdata_release()
    for version in _active(app):
        end = _holidays_end(version)
        if end is not None and end < (now + AHEAD).date():
            mend = "activate the file again to take in later ones"
            yield False, f"{version.name}: the holidays stored with it end on {end}; {mend}"
        workflow = app.remember(version)
        for name, calendar in workflow.calendars.items():
            if calendar.next_open(now) is None:
                mend = "give it hours and activate the file"
                yield False, f"{version.name}: calendar {name} never opens again; {mend}"
        words = "" if version.tz_release == release else f" (installed now: {release})"
        yield True, f"{version.name}: time zones of {version.tz_release}{words}"


def _calendars_of_people(app: Context) -> Findings:
    """Says nothing where there is nothing to do."""
    with app.database.read() as conn:
        known = people.calendars(app, conn)
        everybody = people_store.list_people(conn, app.now()) if known else []
    for person in everybody:
        if person.calendar is not None and person.calendar not in known:
            mend = f"give them another: slaflow user add {shlex.quote(person.email)} --calendar NAME"
            yield False, f"{person.email} goes by {person.calendar}, which no active agreement has; {mend}"


def _holidays_end(version: Version) -> date | None:
    """The last holiday stored for the country whose list ends first; None where none are named."""
    stored = versions.as_dates(json.loads(version.holidays))
    last = [max(days) for days in stored.values() if days]
    return min(last, default=None)


def _clock(app: Context) -> Findings:
    now = app.now()
    with app.database.read() as conn:
        server, recorded = moments.server_now(conn), moments.last_recorded(conn)
    ahead = machine_clock.ahead_of_server(server, now)
    if abs(ahead) > machine_clock.MOST:
        where = "ahead of" if ahead > timedelta(0) else "behind"
        apart = f"{abs(ahead).total_seconds():.0f} s {where} the database server's"
        harm = "ticks are refused here" if ahead > timedelta(0) else "what falls due is noticed late here"
        yield False, f"this machine's clock is {apart}, and {harm}; synchronise both"
    yield True, f"it is {instant_text(now.replace(microsecond=0))}{_ahead(recorded, now)}"


def _ahead(recorded: datetime | None, now: datetime) -> str:
    if recorded is None or recorded <= now + machine_clock.MOST:
        return ""
    return f"; the last entry was recorded at {instant_text(recorded)}: a clock, or --at, ran ahead"


def _leads(app: Context) -> Findings:
    with app.database.read() as conn:
        failing = lead_store.failing(conn)
    for lead in failing:
        again = instant_text(lead.retry_at) if lead.retry_at else "at the next tick"
        yield False, f"lead {lead.lead_id} could not be settled: {lead.failure}; it is tried again {again}"
    if not failing:
        yield True, "every lead could be settled"


def _identities(app: Context) -> Findings:
    """Says nothing where there is nothing to do."""
    with app.database.read() as conn:
        found = list(doubled(app, conn))
    for each in found[:SHOWN]:
        yield False, str(each)
    if len(found) > SHOWN:
        yield False, f"and {len(found) - SHOWN:,} more leads whose identity is another's"


def _tick(app: Context) -> Findings:
    now = app.now()
    with app.database.read() as conn:
        oldest, upcoming = backlog.oldest_step(conn, now), wake.next_wake(conn)
        closing = period_store.next_wake(conn)
        waiting = lead_store.count_due(conn, now) if oldest is not None else 0
    mend = "run 'slaflow tick', and keep 'slaflow tick --watch' running"
    if oldest is not None and now - oldest.wake_at > LATE:
        where = f"on lead {oldest.lead_id} ({oldest.target})"
        many = "1 lead waits" if waiting == 1 else f"{waiting} leads wait"
        yield False, f"{many}, the oldest step, {where}, for {length(now - oldest.wake_at)}; {mend}"
    elif closing is not None and now - closing > LATE:
        yield False, f"what is owed per period has waited for {length(now - closing)} to be stated; {mend}"
    elif oldest is not None or upcoming is None:
        yield True, "no step has waited for long" if oldest else "no step waits"
    else:
        yield True, f"no step waits; the next falls at {to_the_second(upcoming)}"


def _erasure(app: Context) -> Findings:
    """Says nothing where there is nothing to do."""
    with app.database.read() as conn:
        leads = erasure.unscrubbed(conn)
    if leads:
        many = "an erased lead" if len(leads) == 1 else f"{len(leads)} erased leads"
        mend = "run 'slaflow db scrub' when few use the database"
        yield False, f"unused parts of its files may still hold the values of {many}; {mend}"


def _handoffs(app: Context) -> Findings:
    """Says nothing where there is nothing to do."""
    with app.database.read() as conn:
        for finding in passages.findings(conn):
            yield False, finding


def _outbox(app: Context) -> Findings:
    now = app.now()
    with app.database.read() as conn:
        outbox = backlog.outbox(conn, now=now)
    words = ", ".join(f"{number} {status}" for status, number in sorted(outbox.counts.items()))
    waited = now - outbox.oldest_at if outbox.oldest_at is not None else timedelta(0)
    # Where nothing was ever sent nobody sends yet: messages that wait are kept, not stuck.
    is_stuck = waited > UNSENT and bool(outbox.counts.get("sent"))
    if is_stuck:
        mend = "see 'slaflow outbox list --status waiting', and what sends them"
        yield False, f"{words}; the oldest has waited for {length(waited)}; {mend}"
    if outbox.counts.get("failed"):
        yield False, f"{words}; see 'slaflow outbox list --status failed' for why they could not be sent"
    elif not is_stuck:
        yield True, words or "no messages"


def _space(app: Context) -> Findings:
    with app.database.read() as conn:
        bloated = condition.bloated(conn)
    for each in bloated:
        if each.table is None:
            mend = "with slaflow stopped, run VACUUM in sqlite3"
            yield False, f"{each.unused} of the file's {each.total} pages hold nothing; {mend}"
        else:
            mend = f"run: VACUUM ANALYZE {each.table}, and see that autovacuum is on"
            yield False, f"{each.unused} of {each.total} rows of table {each.table} are dead; {mend}"
    if not bloated:
        yield True, "no room is wasted"


def to_the_second(at: datetime) -> str:
    """*at* as checks write it."""
    return instant_text(at.replace(microsecond=0))


def length(elapsed: timedelta) -> str:
    """``3 d 4 h``, ``1 h 12 min`` or ``12 min``."""
    minutes = int(elapsed.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 1440:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


_CHECKS: dict[str, Callable[[Context], Findings]] = {
    "database": _database,
    "migrations": _migrations,
    "replica": _replica,
    "journal": _journal,
    "indexes": _indexes,
    "workflow": _workflow,
    "calendars": _calendars,
    "people": _calendars_of_people,
    "clock": _clock,
    "leads": _leads,
    "identities": _identities,
    "tick": _tick,
    "outbox": _outbox,
    "space": _space,
    "erasure": _erasure,
    "handoffs": _handoffs,
}
