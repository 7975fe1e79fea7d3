"""What is due to people over a channel: put off where it disturbs, gathered where it would be too much.

Asked before anything is taken in hand, by who holds the channel; so a change of what somebody wants counts at
once, whenever their messages were planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slaflow.engine.context import Context
from slaflow.notify.frequency.people import Habits
from slaflow.notify.frequency.quiet import PASSING, daily_from
from slaflow.settings.reach import Burst
from slaflow.settings.ways import parse_daily
from slaflow.store.database import Connection
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.sending import arranged as store
from slaflow.store.sending.arranged import Recent, Waiting

NOTHING_YET = Recent(0, None, None)


def arrange(app: Context, conn: Connection, channel: str, burst: Burst, now: datetime) -> None:
    """Puts off what falls into quiet hours or is for a later digest; gathers what goes as one letter.

    What systems receive is left as it is. Cost: two statements, and some for each address that hears too much
    or wants it otherwise.
    """
    if channel.startswith(RECEIVER):
        return
    due = store.due_addresses(conn, channel, now)
    if not due:
        return
    habits = Habits(app, conn)
    lately = store.recent(conn, channel, now - burst.per)
    for address, person, number in due:
        wanted = habits.of(person or address)
        before = lately.get(address, NOTHING_YET)
        is_usual = wanted.digest_over(channel) is None and wanted.quiet is None
        if is_usual and before.leaves_room_for(number, burst.messages):
            continue
        rows = store.due_rows(conn, channel, address, now)
        digest = wanted.digest_over(channel)
        if digest is not None:
            rows = _for_today(conn, rows, habits, person or address, digest, now)
        if wanted.quiet is not None:
            rows = _not_quiet(conn, rows, habits.quiet_until(person or address, now))
        if digest is not None:
            if len(rows) > 1:
                store.gather(conn, rows, now)
        else:
            _in_bounds(conn, rows, before, burst, now)


def _for_today(
    conn: Connection, rows: Sequence[Waiting], habits: Habits, whose: str, digest: str, now: datetime
) -> list[Waiting]:
    """What the digest that falls now is for; the rest is put off until its own."""
    minutes, zone = parse_daily(digest), habits.zone_of(whose)
    falls = {each.id: daily_from(minutes, zone, each.planned_at) for each in rows}
    later = {number: at for number, at in falls.items() if at > now}
    store.put_off(conn, later, [each.message for each in rows if each.id in later])
    return [each for each in rows if each.id not in later]


def _not_quiet(conn: Connection, rows: Sequence[Waiting], until: datetime | None) -> list[Waiting]:
    """What goes although it is quiet: what passes, and what stands before it in its lead's line."""
    if until is None:
        return list(rows)
    last = {each.lead_id: each.id for each in rows if each.kind in PASSING}
    last.pop(None, None)
    goes = [each for each in rows if each.kind in PASSING or each.id < last.get(each.lead_id, 0)]
    going = {each.id for each in goes}
    stays = {each.id: until for each in rows if each.id not in going}
    store.put_off(conn, stays, [each.message for each in rows if each.id in stays])
    return goes


def _in_bounds(
    conn: Connection, rows: Sequence[Waiting], before: Recent, burst: Burst, now: datetime
) -> None:
    """Lets go as many as may go by themselves; the rest is one letter, and after that none for a while."""
    room, first = max(burst.messages - before.letters, 0), before.digest
    goes = [each for each in rows if first is None or each.id < first][:room]
    rest = [each for each in rows if each not in goes]
    if not rest:
        return
    if first is None:
        store.gather(conn, rest, now)
    else:
        until = (before.digest_at or now) + burst.per
        store.put_off(conn, {each.id: until for each in rest}, [each.message for each in rest])
