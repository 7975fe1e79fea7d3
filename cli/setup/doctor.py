"""``slaflow doctor``: whether everything is in order, and how to mend what is not."""

from __future__ import annotations

from dataclasses import asdict

import click

from slaflow.errors import ENVIRONMENT, REFUSED

from ..options import Command
from ..output import Page
from ..session import Session, pass_session


@click.command("doctor", cls=Command)
@pass_session
def command(session: Session) -> None:
    """Looks at database, agreement, clock, leads, tick and outbox, and says how to mend what is amiss.

    Exit code 3 where the database is not as it should be, 1 where something else is not.
    """
    from slaflow.engine.setup.doctor import NEEDED, examine

    checks = examine(session.engine)
    rows = [asdict(check) for check in checks]

    def page(page: Page) -> None:
        marks = {True: ("ok", "green"), False: ("not ok", "bold red")}
        page.table(("", "", ""), [(marks[check.ok], check.name, check.detail) for check in checks])

    session.out.show({"checks": rows}, page, rows=rows)
    failed = {check.name for check in checks if not check.ok}
    if failed:
        raise click.exceptions.Exit(ENVIRONMENT if failed & NEEDED else REFUSED)
