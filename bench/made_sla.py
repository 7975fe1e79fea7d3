"""How near promises of ours come to a log's own verdict, per priority.

    slaflow --db sqlite:///incidents.db tick --at 2017-03-01T00:00:00Z
    slaflow --db sqlite:///incidents.db log export --type jsonl -o incidents.jsonl
    python bench/made_sla.py incidents.jsonl

For incidents that were imported as ``incident_log.py`` says. Theirs is ``made_sla`` of an incident's
last event, ours is broken where the log of slaflow has a breach. One JSON line per promise and priority
(as of the last event): ``agree``, ``only_ours`` broken, ``only_theirs`` broken, and ``repriced``, how many
of those that differ had another priority when the promise was made.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ground

TARGETS = ("resolve", "close")


@dataclass
class Incident:
    """What the log says of one incident in the end."""

    made_sla: bool | None = None
    first_priority: str = ""
    priority: str = ""
    started: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)

    def hear(self, entry: dict[str, Any]) -> None:
        """Takes in one entry, in order."""
        data = entry["data"]
        if entry["kind"] == "created":
            self.first_priority = self.priority = data["fields"]["priority"]
        elif entry["kind"] == "transition":
            self.made_sla, self.priority = data["inputs"]["made_sla"], data["inputs"]["priority"]
        elif entry["kind"] == "clock_started":
            self.started.add(entry["target"])
        elif entry["kind"] == "breached":
            self.broken.add(entry["target"])


def heard(lines: Iterable[str]) -> dict[int, Incident]:
    """Every incident by its lead."""
    found: dict[int, Incident] = {}
    for line in lines:
        entry = json.loads(line)
        if entry["lead"] is not None:
            found.setdefault(entry["lead"], Incident()).hear(entry)
    return found


def verdict(incident: Incident, target: str) -> str:
    ours, theirs = target not in incident.broken, incident.made_sla
    if ours == theirs:
        return "agree"
    return "only_theirs" if ours else "only_ours"


def compared(incidents: Iterable[Incident], target: str) -> dict[str, Counter[str]]:
    """How the verdicts on *target* compare, by priority."""
    found: dict[str, Counter[str]] = {}
    for incident in incidents:
        if target in incident.started and incident.made_sla is not None:
            what = verdict(incident, target)
            count = found.setdefault(incident.priority, Counter())
            count[what] += 1
            count["made_sla"] += incident.made_sla
            count["repriced"] += what != "agree" and incident.priority != incident.first_priority
    return dict(sorted(found.items()))


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("file", type=Path, metavar="FILE.jsonl")
    given = options.parse_args()
    if not given.file.is_file():
        sys.exit(f"{given.file}: there is no such file")
    with given.file.open(encoding="utf-8") as lines:
        incidents = heard(lines)
    for target in TARGETS:
        for priority, count in compared(incidents.values(), target).items():
            judged = count["agree"] + count["only_ours"] + count["only_theirs"]
            numbers = {name: count[name] for name in ("agree", "only_ours", "only_theirs", "repriced")}
            share = round(count["agree"] / judged, 4)
            ground.tell(
                target=target, priority=priority, incidents=judged, made_sla=count["made_sla"],
                **numbers, share=share,
            )  # fmt: skip


if __name__ == "__main__":
    main()
