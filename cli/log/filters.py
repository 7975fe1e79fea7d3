"""The filters of the log as options: the same wherever entries are chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..completion import name_option
from ..options import MOMENT, limit_option
from ..session import Session

if TYPE_CHECKING:
    from slaflow.engine.log.read import LogFilter

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    name_option(
        "lead",
        "--lead",
        metavar="LEAD",
        words="Only of this lead: its identity value, or its number as in '#42'.",
    ),
    name_option("kind", "--kind", words="Only of this kind, as in breached.", metavar="KIND"),
    name_option("actor", "--actor", words="Only what this person or party did.", metavar="WHO"),
    name_option("party", "--party", words="Only of this party: the actor's, of clocks the one that owes."),
    name_option("target", "--target", words="Only about this target or timer."),
    name_option("trigger", "--trigger", words="Only about this trigger."),
    click.option("--from", "start", type=MOMENT, metavar="WHEN", help="At or after this date or instant."),
    click.option("--to", "end", type=MOMENT, metavar="WHEN", help="Before this date or instant."),
    limit_option(),
    click.option("--after", type=int, metavar="ID", help="Only entries after this id: the next page."),
)


def filter_options(command: F) -> F:
    """Puts every filter on a command; what it is given goes to :func:`wanted`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wanted(
    session: Session, *, lead: str | None, start: datetime | date | None, end: datetime | date | None,
    **filters: Any,
) -> LogFilter:  # fmt: skip
    """The filters as the engine takes them. Unknown names and inverted ranges are wrong usage."""
    from slaflow.engine.log.filters import checked
    from slaflow.engine.log.read import LogFilter

    found = LogFilter(
        lead=None if lead is None else _lead_id(session, lead),
        from_=session.moment(start), to=session.moment(end), **filters,
    )  # fmt: skip
    return checked(session.engine, found)


def _lead_id(session: Session, lead: str) -> int:
    from slaflow.engine.leads.address import find

    with session.engine.database.read() as conn:
        return find(conn, lead)
