"""What ``slaflow log verify --replay`` adds: every step decided again, and what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..output import Page, tell
from ..session import Session
from ..words import clean, counted

if TYPE_CHECKING:
    from slaflow.engine.log.replay import ReplayReport


def decided_again(session: Session, answer: dict[str, Any], jobs: int | None) -> ReplayReport:
    """Decides the log again and puts the verdict into *answer*, where nothing is wrong so far.

    Raises:
        VerificationImpossible: it could not be found out.
    """
    with session.out.progress("entries decided again") as progress:
        again = session.engine.replay(lambda number: progress(number, answer["entries"]), jobs=jobs)
    answer |= again.as_json()
    return again


def replay_lines(page: Page, again: ReplayReport) -> None:
    """The verdict for people; what differs follows on stderr, line by line."""
    leads, left_out = counted(again.leads, "lead"), again.not_checkable
    if again.ok:
        page.line(("deciding it again gives the same", "bold green"), f": {leads}")
    else:
        differing = counted(again.bad, "stream")
        page.line(("deciding it again gives something else", "bold red"), f": {differing}, of {leads}")
    if left_out:
        page.line(f"not checkable: {counted(left_out, 'lead')} ({_reasons(again)})")


def _reasons(again: ReplayReport) -> str:
    return "; ".join(dict.fromkeys(reason for _, reason in again.unchecked))


def tell_differences(again: ReplayReport) -> None:
    """A line for each stream that is not what the agreement makes of it."""
    for error in again.errors():
        tell(clean(f"slaflow: {error}"))
