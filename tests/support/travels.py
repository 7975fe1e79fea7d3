"""The office under an agreement that speaks of the buyer's journey, with weeks of leads, and its reports
counted once more from the log, entry by entry."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from support import recount
from support.agreement import changed
from support.office import AGREEMENT, FOUNDED, MARKETING, SALES, Ask, a_history, staffed, together
from support.weeks import END, START

from slaflow.engine.app import Engine
from slaflow.lifecycle.events import Fired, Recorded
from slaflow.log.entry import Entry
from slaflow.store.database import Database

TRAVELLING = (
    changed(
        AGREEMENT,
        ("activities:\n", "stages: [unaware, {name: interest, signal: reads}, decision]\nactivities:\n"),
        ("visit: {by: lead, points: 20}", "visit: {by: lead, points: 20, stage: interest}"),
        ("demo: {by: lead, points: 60}", "demo: {by: lead, points: 60, stage: decision}"),
        (
            "nurture: {by: marketing}",
            "nurture: {by: marketing, fits: unaware,"
            " fields: {content: {type: string, one_of: [guide, price]}}}",
        ),
        ("attempt: phone,", "attempt: phone, fits: [interest, decision],"),
        ("  won: {final: true}\n", "  won: {final: true}\n  lost: {final: true}\n"),
        (
            "by: sales, reset: [engagement],\n     requires: {return_reason",
            "by: sales, reset: [engagement, stage],\n     requires: {return_reason",
        ),
        (
            "transitions:\n",
            "transitions:\n  - {trigger: lose, from: [accepted, mql], to: lost, by: sales,"
            " requires: {lost_reason: {type: string, one_of: [price, silent]}}}\n",
        ),
    )
    + "pace: {by: [sales, marketing], at_most: 1, per: 24h}\n"
)


def travelling(database: Database) -> None:
    """Weeks of leads under that agreement."""
    app = Engine(database, now=lambda: END)
    app.activate(TRAVELLING, at=FOUNDED + timedelta(hours=1))
    asks = a_history(app.active(), 71, leads=20, events=300, start=START)
    born = {ask.lead_id: ask.at for ask in asks if ask.workflow is not None}
    chance = random.Random(7)  # not for secrets
    for _ in range(60):
        lead, at = chance.choice(list(born.items()))
        sent = Recorded("nurture", {"content": chance.choice(["guide", "price"])})
        lose = Fired("lose", {"lost_reason": chance.choice(["price", "silent"])})
        what, who = chance.choice([(sent, MARKETING), (sent, MARKETING), (lose, SALES)])
        asks.append(Ask(lead, what, who, at + timedelta(minutes=chance.randint(1, 16 * 1440))))
    together(app, sorted(asks, key=lambda ask: ask.at or START), END, lenient=True)
    app.tick(END)


def staffed_and_travelling(database: Database) -> None:
    """The same, in a database where nothing is yet."""
    staffed(Engine(database, now=lambda: END))
    travelling(database)


Group = Callable[[Entry], str]


def within(entry: Entry, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or entry.at >= start) and (end is None or entry.at < end)


def ends(app: Engine, at: datetime, start: datetime | None, end: datetime | None, group: Group) -> Any:
    """Group, then (what, state), to reasons, elapsed seconds, open seconds and touches."""
    calendar = app.active().calendars["office"]
    found: dict[str, Any] = defaultdict(dict)
    for entries in recount.streams(app, at).values():
        for entry in entries:
            if entry.kind != "transition" or not within(entry, start, end):
                continue
            returned = entry.handoff and entry.held_by == "sales" and entry.to_state == "returned"
            if entry.to_state not in ("won", "lost") and not returned:
                continue
            what = "returned" if returned else str(entry.to_state)
            before = [each for each in entries if each.handoff and each.seq < entry.seq]
            since = before[-1] if returned else entries[0]
            first = 0 if not returned else since.seq
            place = found[group(entry)].setdefault((what, entry.to_state), ([], [], [], Counter()))
            said = {**entry.data["set"], **entry.data["inputs"]}
            reason = said.get("lost_reason") or said.get("return_reason") or recount.NONE
            place[0].append((reason, entry.trigger, entry.held_by))
            place[1].append(recount.elapsed(since.at, entry.at))
            place[2].append(calendar.open_time(since.at, entry.at) // recount.SECOND)
            place[3].update(
                each.data["activity"]
                for each in entries
                if each.kind == "activity" and first < each.seq < entry.seq and by_hand(each)
            )
    return found


def by_hand(entry: Entry) -> bool:
    return entry.party not in ("lead", "system") and not entry.data["automated"]


def kinds(app: Engine, at: datetime, start: datetime | None, end: datetime | None, group: Group) -> Any:
    """Group, then (activity, party), to what the content report says of it."""
    streams = recount.streams(app, at)
    touches = {lead: [e for e in entries if e.kind == "activity"] for lead, entries in streams.items()}
    found: dict[str, Any] = defaultdict(
        lambda: defaultdict(lambda: {"before": Counter(), "stages": Counter()})
    )
    leads = defaultdict(set)
    for each in (each for told in touches.values() for each in told if within(each, start, end)):
        key = (each.data["activity"], each.party)
        row = found[group(each)][key]
        row["touches"] = row.get("touches", 0) + 1
        row["stages"][each.data.get("stage", recount.NONE)] += 1
        for name in ("misfit", "over_pace"):
            row[name] = row.get(name, 0) + (name in each.data)
        leads[group(each), key].add(each.lead)
    for (name, key), those in leads.items():
        found[name][key]["leads"] = len(those)
    for what, lead, seq in _outcomes(app, at, start, end):
        before = [each for each in touches[lead] if each.seq < seq]
        named = [(group(each), (each.data["activity"], each.party)) for each in before]
        for place, those in (("first", named[:1]), ("last", named[-1:]), ("any", sorted(set(named)))):
            for name, key in those:
                found[name][key]["before"][what, place] += 1
    return found


def _outcomes(app: Engine, at: datetime, start: Any, end: Any) -> list[tuple[str, int, int]]:
    found = []
    for passage in recount.passages(app, at, start, end):
        if passage.direction == "forward":
            place = (passage.entry.lead or 0, passage.entry.seq)
            found.append(("handoffs", *place))
            found += [("acceptances", *place)] * (passage.outcome == "accepted")
    for entries in recount.streams(app, at).values():
        found += [
            ("wins", each.lead or 0, each.seq)
            for each in entries
            if each.kind == "transition" and each.to_state == "won" and within(each, start, end)
        ]
    return found


def stages(app: Engine, at: datetime, group: Callable[[Sequence[Entry]], str]) -> Any:
    """Group, then stage, to the open leads by state."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for entries in recount.streams(app, at).values():
        state, stage = recount.visits(entries)[-1][0], "unaware"
        for each in entries:
            if each.kind == "activity":
                shown = {"visit": "interest", "demo": "decision"}.get(each.data["activity"], stage)
                stage = max(stage, shown, key=["unaware", "interest", "decision"].index)
            if "stage" in (each.data or {}).get("reset", ()):
                stage = "unaware"
        if state not in ("won", "lost"):
            found[group(entries)][stage][state] += 1
    return found
