"""Why a lead is whose it is, as its page says it: people by their names, instants in the reader's zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from slaflow.engine.context import Context
from slaflow.engine.desk.meanwhile import name_of
from slaflow.engine.desk.seen import Seen
from slaflow.engine.owners.why import Standing, why
from slaflow.engine.owners.words import Line, Words
from slaflow.language import moment
from slaflow.lifecycle.decision import Draft
from slaflow.store.database import Connection


def whose_lines(
    app: Context, conn: Connection, seen: Seen, drafts: Sequence[Draft], zone: ZoneInfo
) -> Iterator[Line]:
    """Line by line; *drafts* are what settling in memory adds to the lead's log."""
    standing = Standing(seen.lead, drafts, seen.lead.seq, seen.at, True)
    found = why(app, conn, seen.people, standing)

    def spelt(at: datetime) -> str:
        return moment(at.astimezone(zone), seen.at.astimezone(zone).year)

    return Words(found, seen.naming, partial(name_of, seen.people), spelt).lines()
