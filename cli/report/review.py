"""``slaflow review``: the record of both parties for a period, and their signatures under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import click

from slaflow.report.promises import changed_words

from ..completion import name_argument
from ..options import Group, at_option, clock_option
from ..output import Page
from ..session import Session, pass_session
from ..words import counted, instant
from .commitment_page import table


@click.group("review", cls=Group)
def command() -> None:
    """What both parties promised for a period, what came of it, and who stands by that.

    PERIOD is a month like 2026-03, or 2026-W10, 2026-Q1, 2026, 2026-03-06: whatever is promised per that.
    """


@command.command("show")
@name_argument("workflow")
@click.argument("period")
@clock_option
@pass_session
def show(session: Session, workflow: str, period: str, at: datetime | None) -> None:
    """The record of WORKFLOW for PERIOD, and whose signature is missing."""
    record = session.engine.review(workflow, period, at=at)
    zone = session.zone_of(record["digest"])
    session.out.show(record, lambda page: _page(page, record, zone), rows=record["commitments"])
    if record["unsettled"]:
        waiting = counted(record["unsettled"], "lead")
        session.out.say(f"slaflow: {waiting} not settled up to then; run 'slaflow tick' for the last figures")


def _page(page: Page, record: Mapping[str, Any], zone: tzinfo) -> None:
    ends = f"{instant(record['from'], zone)} to {instant(record['to'], zone)} ({zone})"
    page.line((f"{record['workflow']} {record['period']}", "bold"), f": {ends}")
    page.gap()
    table(page, record["commitments"], zone)
    page.gap()
    for signature in record["signatures"]:
        who, at = signature["actor"], instant(signature["at"], zone)
        by = "" if who == signature["party"] else f" by {who}"
        page.line((signature["party"], "bold"), f" signed{by} {at}, record {signature['record_digest'][:12]}")
    for words in changed_words(record):
        page.line((words, "yellow"))
    if record["missing"]:
        page.line(("not signed", "yellow"), f" by {' and '.join(record['missing'])}")
    page.line(("record", "dim"), f" {record['record_digest'][:12]}")


@command.command("sign", acts=True)
@name_argument("workflow")
@click.argument("period")
@at_option
@pass_session
def sign(session: Session, workflow: str, period: str, at: datetime | None) -> None:
    """One party's signature under the record as 'slaflow review show' gives it."""
    record = session.engine.sign_review(workflow, period, session.require_actor(), at=at)
    digest = record["record_digest"][:12]
    words = f"{record['party']} signed the review of {record['workflow']} {record['period']}, record {digest}"
    session.out.show(record, lambda page: None if session.quiet else page.line(words))
