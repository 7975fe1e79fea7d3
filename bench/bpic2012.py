r"""A real log of 262,200 events as a file that ``slaflow import`` takes.

    python bench/bpic2012.py bpic2012.xes.gz -o events.csv
    python bench/import.py --file events.csv --map bench/bpic2012/map.yaml \
        --workflow bench/bpic2012/workflow.yaml

The log: BPI Challenge 2012, applications for a loan at a Dutch bank (B. van Dongen, 4TU,
https://doi.org/10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f); fetch it there, its terms hold for
the CSV too. XES is read as a stream, one application in memory at a time. What decides an application
becomes a trigger, everything else an activity. Prints one JSON line.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, iterparse

import ground

COLUMNS = ("application", "amount", "registered_at", "at", "resource", "activity", "trigger")
TRIGGERS = {
    "A_PREACCEPTED": "preaccept",
    "A_ACCEPTED": "accept",
    "A_ACTIVATED": "activate",
    "A_DECLINED": "decline",
    "A_CANCELLED": "cancel",
}
NOBODY = "unknown"


def rows(source: IO[bytes]) -> Iterator[dict[str, str]]:
    """A row per event, the application's own values only on its first."""
    path: list[Element] = []
    for what, element in iterparse(source, events=("start", "end")):
        if what == "start":
            path.append(element)
            continue
        path.pop()
        if _name(element) == "trace":
            yield from _trace(element)
        if len(path) == 1:
            path[0].clear()  # else the log would grow in memory with every application


def _trace(trace: Element) -> Iterator[dict[str, str]]:
    application = _attributes(trace)
    first = {"amount": application["AMOUNT_REQ"], "registered_at": application["REG_DATE"]}
    for event in (child for child in trace if _name(child) == "event"):
        said = _attributes(event)
        yield {
            "application": application["concept:name"],
            "at": said["time:timestamp"],
            "resource": said.get("org:resource", NOBODY),
            **_what(said),
            **first,
        }
        first = {}


def _what(said: dict[str, str]) -> dict[str, str]:
    name = said["concept:name"]
    if name in TRIGGERS:
        return {"trigger": TRIGGERS[name]}
    words = name.lower().replace(" ", "_")
    return {"activity": words if name[:2] != "W_" else f"{words}_{said['lifecycle:transition'].lower()}"}


def _attributes(of: Element) -> dict[str, str]:
    return {child.attrib["key"]: child.attrib["value"] for child in of if "key" in child.attrib}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def convert(log: Path, file: Path) -> dict[str, int]:
    """Writes the CSV; gives its number of rows."""
    opened = gzip.open(log) if log.suffix == ".gz" else log.open("rb")
    written = 0
    with opened as source, file.open("w", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS, restval="")
        writer.writeheader()
        for row in rows(source):  # type: ignore[arg-type]
            writer.writerow(row)
            written += 1
    return {"rows": written}


if __name__ == "__main__":
    ground.converting(__doc__, "FILE.xes.gz", convert)
