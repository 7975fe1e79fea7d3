"""What the pages of administration share: one frame, with a tab for each that somebody may open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from slaflow.engine.desk.reading import zone_of
from slaflow.engine.permits import Operation
from slaflow.hours.zones import supported
from slaflow.language import _
from slaflow.web.agreement.setting import dated
from slaflow.web.desk.context import desk_page, site_of
from slaflow.web.principal import Principal


@dataclass(frozen=True, slots=True)
class Tab:
    """``here`` is what the page calls itself."""

    here: str
    words: str


def tabs(asking: Principal) -> Iterator[Tab]:
    """Those that *asking* may open."""
    every: tuple[tuple[str, str, Operation], ...] = (
        ("people", _("People"), "read"),
        ("absences", _("Absences"), "absence"),
        ("tokens", _("Tokens"), "see_tokens"),
        ("channels", _("Channels"), "see_outbox"),
        ("outbox", _("Outbox"), "see_outbox"),
        ("health", _("Health"), "see_outbox"),
    )
    for here, words, operation in every:
        if asking.may_ever(operation):
            yield Tab(here, words)


def admin_page(
    request: Request, template: str, status: int, asking: Principal, **values: Any
) -> HTMLResponse:
    """A page of administration for who asks."""
    engine = site_of(request).engine
    zone = zone_of(engine, asking.actor)
    return desk_page(
        request, template, status, asking, zone, engine.now(), tabs=tuple(tabs(asking)),
        dated=partial(dated, zone=ZoneInfo(zone)), zone_name=zone, **values,
    )  # fmt: skip


def local_instant(text: str, zone: str) -> datetime | None:
    """A date and time as a form has it, in *zone*; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
        return supported(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return None
