"""``slaflow log``: everything that happened, and whether it still stands as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

import click

from slaflow.exchange.sheet import Row, Sheet

from ..options import Group
from ..output import Page
from ..session import Session, pass_session
from ..table import Column
from ..words import entry_words, instant
from .archive import archive, tell_archived
from .checkpoint import check_proof, checkpoint, cosign, prove
from .export import command as export
from .filters import filter_options, wanted
from .verify import verify

STYLES = {
    "breached": "bold red",
    "refused": "yellow",
    "warned": "yellow",
    "clock_met": "green",
    "transition": "bold",
}


@click.group("log", cls=Group)
def command() -> None:
    """The log: every input and every consequence, chained by hashes."""


@command.command("list")
@filter_options
@pass_session
def list_(session: Session, /, **filters: Any) -> None:
    """Entries, oldest first; for people their times are in the agreement's time zone.

    A date is that day's start in that zone.
    """
    chosen = wanted(session, **filters)
    session.out.stream(
        (entry.as_json() for entry in session.engine.log(chosen)),
        lambda page, entries: _page(page, entries, session.zone),
        Sheet(whole=frozenset(("data",))),
    )
    tell_archived(session, chosen)


command.add_command(export)


def _page(page: Page, entries: Iterable[Row], zone: tzinfo) -> None:
    seen = False

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal seen
        for entry in entries:
            seen = True
            kind = entry["kind"], STYLES.get(entry["kind"], "")
            yield (
                str(entry["id"]),
                instant(entry["at"], zone),
                entry["stream"],
                kind,
                _by(entry),
                entry_words(entry, zone),
            )

    page.table(("id", "at", Column("stream", 1), "kind", Column("by", 2), "what"), rows())
    if not seen:
        page.line("no entries")
    elif page.is_terminal:
        page.gap()
        page.line((f"times in {zone}", "dim"))


def _by(entry: Row) -> str:
    actor, party = entry["actor"], entry["party"]
    return actor if party in (None, actor) else f"{actor} ({party})"


for each in (verify, checkpoint, cosign, prove, check_proof, archive):
    command.add_command(each)
