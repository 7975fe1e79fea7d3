"""``slaflow lead dispute`` and ``lead uphold``: a breach contested, and the contest turned down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import click

from slaflow.lifecycle.events import Verb

from ..completion import name_argument
from ..options import Command, at_option
from ..output import Page
from ..session import Session, pass_session
from .changes import happened

F = TypeVar("F", bound=Callable[..., Any])


about_option = click.option(
    "--about", metavar="REASON",
    help="Instead of TARGET: the latest return for which this input, such as return_reason, said why.",
)  # fmt: skip


def _of_a_breach(command: F) -> F:
    """LEAD, TARGET or ``--about``, ``--reason`` and ``--clock``: which breach or return, and why."""
    reason = click.option(
        "--reason", required=True, metavar="TEXT",
        help="Why, naming nobody: it stays in the log for ever, 500 characters at most.",
    )  # fmt: skip
    clock = click.option(
        "--clock", type=click.IntRange(min=1), metavar="N",
        help="Which of the target's clocks; default: the latest broken.",
    )  # fmt: skip
    target = name_argument("target", metavar="[TARGET]", required=False)
    return name_argument("lead")(target(about_option(reason(clock(at_option(command))))))


@click.command("dispute", cls=Command, acts=True, short_help="Contests a breach, for who owes the promise.")
@_of_a_breach
@pass_session
def dispute(
    session: Session, lead: str, target: str | None, about: str | None, reason: str, clock: int | None,
    at: datetime | None,
) -> None:  # fmt: skip
    """Says, for the party that owes TARGET, that its breach should not count.

    With --about, for the party that got the lead back, that it should not have been given back. It stops
    neither work nor clock. 'slaflow lead lift' grants it, 'slaflow lead uphold' turns it down.
    """
    if about is not None:
        contest(session, "dispute", lead, about, reason, at, {"TARGET": target, "--clock": clock})
        return
    _say(session, session.engine.dispute, lead, _named(target), reason, clock, at)


@click.command("uphold", cls=Command, acts=True, short_help="Turns the dispute of a breach down.")
@_of_a_breach
@pass_session
def uphold(
    session: Session, lead: str, target: str | None, about: str | None, reason: str, clock: int | None,
    at: datetime | None,
) -> None:  # fmt: skip
    """Turns the dispute of TARGET's breach, or of the return --about REASON, down: it stands.

    Who may lift it may say so.
    """
    if about is not None:
        contest(session, "uphold", lead, about, reason, at, {"TARGET": target, "--clock": clock})
        return
    _say(session, session.engine.uphold, lead, _named(target), reason, clock, at)


def _named(target: str | None) -> str:
    if target is None:
        raise click.UsageError("name the TARGET whose breach it is, or a return: --about REASON")
    return target


SAID: Mapping[Verb, str] = {"dispute": "disputed", "lift": "granted", "uphold": "upheld"}


def contest(
    session: Session, verb: Verb, lead: str, about: str, reason: str, at: datetime | None,
    beside: Mapping[str, Any],
) -> None:  # fmt: skip
    """Says it of the latest return of a lead; nothing that is about breaches stands *beside*."""
    if given := [name for name, value in beside.items() if value is not None]:
        raise click.UsageError(f"{given[0]} is about a breach, --about about a return; leave one out")
    actor = session.require_actor()
    before = session.engine.latest(lead, at=at) if session.out.for_people else None
    after = session.engine.contest(lead, verb, about, reason, actor, at=at)

    def page(page: Page) -> None:
        if before is not None and not session.quiet:
            words = f"return for {about} {SAID[verb]}"
            page.line(happened(before, after, words, session.zone_of(after["digest"])))

    session.out.show(after, page)


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
