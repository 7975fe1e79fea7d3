"""``slaflow review``: the record of both parties for a period, and their signatures under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import click

from slaflow.report.promises import changed_words

from ..completion import names
from ..options import Group, at_option, clock_option
from ..output import Page
from ..session import Session, pass_session
from ..words import counted, instant
from .commitment_page import table


@click.group("review", cls=Group, short_help="A period's record of both parties: show, sign.")
def command() -> None:
    """What both parties promised for a period, what came of it, and who stands by that.

    PERIOD is a month like 2026-03, or 2026-W10, 2026-Q1, 2026, 2026-03-06: whatever is promised per that.
    """


@command.command("show")
@click.argument("workflow", shell_complete=names("workflow"))
@click.argument("period")
@clock_option
@pass_session
def show(session: Session, workflow: str, period: str, at: datetime | None) -> None:
    """The record of WORKFLOW for PERIOD, and whose signature is missing."""
    told = session.engine.review(workflow, period, at=at)
    zone = session.zone_of(told["digest"])
    session.out.show(told, lambda page: _page(page, told, zone), rows=told["commitments"])
    if told["unsettled"]:
        waiting = counted(told["unsettled"], "lead")
        session.out.say(f"slaflow: {waiting} not settled up to then; run 'slaflow tick' for the last figures")


def _page(page: Page, told: Mapping[str, Any], zone: tzinfo) -> None:
    ends = f"{instant(told['from'], zone)} to {instant(told['to'], zone)} ({zone})"
    page.line((f"{told['workflow']} {told['period']}", "bold"), f": {ends}")
    page.gap()
    table(page, told["commitments"], zone)
    page.gap()
    for signature in told["signatures"]:
        who, at = signature["actor"], instant(signature["at"], zone)
        by = "" if who == signature["party"] else f" by {who}"
        page.line((signature["party"], "bold"), f" signed{by} {at}, record {signature['record_digest'][:12]}")
    for words in changed_words(told):
        page.line((words, "yellow"))
    if told["missing"]:
        page.line(("not signed", "yellow"), f" by {' and '.join(told['missing'])}")
    page.line(("record", "dim"), f" {told['record_digest'][:12]}")


@command.command("sign", acts=True)
@click.argument("workflow", shell_complete=names("workflow"))
@click.argument("period")
@at_option
@pass_session
def sign(session: Session, workflow: str, period: str, at: datetime | None) -> None:
    """One party's signature under the record as 'slaflow review show' gives it."""
    told = session.engine.sign_review(workflow, period, session.require_actor(), at=at)
    digest = told["record_digest"][:12]
    words = f"{told['party']} signed the review of {told['workflow']} {told['period']}, record {digest}"
    session.out.show(told, lambda page: None if session.quiet else page.line(words))
