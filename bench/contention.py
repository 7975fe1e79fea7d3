"""Twenty processes fire different triggers at one lead while ticks run: does some order explain what came?

    python bench/contention.py --db sqlite
    python bench/contention.py --db postgresql      # a server of its own; or the URL of one

Every process is ``slaflow`` of its own, begun at once, at the clock of the machine. Afterwards the log's
transitions must be one path; each process that ended with 0 has its transition in the log, each that
ended with 1 its refusal, and nothing else is in it. Prints one JSON line; exits with 1 where not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from crashing.places import databases
from crashing.processes import Ended, Process, typed
from crashing.standing import opened, verified

from slaflow.engine.context import wall_clock

KIM = "kim@example.com"
AGREEMENT = """\
workflow: crash
timezone: UTC
parties: {marketing: {desk: demand@example.com}, sales: {desk: sales@example.com}}
lead: {identity: [email], fields: {email: email}}
states:
  nurturing: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  accepted: {held_by: sales}
  returned: {held_by: marketing}
  won: {final: true}
transitions:
  - {trigger: promote, from: nurturing, to: mql, by: marketing}
  - {trigger: accept, from: mql, to: accepted, by: sales}
  - {trigger: return, from: [mql, accepted], to: returned, by: sales}
  - {trigger: recycle, from: returned, to: nurturing, by: marketing}
  - {trigger: win, from: accepted, to: won, by: sales, requires: {amount: {type: decimal, required: true}}}
targets:
  triage:
    owed_by: marketing
    start: {enter: nurturing}
    meet: {trigger: promote}
    within: 1h
    steps: {50%: [{notify: owner}], 100%: [{notify: owner}], +1h: [{notify: manager}]}
"""
EARLIER = timedelta(hours=3)
TRIGGERS = (
    ("promote", "--as", "marketing"),
    ("accept", "--as", "sales"),
    ("return", "--as", "sales"),
    ("recycle", "--as", "marketing"),
)


def set_up(folder: Path, url: str) -> None:
    """One lead whose promise was broken an hour ago, which nobody noticed yet."""
    (folder / "crash.yaml").write_text(AGREEMENT, encoding="utf-8")
    earlier = (wall_clock() - EARLIER).isoformat()
    for words in (
        ("db", "upgrade"),
        ("workflow", "activate", "crash.yaml", "--at", earlier),
        ("lead", "add", "--set", f"email={KIM}", "--as", "marketing", "--at", earlier),
    ):
        ended = typed(folder, "--db", url, *words)
        if ended.code != 0:
            raise SystemExit(f"{' '.join(words)}: {ended.err}")


def contend(folder: Path, url: str, processes: int) -> tuple[list[tuple[str, Ended]], list[Ended]]:
    """How every trigger and every tick ended."""
    fired, ticking = [], []
    for number in range(processes):
        trigger, *rest = TRIGGERS[number % len(TRIGGERS)]
        words = ("--db", url, "--format", "json", "lead", "fire", KIM, trigger, *rest)
        fired.append((trigger, Process(folder, words, f"fire-{number}")))
        if number % 5 == 0:
            ticking.append(Process(folder, ("--db", url, "--format", "json", "tick"), f"tick-{number}"))
    return [(trigger, each.wait()) for trigger, each in fired], [each.wait() for each in ticking]


def explained(url: str, fired: list[tuple[str, Ended]], ticks: list[Ended]) -> list[str]:
    """What no order of the triggers explains; empty where one does."""
    with opened(url) as app:
        entries = [entry for entry in app.log() if entry.lead is not None]
        state = app.show(KIM)["state"]
    moves = [entry for entry in entries if entry.kind == "transition"]
    wrong = [
        f"from {before.to_state} to {after.from_state} without a transition"
        for before, after in pairwise(moves)
        if before.to_state != after.from_state
    ]
    at_last = moves[-1].to_state if moves else "nurturing"
    if state != at_last:
        wrong.append(f"the lead is in {state}, its log ends in {at_last}")
    for code, kind in ((0, "transition"), (1, "refused")):
        logged = Counter(e.trigger for e in entries if e.kind == kind and e.entry_class == "input")
        said = Counter(trigger for trigger, ended in fired if ended.code == code)
        wrong += [] if logged == said else [f"{kind}: the log has {logged}, the processes said {said}"]
    wrong += [f"{trigger}: {ended}" for trigger, ended in fired if not _is_clear(ended)]
    steps = Counter(e.step for e in entries if e.kind in ("warned", "breached", "escalated"))
    if sorted(steps.values()) != [1, 1, 1]:
        wrong.append(f"each step once, but {steps}")
    wrong += [f"tick: {ended}" for ended in ticks if ended.code != 0]
    found = verified(url)
    return wrong if found.ok else [*wrong, f"log verify: {found}"]


def _is_clear(ended: Ended) -> bool:
    """Done, or refused in one line that names the trigger."""
    if ended.code == 0:
        return not ended.err
    return ended.code == 1 and ended.err.count("\n") == 1 and " refused: " in ended.err


def measure(wanted: str, processes: int) -> tuple[dict[str, Any], list[str]]:
    """The line to print, and what was found wrong."""
    with tempfile.TemporaryDirectory(prefix="slaflow-crash-") as folder, databases(wanted) as new:
        began = time.monotonic()
        url = new()
        set_up(Path(folder), url)
        fired, ticks = contend(Path(folder), url, processes)
        wrong = explained(url, fired, ticks)
    codes = Counter(ended.code for _, ended in fired)
    told = {
        "db": "sqlite" if wanted == "sqlite" else "postgresql",
        "processes": processes + len(ticks),
        "accepted": codes[0],
        "refused": codes[1],
        "seconds": round(time.monotonic() - began, 1),
        "ok": not wrong,
    }
    return told, wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--db", default="sqlite", metavar="sqlite|postgresql|URL")
    options.add_argument("--processes", type=int, default=20)
    given = options.parse_args()
    told, wrong = measure(given.db, given.processes)
    for line in wrong[:20]:
        sys.stderr.write(f"{line[:2000]}\n")
    sys.stdout.write(json.dumps(told) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
