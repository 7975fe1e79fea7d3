"""``slaflow log``: everything that happened, and whether it still stands as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import click

from .options import MOMENT, Group, limit_option
from .output import Page, Row, tell
from .session import Session, pass_session
from .words import clean, counted, entry_words

STYLES = {
    "breached": "bold red",
    "refused": "yellow",
    "warned": "yellow",
    "clock_met": "green",
    "transition": "bold",
}


@click.group("log", cls=Group, short_help="The log: list, verify.")
def command() -> None:
    """The log: every input and every consequence, chained by hashes."""


@command.command("list")
@click.option("--lead", metavar="LEAD", help="Only of this lead.")
@click.option("--kind", metavar="KIND", help="Only of this kind, as in breached.")
@click.option("--actor", metavar="WHO", help="Only what this person or party did.")
@click.option("--party", metavar="NAME", help="Only of this party: the actor's, of clocks the one that owes.")
@click.option("--target", metavar="NAME", help="Only about this target or timer.")
@click.option("--trigger", metavar="NAME", help="Only about this trigger.")
@click.option("--from", "start", type=MOMENT, metavar="WHEN", help="At or after this date or instant.")
@click.option("--to", "end", type=MOMENT, metavar="WHEN", help="Before this date or instant.")
@limit_option()
@click.option("--after", type=int, metavar="ID", help="Only entries after this id: the next page.")
@pass_session
def list_(
    session: Session, /, lead: str | None, kind: str | None, start: datetime | date | None,
    end: datetime | date | None, **filters: Any,
) -> None:  # fmt: skip
    """Entries, oldest first. A date is that day's start in the agreement's time zone."""
    from slaflow.engine.logbook import LogFilter

    wanted = LogFilter(
        lead=None if lead is None else _lead_id(session, lead),
        kind=_known_kind(kind), from_=session.moment(start), to=session.moment(end), **filters,
    )  # fmt: skip
    session.out.stream((entry.as_json() for entry in session.engine.log(wanted)), _page)


def _lead_id(session: Session, lead: str) -> int:
    from slaflow.engine.leads import find

    with session.engine.database.read() as conn:
        return find(conn, lead)


def _known_kind(kind: str | None) -> str | None:
    from slaflow.errors import did_you_mean
    from slaflow.lifecycle.draft import KINDS

    if kind is not None and kind not in KINDS:
        nearest = did_you_mean(kind, KINDS) or f"; known: {', '.join(KINDS)}"
        raise click.UsageError(f'unknown kind "{kind}"{nearest}')
    return kind


def _page(page: Page, entries: Iterable[Row]) -> None:
    seen = False

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal seen
        for entry in entries:
            seen = True
            kind = entry["kind"], STYLES.get(entry["kind"], "")
            yield (
                str(entry["id"]),
                entry["at"][:19] + "Z",
                entry["stream"],
                kind,
                _by(entry),
                entry_words(entry),
            )

    page.table(("id", "at", "stream", "kind", "by", "what"), rows())
    if not seen:
        page.line("no entries")


def _by(entry: Row) -> str:
    actor, party = entry["actor"], entry["party"]
    return actor if party in (None, actor) else f"{actor} ({party})"


@command.command("verify")
@pass_session
def verify(session: Session) -> None:
    """Recomputes every hash and names the first entry that was changed; exit code 1 if there is one."""
    with session.out.progress("entries") as progress:
        found = session.engine.verify(lambda number: progress(number, None))
    told = found.as_json()
    read = f"{counted(told['entries'], 'entry', 'entries')} in {counted(told['streams'], 'stream')}"

    def page(page: Page) -> None:
        if found.ok:
            page.line(("the log is as it was written", "bold green"), f": {read}")
        else:
            changed = counted(len(found.findings), "stream")
            page.line(("the log was changed", "bold red"), f": {changed} not intact; read {read}")

    session.out.show(told, page)
    for finding in found.findings:
        tell(clean(f"slaflow: {finding.as_error()}"))
    if not found.ok:
        raise click.exceptions.Exit(1)
