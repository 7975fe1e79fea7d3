"""``slaflow workflow migrate``: open leads moved to the version in force, or what would become of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..completion import name_argument
from ..files import FileUnreadable
from ..options import Command, at_option, read_pairs
from ..output import Page
from ..session import Session, pass_session
from ..words import counted, instant

if TYPE_CHECKING:
    from slaflow.engine.migration.report import MigrationReport

SHOWN = 20
"""Leads that are named one by one for people; scripts get all."""


@click.command("migrate", cls=Command, acts=True, short_help="Moves open leads to the version in force.")
@name_argument("workflow", "name")
@click.option(
    "--map", "states", multiple=True, callback=read_pairs, metavar="OLD=NEW",
    help="A state that is called otherwise now, or is gone.",
)  # fmt: skip
@click.option(
    "--target", "targets", multiple=True, callback=read_pairs, metavar="OLD=NEW",
    help="A target or timer that is called otherwise now: the same promise.",
)  # fmt: skip
@click.option("--from", "since", metavar="DIGEST", help="Only leads of this version, by 8 digits or more.")
@click.option(
    "--grace", metavar="DURATION",
    help="How long a promise has of which nothing is left; default: the file's grace, or 1d.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Says what would become of which lead, and moves none.")
@click.option(
    "--plan", type=click.Path(path_type=Path), metavar="FILE",
    help="With --dry-run where to keep it; alone, the plan to carry out.",
)  # fmt: skip
@at_option
@pass_session
def migrate(session: Session, name: str, states: Mapping[str, str], targets: Mapping[str, str],
            since: str | None, grace: str | None, dry_run: bool, plan: Path | None,
            at: datetime | None) -> None:  # fmt: skip
    """Moves every lead on an older version of NAME to the one in force, closed ones aside.

    What was used of a promise stays used; what is left is counted under the new terms. No lead is handed
    over by it, and nobody gets a message but the desk where a lead waits for a team that is no more. What was
    killed goes on when it is run again. Without --as it is an operator's to do, whoever SLAFLOW_ACTOR is.
    """
    terms: dict[str, Any] = {"states": states, "targets": targets, "since": since, "grace": grace, "at": at}
    if plan is not None and not dry_run:
        if any(terms.values()):
            from slaflow.engine.migration.errors import PlanGiven

            raise PlanGiven
        from slaflow.engine.migration.commands import carry_out

        report, leads = carry_out(session.engine, name, plan, _content(plan), session.actor), None
    elif dry_run:
        report, moves = session.engine.preview_migration(name, **terms, by=session.actor, plan=plan)
        leads = [move.as_json() for move in moves]
    else:
        report, leads = session.engine.migrate(name, **terms, by=session.actor), None
    answer = report.as_json() | ({} if leads is None else {"leads": leads})
    session.out.show(answer, lambda page: _page(page, session.zone_of(answer["to"]), report, leads, plan))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnreadable(file, (error.strerror or str(error)).lower()) from error


def _page(
    page: Page, zone: tzinfo, report: MigrationReport, leads: Sequence[dict[str, Any]] | None,
    plan: Path | None,
) -> None:  # fmt: skip
    told = report.as_json()
    would = "would move" if leads is not None else "moved"
    number = counted(told["migrated"], "lead")
    page.line(f"{number} {would} to version {told['to'][:12]} of {told['workflow']}")
    counts = [f"{number} {what}" for what, number in told["clocks"].items() if number]
    if counts:
        page.line(f"clocks: {', '.join(counts)}")
    if leads:
        header = ("lead", "state", "promise", "", "was due", "is due")
        page.table(header, [row for lead in leads[:SHOWN] for row in _rows(lead, zone)])
        page.line((f"times in {zone}", "dim"))
        _rest(page, len(leads), "lead changes", "leads change")
    for each in told["skipped"][:SHOWN]:
        page.line(f"lead {each['lead']} ", ("stays", "yellow"), f": {each['because']}")
    _rest(page, len(told["skipped"]), "lead stays", "leads stay")
    if leads is not None and plan is not None:
        page.line(f"kept in {plan}; carry it out with --plan {plan}")


def _rows(lead: Mapping[str, Any], zone: tzinfo) -> Sequence[Sequence[Any]]:
    left, entered = lead["state"]["from"], lead["state"]["to"]
    state = entered if left == entered else f"{left} -> {entered}"
    clocks = lead["clocks"] or [{"target": "", "what": "", "due_at": {"old": None, "new": None}}]
    return [
        (
            *((str(lead["lead"]), state) if place == 0 else ("", "")), each["target"], each["what"],
            instant(each["due_at"]["old"], zone), instant(each["due_at"]["new"], zone),
        )
        for place, each in enumerate(clocks)
    ]  # fmt: skip


def _rest(page: Page, number: int, one: str, many: str) -> None:
    if number > SHOWN:
        page.line(f"and {counted(number - SHOWN, f'more {one}', f'more {many}')}; --format json names all")
