"""``slaflow outbox retry`` and ``release``: what failed sent again, what is held let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ..options import Command
from ..output import Page
from ..session import Session, pass_session
from ..words import counted

F = TypeVar("F", bound=Callable[..., Any])


def over_options(what: str) -> Callable[[F], F]:
    """``--channel`` and ``--receiver``, of which one may be given; *what* goes over it."""

    def added(command: F) -> F:
        channel = click.option("--channel", metavar="NAME", help=f"Only {what} over this channel.")
        receiver = click.option("--receiver", metavar="NAME", help=f"Only {what} to this receiver.")
        return channel(receiver(command))

    return added


def way(channel: str | None, receiver: str | None) -> str | None:
    """What is meant by the two options, as deliveries call it. Raises ``click.UsageError`` for both."""
    from slaflow.engine.outbox.again import receivers_name

    if channel is not None and receiver is not None:
        raise click.UsageError("give --channel or --receiver, not both")
    return channel if receiver is None else receivers_name(receiver)


@click.command("retry", cls=Command)
@click.argument("messages", nargs=-1, type=click.IntRange(min=1), metavar="[ID]...")
@over_options("what failed")
@pass_session
def retry(session: Session, /, messages: tuple[int, ...], channel: str | None, receiver: str | None) -> None:
    """Has what failed be sent again: of the messages with these ids, or all of a channel or a receiver.

    It waits from now on, with as many tries as at first. What nobody could be told is given a way anew. What
    was for people about a lead that was erased since stays failed.
    """
    from slaflow.engine.outbox import again
    from slaflow.settings.reach_file import read_reach

    name = way(channel, receiver)
    if (name is None) == (not messages):
        raise click.UsageError("give ids of messages, or --channel or --receiver")
    answer = again.retry(session.engine, read_reach(), messages, name)
    session.out.show(answer, lambda page: None if session.quiet else _retried(page, answer))


@click.command("release", cls=Command)
@over_options("what is held")
@pass_session
def release(session: Session, /, channel: str | None, receiver: str | None) -> None:
    """Lets go what is held because there was too much of it at once: it is sent from now on."""
    from slaflow.engine.outbox import again
    from slaflow.settings.reach_file import read_reach

    answer = again.release(session.engine, read_reach(), way(channel, receiver))
    session.out.show(answer, lambda page: None if session.quiet else _released(page, answer))


def _retried(page: Page, answer: Mapping[str, Any]) -> None:
    anew, erased = answer["planned_anew"], answer["erased"]
    if answer["deliveries"] or not (anew or erased):
        some = (counted(answer["deliveries"], "delivery", "deliveries"), "bold")
        page.line(some, " to be sent again", _each(answer))
    if anew:
        page.line((counted(anew, "message"), "bold"), " to be given a way anew")
    if erased:
        page.line(f"{counted(erased, 'delivery', 'deliveries')} left: the lead was erased")
    _shut(page, answer)


def _released(page: Page, answer: Mapping[str, Any]) -> None:
    some = (counted(answer["deliveries"], "delivery", "deliveries"), "bold")
    page.line(some, " let go", _each(answer))
    _shut(page, answer)


def _each(answer: Mapping[str, Any]) -> str:
    each = ", ".join(f"{number} by {name}" for name, number in answer["channels"].items())
    return f": {each}" if each else ""


def _shut(page: Page, answer: Mapping[str, Any]) -> None:
    for name, because in answer["shut"].items():
        page.line(f"{name} takes nothing now: {because}", indent=2)
