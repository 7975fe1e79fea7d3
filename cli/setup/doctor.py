"""``slaflow doctor``: whether everything is in order, and how to mend what is not."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from slaflow.errors import ENVIRONMENT, REFUSED

from ..options import Command
from ..output import Page
from ..session import Session, pass_session

if TYPE_CHECKING:
    from slaflow.engine.setup.doctor import Check


@click.command("doctor", cls=Command)
@click.option(
    "--try", "name", is_flag=False, flag_value="", metavar="[NAME]",
    help="Also try each channel and receiver, and oidc, or the one of that name.",
)  # fmt: skip
@pass_session
def command(session: Session, name: str | None) -> None:
    """Looks at database, agreement, clock, leads, tick, outbox, channels; says how to mend what is amiss.

    --try connects, and signs in where something is signed in to; nobody hears of it where that can be had.

    Exit code 3 where the database is not as it should be, 1 where something else is not.
    """
    from slaflow.engine.setup.doctor import NEEDED, examine

    checks = examine(session.engine)
    failed = {check.name for check in checks if not check.ok}
    if not failed & NEEDED:
        checks += _of_reach(session, name)
        failed = {check.name for check in checks if not check.ok}
    rows = [asdict(check) for check in checks]

    def page(page: Page) -> None:
        marks = {True: ("ok", "green"), False: ("not ok", "bold red")}
        page.table(("", "", ""), [(marks[check.ok], check.name, check.detail) for check in checks])

    session.out.show({"checks": rows}, page, rows=rows)
    if failed:
        raise click.exceptions.Exit(ENVIRONMENT if failed & NEEDED else REFUSED)


def _of_reach(session: Session, name: str | None) -> list[Check]:
    """What there is to say of whom slaflow tells and how; with *name* what came of trying it."""
    from slaflow.engine.access import standing as sign_in
    from slaflow.engine.setup.doctor import Check
    from slaflow.link import listening
    from slaflow.link.mirroring import standing as crms
    from slaflow.notify.standing import examine, tried
    from slaflow.settings.file import SettingsInvalid
    from slaflow.settings.reach_file import read_reach

    try:
        reach = read_reach()
    except SettingsInvalid as error:
        return [Check("settings", False, line) for line in str(error).splitlines()]
    found = [
        *examine(session.engine, reach),
        *listening.examine(session.engine, reach),
        *crms.examine(session.engine, reach),
        *sign_in.examine(reach),
    ]
    if name is None:
        return found
    is_sign_in = name == sign_in.NAME and reach.web.oidc is not None
    found += [] if is_sign_in or name in reach.crms else tried(reach, name or None)
    for each in reach.crms if not name else {name} & set(reach.crms):
        found += crms.tried(session.engine, reach, each)
    return [*found, *(sign_in.tried(reach) if is_sign_in or not name else ())]
