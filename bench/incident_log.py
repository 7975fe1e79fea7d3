"""A real log of incidents and their SLA verdicts as a file that ``slaflow import`` takes.

    python bench/incident_log.py incident_event_log.csv.gz -o events.csv
    python bench/import.py --file events.csv --map bench/incident_log/map.yaml \
        --workflow bench/incident_log/workflow.yaml --db sqlite:///incidents.db

The log: "Incident management process enriched event log" (C. Amaral, M. Fantinato, H. Reijers, S. Peres;
UCI Machine Learning Repository, 2019), a ServiceNow desk; fetch it there. Its columns are kept, ``?``
becomes nothing, instants ISO 8601. What is added:

- ``trigger``, or ``activity`` for the three rows of state -100: what the row says happened.
- ``at``: ``sys_updated_at``, but never before the row above of the same incident. The order of the file
  is that of the events; import goes by time, and by the order of rows only where that is the same.
- ``created_at``: when the incident was opened, or its first event where that lies before.
- ``first_priority``: that of its first row; later ones are told by the events.

Prints one JSON line; ``moved`` counts rows whose ``at`` is not their own.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TextIO

import ground

TRIGGERS = {
    "New": "note",
    "Active": "work",
    "Awaiting User Info": "ask_user",
    "Awaiting Vendor": "ask_vendor",
    "Awaiting Problem": "ask_problem",
    "Awaiting Evidence": "ask_evidence",
    "Resolved": "resolve",
    "Closed": "close",
}
ADDED = ("trigger", "activity", "at", "created_at", "first_priority")
INSTANTS = ("opened_at", "sys_created_at", "sys_updated_at", "resolved_at", "closed_at")
MISSING = "?"
Row = dict[str, str]


def incidents(source: TextIO) -> Iterator[list[Row]]:
    """The rows of each incident in the order of the file, where they stand together."""
    for _, rows in groupby(csv.DictReader(source), lambda row: row["number"]):
        yield [{name: _cell(name, text) for name, text in row.items()} for row in rows]


def _cell(name: str, text: str) -> str:
    if text == MISSING:
        return ""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").isoformat() if name in INSTANTS else text  # noqa: DTZ007


def told(rows: list[Row]) -> Iterator[Row]:
    """The rows of one incident with what the map needs."""
    first = rows[0]
    opened = {
        "created_at": min(first["opened_at"], *(row["sys_updated_at"] for row in rows)),
        "first_priority": first["priority"],
    }
    at = ""
    for row in rows:
        at = max(at, row["sys_updated_at"])
        trigger = TRIGGERS.get(row["incident_state"])
        what = {"activity": "unclear"} if trigger is None else {"trigger": trigger}
        yield {**row, **opened, **what, "at": at}


def convert(log: Path, file: Path) -> dict[str, int]:
    """Writes the CSV; gives how many rows, incidents and moved instants it has."""
    counts = {"rows": 0, "incidents": 0, "moved": 0}
    opened = gzip.open(log, "rt", newline="") if log.suffix == ".gz" else log.open(newline="")
    with opened as source, file.open("w", newline="") as target:
        writer = None
        for rows in incidents(source):  # type: ignore[arg-type]  # gzip's text is text too
            counts["incidents"] += 1
            if writer is None:
                writer = csv.DictWriter(target, (*rows[0], *ADDED), restval="")
                writer.writeheader()
            for row in told(rows):
                writer.writerow(row)
                counts["rows"] += 1
                counts["moved"] += row["at"] != row["sys_updated_at"]
    return counts


if __name__ == "__main__":
    ground.converting(__doc__, "FILE.csv[.gz]", convert)
