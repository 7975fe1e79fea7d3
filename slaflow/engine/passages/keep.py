"""Rows of handoffs, touches and ends kept up with the log, in the transaction that writes it; made anew where
entries go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter

from slaflow.engine.context import Context
from slaflow.engine.passages.deeds import ends
from slaflow.engine.passages.follow import Agreements, Followed, Rows, each_followed
from slaflow.engine.passages.open_times import reckon, reckon_end, reckoning
from slaflow.lifecycle.people import Directory
from slaflow.log.entry import Entry
from slaflow.store.database import Connection
from slaflow.store.kept import passages as store
from slaflow.store.kept import touches as touch_store
from slaflow.store.kept.passages import TELLING
from slaflow.store.kept.touches import Ending, Touch
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store

_TELLING = frozenset(TELLING)
AT_ONCE = 500
"""Leads of which the rows are made anew at once."""
_of_lead = attrgetter("lead")


def keep(app: Context, conn: Connection, people: Directory, entries: Iterable[Entry]) -> None:
    """Brings the rows up to *entries*, which were just written; each lead's are together, in their order.

    Cost: nothing where none of them moves a lead or is an activity; else one statement that reads the rows
    of leads that were there before, two more where one of these ends, and at most five for what changes.
    """
    told = [each for each in entries if each.kind in _TELLING]
    if not told:
        return
    agreements = Agreements(app.workflow)
    stored = _stored(conn, told, agreements)
    made: list[Followed] = []
    for lead_id, of_lead in groupby(told, key=_of_lead):
        lead = Followed(stored.get(lead_id or 0, Rows()))
        for entry in of_lead:
            lead.take(entry, agreements.of(entry.digest))
        made.append(lead)
    _write(app, conn, people, made)


def _stored(conn: Connection, told: Sequence[Entry], agreements: Agreements) -> Mapping[int, Rows]:
    """What is stored of leads that were there before, as far as these entries need it."""
    new = {each.lead for each in told if each.kind == "created"}
    known = {each.lead for each in told if each.lead is not None} - new
    if not known:
        return {}
    handoffs = store.of_leads(conn, known)
    found = {lead_id: Rows(handoffs.get(lead_id, ())) for lead_id in known}
    ended = {each.lead or 0 for each in told if each.lead in known and ends(each, agreements.of(each.digest))}
    if ended:
        touches, born = touch_store.touches_of(conn, ended), touch_store.born(conn, ended)
        for lead_id in ended:
            found[lead_id].touches, found[lead_id].born = touches.get(lead_id, ()), born.get(lead_id)
    return found


def _write(app: Context, conn: Connection, people: Directory, made: Sequence[Followed]) -> None:
    changed = [each for lead in made for each in lead.course.changed.values()]
    endings = [each for lead in made for each in lead.deeds.endings]
    touch_store.add(conn, Touch, [each for lead in made for each in lead.deeds.touches])
    if not changed and not endings:
        return
    # As they are stored now: whoever activated a text again may have given it other holidays.
    digests = {each.digest or "" for some in (changed, endings) for each in some}
    known = {
        digest: (app.remember(each), reckoning(each))
        for digest, each in workflow_store.by_digest(conn, digests).items()
    }
    for each in changed:
        reckon(each, known[each.digest or ""][0], people, known[each.digest or ""][1])
    store.save(conn, changed)
    reckoned = [
        reckon_end(each, known[each.digest or ""][0], people, known[each.digest or ""][1]) for each in endings
    ]
    touch_store.add(conn, Ending, reckoned)


def let_go(app: Context, conn: Connection, streams: Iterable[str]) -> None:
    """Takes the rows along of entries that have just left the log."""
    lead_ids = iter(sorted(int(name.removeprefix("lead:")) for name in streams if name.startswith("lead:")))
    while some := list(islice(lead_ids, AT_ONCE)):
        renew(app, conn, some)


def renew(app: Context, conn: Connection, lead_ids: Collection[int]) -> int:
    """Makes the rows of those leads anew of what the log holds of them; gives how many handoffs there are."""
    store.remove(conn, lead_ids)
    touch_store.remove(conn, lead_ids)
    born = touch_store.born(conn, lead_ids)
    made = list(each_followed(Agreements(app.workflow), store.told(conn, lead_ids), born))
    _write(app, conn, people_store.directory(conn), made)
    return sum(len(lead.course.rows) for lead in made)
