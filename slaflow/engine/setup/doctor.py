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
from slaflow.engine.owners import teams
from slaflow.engine.passages import check as passages
from slaflow.engine.setup import activation, people, versions
from slaflow.errors import SlaflowError
from slaflow.language import _, grouped, marked, ngettext
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


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at, and how the instants that are told of are ``spelt``."""

    app: Context
    spelt: Callable[[datetime], str]

    def to_the_second(self, at: datetime) -> str:
        return self.spelt(at.replace(microsecond=0))


def examine(app: Context, spelt: Callable[[datetime], str] = instant_text) -> list[Check]:
    """Every check in order; those that the database is needed for are left out where it is not there.

    *spelt* writes the instants in it, in UTC unless it is told otherwise.
    """
    look = Look(app, spelt)
    found: list[Check] = []
    for name, check in _CHECKS.items():
        try:
            found += [Check(name, ok, detail) for ok, detail in check(look)]
        except SlaflowError as error:
            found.append(Check(name, False, str(error)))
        if name in NEEDED and not found[-1].ok:
            break
    return found


Findings = Iterator[tuple[bool, str]]


def _database(look: Look) -> Findings:
    schema.current(look.app.database)
    yield True, _("{database} answers").format(database=look.app.database.shown)


def _replica(look: Look) -> Findings:
    with look.app.database.read() as conn:
        found = moments.following(conn)
    if found is None:
        return
    at = _("nothing yet") if found.changed_at is None else look.to_the_second(found.changed_at)
    words = _("a read-only replica with all it received; its last change is of {at}")
    if not found.is_connected:
        words = _(
            "a replica that follows no primary now, its last change of {at}; "
            "see pg_stat_wal_receiver and the server's log"
        )
    elif found.is_behind:
        words = _("a read-only replica, busy with what it received; its last change is of {at}")
    yield found.is_connected, words.format(at=at)


def _journal(look: Look) -> Findings:
    with look.app.database.read() as conn:
        if not condition.keeps_readers_apart(conn):
            yield (
                False,
                _(
                    "the file keeps no write-ahead log, so readers and writers wait for each other; "
                    "run 'slaflow db upgrade'"
                ),
            )


def _migrations(look: Look) -> Findings:
    differences = schema.check(look.app.database, indexes=False)
    revision = schema.current(look.app.database)
    if not differences:
        words = _("the tables are at revision {revision}, as this slaflow needs")
        yield True, words.format(revision=revision)
        return
    words = _("{differences}; somebody changed the tables by hand; undo it, or restore a backup")
    if revision != REVISIONS[-1]:
        words = _("{differences}; run 'slaflow db upgrade'")
    yield False, words.format(differences="; ".join(differences))


def _indexes(look: Look) -> Findings:
    with look.app.database.read() as conn:
        indexes, triggers = condition.missing_indexes(conn), condition.missing_triggers(conn)
    for name, statement in indexes:
        words = _("index {name} is missing, and what needs it is slow or unguarded; run: {statement}")
        yield False, words.format(name=name, statement=statement)
    for name in triggers:
        words = _(
            "trigger {name} is missing or off, and nothing keeps entries from being changed; "
            "run 'slaflow log verify', then restore the trigger from a backup's schema"
        )
        yield False, words.format(name=name)
    if not indexes and not triggers:
        yield True, _("every index and trigger is there")


def _active(app: Context) -> list[Version]:
    with app.database.read() as conn:
        return list(workflow_store.all_active(conn).values())


def _workflow(look: Look) -> Findings:
    active = _active(look.app)
    if not active:
        yield False, _("no agreement is active; run 'slaflow workflow activate FILE'")
    for version in active:
        # Compiled anew, as it stands in the database: what an earlier slaflow took, this one must read too.
        workflow = versions.compiled(version)
        if workflow.digest != version.digest:
            words = _("{name}: the stored text is not the one that was activated; restore a backup")
            yield False, words.format(name=version.name)
        else:
            words = _("{name} is active since {at}")
            yield True, words.format(name=version.name, at=look.spelt(version.activated_at))


def _calendars(look: Look) -> Findings:
    now, release = look.app.now(), activation.tzdata_release()
    for version in _active(look.app):
        end = _holidays_end(version)
        if end is not None and end < (now + AHEAD).date():
            words = _(
                "{name}: the holidays stored with it end on {end}; "
                "activate the file again to take in later ones"
            )
            yield False, words.format(name=version.name, end=end)
        workflow = look.app.remember(version)
        for name, calendar in workflow.calendars.items():
            if calendar.next_open(now) is None:
                words = _(
                    "{name}: calendar {calendar} never opens again; give it hours and activate the file"
                )
                yield False, words.format(name=version.name, calendar=name)
        words = _("{name}: time zones of {release}")
        if version.tz_release != release:
            words = _("{name}: time zones of {release} (installed now: {installed})")
        yield True, words.format(name=version.name, release=version.tz_release, installed=release)


def _calendars_of_people(look: Look) -> Findings:
    """Says nothing where there is nothing to do."""
    with look.app.database.read() as conn:
        known = people.calendars(look.app, conn)
        everybody = people_store.list_people(conn, look.app.now()) if known else []
    for person in everybody:
        if person.calendar is not None and person.calendar not in known:
            words = _("{who} goes by {calendar}, which no active agreement has; give them another: {command}")
            command = f"slaflow user add {shlex.quote(person.email)} --calendar NAME"
            yield False, words.format(who=person.email, calendar=person.calendar, command=command)


def _holidays_end(version: Version) -> date | None:
    """The last holiday stored for the country whose list ends first; None where none are named."""
    stored = versions.as_dates(json.loads(version.holidays))
    last = [max(days) for days in stored.values() if days]
    return min(last, default=None)


def _clock(look: Look) -> Findings:
    now = look.app.now()
    with look.app.database.read() as conn:
        server, recorded = moments.server_now(conn), moments.last_recorded(conn)
    ahead = machine_clock.ahead_of_server(server, now)
    if abs(ahead) > machine_clock.MOST:
        words = _(
            "this machine's clock is {seconds} s behind the database server's, and what falls due is "
            "noticed late here; synchronise both"
        )
        if ahead > timedelta(0):
            words = _(
                "this machine's clock is {seconds} s ahead of the database server's, and ticks are "
                "refused here; synchronise both"
            )
        yield False, words.format(seconds=f"{abs(ahead).total_seconds():.0f}")
    words = _("it is {now}")
    if recorded is not None and recorded > now + machine_clock.MOST:
        words = _("it is {now}; the last entry was recorded at {at}: a clock, or --at, ran ahead")
    yield True, words.format(now=look.to_the_second(now), at=look.spelt(recorded or now))


def _leads(look: Look) -> Findings:
    with look.app.database.read() as conn:
        failing = lead_store.failing(conn)
    for lead in failing:
        words = _("lead {number} could not be settled: {failure}; it is tried again {again}")
        again = look.spelt(lead.retry_at) if lead.retry_at else _("at the next tick")
        yield False, words.format(number=lead.lead_id, failure=lead.failure, again=again)
    if not failing:
        yield True, _("every lead could be settled")


def _identities(look: Look) -> Findings:
    """Says nothing where there is nothing to do."""
    with look.app.database.read() as conn:
        found = list(doubled(look.app, conn))
    for each in found[:SHOWN]:
        yield False, str(each)
    if len(found) > SHOWN:
        words = _("and {n} more leads whose identity is another's")
        yield False, words.format(n=grouped(len(found) - SHOWN))


def _tick(look: Look) -> Findings:
    now = look.app.now()
    with look.app.database.read() as conn:
        oldest, upcoming = backlog.oldest_step(conn, now), wake.next_wake(conn)
        closing = period_store.next_wake(conn)
        waiting = lead_store.count_due(conn, now) if oldest is not None else 0
    if oldest is not None and now - oldest.wake_at > LATE:
        words = ngettext(
            "{n} lead waits, the oldest step, on lead {number} ({target}), for {length}; "
            "run 'slaflow tick', and keep 'slaflow tick --watch' running",
            "{n} leads wait, the oldest step, on lead {number} ({target}), for {length}; "
            "run 'slaflow tick', and keep 'slaflow tick --watch' running",
            waiting,
        )
        since = length(now - oldest.wake_at)
        yield False, words.format(n=waiting, number=oldest.lead_id, target=oldest.target, length=since)
    elif closing is not None and now - closing > LATE:
        words = _(
            "what is owed per period has waited for {length} to be stated; "
            "run 'slaflow tick', and keep 'slaflow tick --watch' running"
        )
        yield False, words.format(length=length(now - closing))
    elif oldest is not None or upcoming is None:
        yield True, _("no step has waited for long") if oldest else _("no step waits")
    else:
        yield True, _("no step waits; the next falls at {at}").format(at=look.to_the_second(upcoming))


def _erasure(look: Look) -> Findings:
    """Says nothing where there is nothing to do."""
    with look.app.database.read() as conn:
        leads = erasure.unscrubbed(conn)
    if leads:
        words = ngettext(
            "unused parts of its files may still hold the values of an erased lead; "
            "run 'slaflow db scrub' when few use the database",
            "unused parts of its files may still hold the values of {n} erased leads; "
            "run 'slaflow db scrub' when few use the database",
            len(leads),
        )
        yield False, words.format(n=len(leads))


def _handoffs(look: Look) -> Findings:
    """Says nothing where there is nothing to do."""
    with look.app.database.read() as conn:
        for finding in passages.findings(conn):
            yield False, finding


def _dealing(look: Look) -> Findings:
    """Says nothing where there is nothing to say of any team."""
    workflows = [look.app.remember(each) for each in _active(look.app)]
    with look.app.database.read() as conn:
        yield from teams.findings(look.app, conn, workflows, look.spelt)


def _outbox(look: Look) -> Findings:
    now = look.app.now()
    with look.app.database.read() as conn:
        outbox = backlog.outbox(conn, now=now)
    names = {
        "waiting": _("waiting"), "failed": _("failed"), "stale": _("stale"), "sent": _("sent"),
    }  # fmt: skip
    counts = ", ".join(
        f"{number} {names.get(status, status)}" for status, number in sorted(outbox.counts.items())
    )
    waited = now - outbox.oldest_at if outbox.oldest_at is not None else timedelta(0)
    # Where nothing was ever sent nobody sends yet: messages that wait are kept, not stuck.
    is_stuck = waited > UNSENT and bool(outbox.counts.get("sent"))
    if is_stuck:
        words = _(
            "{counts}; the oldest has waited for {length}; "
            "see 'slaflow outbox list --status waiting', and what sends them"
        )
        yield False, words.format(counts=counts, length=length(waited))
    if outbox.counts.get("failed"):
        words = _("{counts}; see 'slaflow outbox list --status failed' for why they could not be sent")
        yield False, words.format(counts=counts)
    elif not is_stuck:
        yield True, counts or _("no messages")


def _space(look: Look) -> Findings:
    with look.app.database.read() as conn:
        bloated = condition.bloated(conn)
    for each in bloated:
        if each.table is None:
            words = _(
                "{unused} of the file's {total} pages hold nothing; "
                "with slaflow stopped, run VACUUM in sqlite3"
            )
        else:
            words = _(
                "{unused} of {total} rows of table {table} are dead; "
                "run: VACUUM ANALYZE {table}, and see that autovacuum is on"
            )
        yield False, words.format(unused=each.unused, total=each.total, table=each.table)
    if not bloated:
        yield True, _("no room is wasted")


def length(elapsed: timedelta) -> str:
    """``3 d 4 h``, ``1 h 12 min`` or ``12 min``."""
    minutes = int(elapsed.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 1440:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


_CHECKS: dict[str, Callable[[Look], Findings]] = {
    marked("database"): _database,
    marked("migrations"): _migrations,
    marked("replica"): _replica,
    marked("journal"): _journal,
    marked("indexes"): _indexes,
    marked("workflow"): _workflow,
    marked("calendars"): _calendars,
    marked("people"): _calendars_of_people,
    marked("clock"): _clock,
    marked("leads"): _leads,
    marked("identities"): _identities,
    marked("tick"): _tick,
    marked("dealing"): _dealing,
    marked("outbox"): _outbox,
    marked("space"): _space,
    marked("erasure"): _erasure,
    marked("handoffs"): _handoffs,
}
