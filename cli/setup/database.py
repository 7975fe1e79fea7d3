"""``slaflow db``: the tables, brought up to date or back."""

from __future__ import annotations

import click

from ..lead.erase import scrub
from ..options import Group
from ..output import Page
from ..session import Session, pass_session
from ..words import counted


@click.group("db", cls=Group)
def command() -> None:
    """The database's tables: brought up to date or back, named, compared, scrubbed."""


@command.command("upgrade")
@click.argument("revision", default="head")
@pass_session
def upgrade(session: Session, revision: str) -> None:
    """Brings the tables to REVISION (the newest), making the SQLite file where there is none."""
    from slaflow.engine.setup import schema

    schema.upgrade(session.engine, revision)
    _show_revision(session)
    for line in schema.told_on_upgrade(session.engine) if revision == "head" else ():
        session.out.say(f"slaflow: {line}")


@command.command("downgrade")
@click.argument("revision")
@pass_session
def downgrade(session: Session, revision: str) -> None:
    """Takes the tables back to REVISION; 'base' is no tables. What only later ones hold is lost."""
    from slaflow.engine.setup import schema

    schema.downgrade(session.engine, revision)
    _show_revision(session)


@command.command("current")
@pass_session
def current(session: Session) -> None:
    """The revision that the tables are of."""
    _show_revision(session)


def _show_revision(session: Session) -> None:
    from slaflow.engine.setup import schema

    revision = schema.current(session.engine)
    shown = session.engine.database.shown
    words = f"{shown} has no tables" if revision is None else f"{shown} is at revision {revision}"
    session.out.show({"database": shown, "revision": revision}, lambda page: page.line(words))


@command.command("check")
@pass_session
def check(session: Session) -> None:
    """Whether the tables are those this slaflow needs; exit code 1 if not."""
    from slaflow.engine.setup import schema

    differences = schema.check(session.engine)

    def page(page: Page) -> None:
        for line in differences or ["the tables are as they should be"]:
            page.line(line)

    session.out.show({"ok": not differences, "differences": differences}, page)
    if differences:
        session.out.say("slaflow: run 'slaflow db upgrade'")
        raise click.exceptions.Exit(1)


@command.command("rebuild")
@pass_session
def rebuild(session: Session) -> None:
    """Makes anew from the log what reports read instead of it: a row per handoff with what came
    of it, per touch, and per end of a lead.

    Others may go on meanwhile. Until it is done, and after it was cut off, reports ask the log.
    """
    from slaflow.engine.passages.rebuild import rebuild as make_anew

    made = make_anew(session.engine)
    words = f"made anew: {counted(made.handoffs, 'handoff')} of {counted(made.leads, 'lead')}"
    session.out.show(made.as_json(), lambda page: page.line(words))


command.add_command(scrub)
