"""The office with weeks of leads of which some are hurried through; and what could flatter its figures,
counted once more from the log, entry by entry."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from support import recount
from support.agreement import changed
from support.office import AGREEMENT, FOUNDED, MARKETING, PROSPECT, SALES, Ask, a_history, together
from support.weeks import END, START

from slaflow.engine.app import Engine
from slaflow.lifecycle.events import Answered, Fired, Lifted, Recorded
from slaflow.log.entry import Entry
from slaflow.store.database import Database

GUARD = 'by: sales, requires: {amount: decimal}, when: "check.value'
HURRIED = changed(
    AGREEMENT,
    ("checks:\n", "checks:\n  fit: {question: Do they fit?, fields: {fits: bool}, pass: answer.fits}\n"),
    (GUARD, f"{GUARD} && check.fit"),
    ("  won: {final: true}\n", "  won: {final: true}\n  lost: {final: true}\n"),
    (
        "transitions:\n",
        "transitions:\n  - {trigger: lose, from: [accepted, mql], to: lost, by: sales,"
        " requires: {lost_reason: {type: string, one_of: [price, silent]}}}\n",
    ),
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
COUNTED = (
    "let_go", "lifted", "told_late", "overridden", "hasty_checks", "returned_within_hour",
    "lost_within_hour", "never_touched",
)  # fmt: skip
Group = Callable[[Entry], str]


def hurried(database: Database) -> None:
    """Weeks of leads under that agreement."""
    app = Engine(database, now=lambda: END)
    app.activate(HURRIED, at=FOUNDED + timedelta(hours=1))
    chance = random.Random(11)  # not for secrets
    asks = a_history(app.active(), 72, leads=20, events=240, start=START)
    born = {ask.lead_id: ask.at for ask in asks if ask.workflow is not None and ask.at is not None}
    for lead, at in born.items():
        asks += _rush(lead, at + timedelta(days=chance.randint(0, 9), minutes=chance.randint(1, 600)), chance)
    together(app, sorted(asks, key=lambda ask: (ask.at or START, ask.workflow is None)), END)


def _rush(lead: int, at: datetime, chance: random.Random) -> Iterator[Ask]:
    """Taken, judged and ended in a minute or some, or told afterwards that somebody called in time."""
    shown = [(Recorded("demo"), PROSPECT, 0), (Fired("accept"), SALES, 20)]
    answers = [
        (Answered("value", {"expected_value": "25000"}), SALES, 21),
        (Answered("fit", {"fits": True}), SALES, 30),
    ]
    ways = [
        [*answers, (Fired("win", {"amount": "10"}), SALES, chance.choice([40, 200]))],
        [(Fired("return", {"return_reason": "no_fit"}), SALES, chance.choice([90, 5000]))],
        [(Fired("lose", {"lost_reason": "silent"}), SALES, chance.choice([90, 5000]))],
    ]
    for what, who, seconds in [*shown, *chance.choice(ways)]:
        yield Ask(lead, what, who, at + timedelta(seconds=seconds))
    if chance.random() < 0.5:
        late = at + timedelta(days=2)
        yield Ask(lead, Recorded("reply"), PROSPECT, late, occurred_at=at + HOUR)
    for target in ("respond", "first_contact"):
        yield Ask(lead, Lifted(target, "the line was down"), MARKETING, at + timedelta(days=20))


def one(_: Entry) -> str:
    return ""


def by_owner(entry: Entry) -> str:
    return entry.owner or recount.NONE


def counted(
    app: Engine, at: datetime, start: datetime | None, end: datetime | None, group: Group
) -> dict[str, dict[str, Counter[str]]]:
    """By group and party what could flatter its figures."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def is_in(entry: Entry) -> bool:
        return (start is None or entry.at >= start) and (end is None or entry.at < end)

    for entries in recount.streams(app, at).values():
        for origin, party, what in (*_promises(entries), *_hasty(entries), *_soon(entries)):
            if is_in(origin):
                # Of who took a lead, its owner is told by the handoff.
                named = (
                    group(origin)
                    if what in ("let_go", "lifted", "told_late", "hasty_checks")
                    else (_taker(origin) if group is by_owner else "")
                )
                found[named][party][what] += 1
    return {name: dict(parties) for name, parties in found.items()}


def _taker(entry: Entry) -> str:
    return (entry.data or {})["handoff"]["took"]["owner"] or recount.NONE


Told = tuple[Entry, str, str]
"""The entry by which it belongs to a period, whose it is, and what."""


def _promises(entries: Sequence[Entry]) -> Iterator[Told]:
    by_seq = {entry.seq: entry for entry in entries}
    started = {(e.target, e.clock): e for e in entries if e.kind == "clock_started"}
    kept = {(e.target, e.clock) for e in entries if "completed_at" in (e.data or {}) and e.kind != "met_late"}
    for entry in entries:
        origin = started.get((entry.target, entry.clock))
        if origin is None or entry.party in (None, "system"):
            continue
        data = entry.data or {}
        cause = by_seq.get(entry.caused_by or 0)
        if entry.kind == "clock_cancelled" and not data["broken"]:
            is_own = cause is not None and cause.kind == "transition" and cause.party == entry.party
            if is_own and (entry.target, entry.clock) not in kept:
                yield origin, str(entry.party), "let_go"
        elif entry.kind == "breach_lifted" and entry.entry_class == "input":
            yield origin, str(entry.party), "lifted"
        elif entry.kind in ("breach_lifted", "clock_met") and "completed_at" in data:
            yield origin, str(entry.party), "told_late"


def _hasty(entries: Sequence[Entry]) -> Iterator[Told]:
    for move in entries:
        if move.kind != "transition" or move.trigger != "win":
            continue
        last = move.at.replace(microsecond=0)
        just = {
            (e.data or {})["check"]
            for e in entries
            if e.kind == "checked" and e.seq < move.seq and last - e.at.replace(microsecond=0) <= MINUTE
        }
        if just >= {"value", "fit"}:
            yield move, "sales", "hasty_checks"


def _soon(entries: Sequence[Entry]) -> Iterator[Told]:
    """Handoffs to sales that it went on with, and then gave back or lost within an hour."""
    moves = [e for e in entries if e.kind == "transition" and e.from_state != e.to_state]
    for place, handoff in enumerate(moves):
        if not handoff.handoff or (handoff.data or {})["handoff"]["took"]["party"] != "sales":
            continue
        after = moves[place + 1 :]
        if not after or after[0].party == "system" or after[0].handoff:
            continue
        taken = after[0].at
        until = next((e for e in after if e.handoff), None)
        held = after if until is None else after[: after.index(until)]
        lost = any(e.to_state == "lost" and e.at - taken <= HOUR and e.party == "sales" for e in held)
        back = until is not None and until.party == "sales" and until.at - taken <= HOUR
        if not (lost or back):
            continue
        yield handoff, "sales", "returned_within_hour" if back else "lost_within_hour"
        if not any(_is_touch(e, handoff, until) for e in entries):
            yield handoff, "sales", "never_touched"


def _is_touch(entry: Entry, handoff: Entry, until: Entry | None) -> bool:
    if entry.kind != "activity" or entry.party != "sales" or (entry.data or {})["automated"]:
        return False
    then = entry.occurred_at or entry.at
    return entry.seq > handoff.seq and then >= handoff.at and (until is None or then < until.at)
