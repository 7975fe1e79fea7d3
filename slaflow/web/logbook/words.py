"""What the log's pages say of an entry and of a job beside what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import orjson
from babel.dates import format_date

from slaflow.engine.jobs.asking import Job
from slaflow.engine.logbook.listing import Row
from slaflow.language import _, spoken
from slaflow.workflow.model.parties import SYSTEM

__all__ = ["MARKS", "SYSTEM"]
MARKS = {
    "breached": ("broken", "✕"), "warned": ("soon", "◔"), "escalated": ("broken", "✕"),
    "clock_met": ("met", "●"), "met_late": ("met", "●"), "breach_lifted": ("lifted", "◇"),
    "granted": ("lifted", "◇"), "clock_paused": ("paused", "‖"), "refused": ("soon", "◔"),
}  # fmt: skip
"""A tone and a shape for kinds that have one; the word stands beside it."""


def days(rows: tuple[Row, ...], zone: ZoneInfo) -> Iterator[tuple[str, list[Row]]]:
    """*rows* under the day each is of, in their order."""
    for day, some in groupby(rows, key=lambda row: row.at.astimezone(zone).date()):
        yield format_date(day, "EEEE d MMMM y", locale=spoken()), list(some)


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """An instant to the second, with its day."""
    here = at.astimezone(zone)
    return f"{format_date(here.date(), 'EEE d MMM y', locale=spoken())} {here:%H:%M:%S}"


def instants() -> dict[str, str]:
    return {
        "at": _("counts from"), "occurred_at": _("happened"), "arrived_at": _("told"),
        "recorded_at": _("written"),
    }  # fmt: skip


def filters() -> dict[str, str]:
    return {
        "lead": _("lead"), "actor": _("by"), "party": _("party"), "target": _("promise"),
        "trigger": _("trigger"), "from": _("from"), "to": _("before"), "kind": _("kind"),
    }  # fmt: skip


def kind_of(job: Job) -> str:
    parameters = job.parameters
    if job.kind == "verify":
        return (
            _("Verify the log, every step decided again") if parameters.get("replay") else _("Verify the log")
        )
    if job.kind == "prove":
        return _("Prove entry %(entry)s") % {"entry": parameters["entry"]}
    if job.kind == "export":
        return _("Export the log as %(type)s") % {"type": parameters["type"]}
    return job.kind


def status(job: Job) -> tuple[str, str]:
    """Its tone, and what it is."""
    return {
        "waiting": ("calm", _("waits for its turn")), "running": ("half", _("is being done")),
        "done": ("met", _("done")), "failed": ("broken", _("broke off")),
        "cancelled": ("paused", _("called off")),
    }[job.status]  # fmt: skip


def pretty(data: object) -> str:
    """JSON over several lines."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()


def size(number: int | None) -> str:
    """Bytes as people say them."""
    if number is None:
        return ""
    if number < 1000:
        return f"{number} B"
    if number < 10**6:
        return f"{number / 1000:.0f} kB"
    return f"{number / 10**6:.1f} MB"


def share(job: Job) -> int | None:
    """Hundredths that are done, where it is known of how many."""
    return None if not job.of else min(100, 100 * job.done // job.of)
