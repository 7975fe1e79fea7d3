"""``slaflow lead lift``: a breach excused on the record, or all of a stretch of time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from ..completion import name_argument, name_option
from ..options import MOMENT, Command, at_option
from ..output import Page
from ..session import Session, pass_session
from ..words import counted
from .changes import happened
from .dispute import about_option, contest

REFUSED_SHOWN = 20


@click.command("lift", cls=Command, acts=True, short_help="Excuses a breach, on the record.")
@name_argument("lead", required=False)
@name_argument("target", metavar="[TARGET]", required=False)
@click.option(
    "--reason", required=True, metavar="TEXT",
    help="Why, naming nobody: it stays in the log for ever, 500 characters at most.",
)  # fmt: skip
@click.option(
    "--clock",
    type=click.IntRange(min=1),
    metavar="N",
    help="Which of the target's clocks; default: the latest broken.",
)
@click.option(
    "--from", "start", type=MOMENT, metavar="WHEN", help="In bulk: breaches from this instant on ..."
)
@click.option("--to", "end", type=MOMENT, metavar="WHEN", help="... until before this one.")
@name_option("target", "--target", "only_target", words="In bulk: only breaches of this target.")
@name_option("party", "--party", words="In bulk: only of what this party owes.")
@about_option
@at_option
@pass_session
def lift(session: Session, /, lead: str | None, target: str | None, reason: str, clock: int | None,
         about: str | None, at: datetime | None, **bulk: Any) -> None:  # fmt: skip
    """Excuses the breach of TARGET, and not the duty: what is owed stays owed, its later steps lapse.

    Reports count it as lifted, and show beside it how it stood before. Without LEAD, --from and --to
    name a stretch of time, such as that of an outage: every breach whose instant lies in it is lifted.
    A date is that day's start in the agreement's time zone. With --about it grants the dispute of a return.
    """
    if about is not None:
        if lead is None:
            raise click.UsageError("name the LEAD whose return is disputed")
        contest(session, "lift", lead, about, reason, at, {"TARGET": target, "--clock": clock, **bulk})
        return
    if lead is None:
        if clock is not None:
            raise click.UsageError("--clock names the clock of one LEAD and TARGET")
        _lift_all(session, reason, at, **bulk)
        return
    if target is None:
        raise click.UsageError("name the TARGET whose breach is lifted, as in 'slaflow lead lift 42 respond'")
    if given := [name for name, value in bulk.items() if value is not None]:
        option = {"start": "from", "end": "to", "only_target": "target"}.get(given[0], given[0])
        raise click.UsageError(f"--{option} is for lifting in bulk; leave it out, or LEAD and TARGET")
    _lift_one(session, lead, target, reason, clock, at)


def _lift_one(
    session: Session, lead: str, target: str, reason: str, clock: int | None, at: datetime | None
) -> None:
    actor = session.require_actor()
    before = session.engine.latest(lead, at=at) if session.out.for_people else None
    after = session.engine.lift(lead, target, reason, actor, clock=clock, at=at)

    def page(page: Page) -> None:
        if before is not None and not session.quiet:
            zone = session.zone_of(after["digest"])
            page.line(happened(before, after, "", zone))

    session.out.show(after, page)


def _lift_all(
    session: Session, reason: str, at: datetime | None, start: date | None, end: date | None,
    only_target: str | None, party: str | None,
) -> None:  # fmt: skip
    actor = session.require_actor()
    first, last = session.moment(start), session.moment(end)
    if first is None or last is None:
        raise click.UsageError("name a LEAD and TARGET, or a stretch of time with --from and --to")
    report = session.engine.lift_all(first, last, reason, actor, target=only_target, party=party, at=at)
    found = report.as_json()

    def page(page: Page) -> None:
        leads = f" of {counted(found['leads'], 'lead')}" if found["lifted"] else ""
        page.line(f"{counted(found['lifted'], 'breach', 'breaches')}{leads} lifted")
        for each in found["refused"][:REFUSED_SHOWN]:
            page.line(("- ", "red"), f"lead {each['lead']}, {each['target']}: {each['because']}", indent=2)
        if len(found["refused"]) > REFUSED_SHOWN:
            page.line(f"and {len(found['refused']) - REFUSED_SHOWN} more", indent=2)

    session.out.show(found, page)
    if found["refused"]:
        raise click.exceptions.Exit(1)
