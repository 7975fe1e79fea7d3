"""``slaflow lead dispute`` and ``lead uphold``: a breach contested, and the contest turned down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from ..completion import name_argument
from ..options import Command, at_option
from ..output import Page
from ..session import Session, pass_session
from .changes import happened

F = TypeVar("F", bound=Callable[..., Any])


def _of_a_breach(command: F) -> F:
    """LEAD, TARGET, ``--reason`` and ``--clock``: which breach, and why."""
    reason = click.option(
        "--reason", required=True, metavar="TEXT",
        help="Why, naming nobody: it stays in the log for ever, 500 characters at most.",
    )  # fmt: skip
    clock = click.option(
        "--clock", type=click.IntRange(min=1), metavar="N",
        help="Which of the target's clocks; default: the latest broken.",
    )  # fmt: skip
    return name_argument("lead")(name_argument("target")(reason(clock(at_option(command)))))


@click.command("dispute", cls=Command, acts=True, short_help="Contests a breach, for who owes the promise.")
@_of_a_breach
@pass_session
def dispute(
    session: Session, lead: str, target: str, reason: str, clock: int | None, at: datetime | None
) -> None:
    """Says, for the party that owes TARGET, that its breach should not count.

    It stops neither work nor clock. 'slaflow lead lift' grants it, 'slaflow lead uphold' turns it down.
    """
    _say(session, session.engine.dispute, lead, target, reason, clock, at)


@click.command("uphold", cls=Command, acts=True, short_help="Turns the dispute of a breach down.")
@_of_a_breach
@pass_session
def uphold(
    session: Session, lead: str, target: str, reason: str, clock: int | None, at: datetime | None
) -> None:
    """Turns the dispute of TARGET's breach down: it stands. Who may lift it may say so."""
    _say(session, session.engine.uphold, lead, target, reason, clock, at)


def _say(
    session: Session, do: Callable[..., dict[str, Any]], lead: str, target: str, reason: str,
    clock: int | None, at: datetime | None,
) -> None:  # fmt: skip
    actor = session.require_actor()
    before = session.engine.latest(lead, at=at) if session.out.for_people else None
    after = do(lead, target, reason, actor, clock=clock, at=at)

    def page(page: Page) -> None:
        if before is not None and not session.quiet:
            page.line(happened(before, after, "", session.zone_of(after["digest"])))

    session.out.show(after, page)
