"""Checks of time zones: none stands still beside one whose clocks are turned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from slaflow.workflow.checks.remark import Remark
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.tree import Path

# HST is what Hawaii goes by, and UTC is meant where it is written.
FIXED = {"EST": "America/New_York", "MST": "America/Denver or America/Phoenix"}
"""Names of an offset where a place was meant, and the place."""
_GREENWICH = frozenset(("GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich"))
_YEAR = 2037
"""A year far enough ahead that what the zone database says of it is the rule that stands."""


def check_zones(workflow: Workflow) -> Iterator[Remark]:
    """No fixed offset stands beside a zone with summer time."""
    zones: dict[Path, str] = {("timezone",): workflow.timezone}
    for name, calendar in workflow.calendars.items():
        if not calendar.is_always:
            zones["calendars", name, "timezone"] = calendar.timezone
    turned = next((zone for zone in zones.values() if _has_summer_time(zone)), None)
    told: set[str] = set()
    for path, zone in zones.items():
        if turned is not None and zone not in told and _is_fixed(zone):
            told.add(zone)
            place = FIXED.get(zone, "Europe/London" if zone in _GREENWICH else turned)
            words = f"{zone} keeps one offset all year, beside {turned} with its summer time; write a place"
            yield Remark(path, f"{words} like {place}", warning=True)


def _is_fixed(zone: str) -> bool:
    if zone in FIXED or zone in _GREENWICH:
        return True
    head, _, rest = zone.partition("/")
    return head == "Etc" and rest not in ("UTC", "UCT", "Universal", "Zulu")


def _has_summer_time(zone: str) -> bool:
    firsts = [datetime(_YEAR, month, 1, tzinfo=UTC) for month in range(1, 13)]
    return len({first.astimezone(ZoneInfo(zone)).utcoffset() for first in firsts}) > 1
