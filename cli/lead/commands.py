"""``slaflow lead``: one lead's whole life, command by command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

import click

from slaflow.exchange.sheet import Row, Sheet

from ..completion import name_argument, name_option
from ..options import (
    LEAD_NUMBER,
    Group,
    as_of_option,
    at_option,
    limit_option,
    occurred_option,
    resurrect_option,
    set_option,
    workflow_option,
)
from ..output import Header, Page
from ..session import Session, pass_session
from ..table import Column
from ..words import lead_number, score
from .changes import added, assigned, happened
from .deal import deal
from .dispute import dispute, uphold
from .erase import erase
from .lift import lift
from .page import explanation_page, lead_page


@click.group("lead", cls=Group)
def command() -> None:
    """Leads. LEAD is a lead's identity value, such as kim@example.com, or its number.

    Quote '#42', or write --id 42: slaflow's own number. A bare 42 is that or an identity; where it
    fits two leads it is refused.
    """


@command.command("add", acts=True)
@set_option("A field's value; repeat for more.")
@resurrect_option
@workflow_option
@at_option
@pass_session
def add(
    session: Session, values: Mapping[str, str], resurrect: bool, workflow: str | None, at: datetime | None
) -> None:
    """Adds one lead under the active agreement."""
    lead = session.engine.add(values, session.require_actor(), at=at, workflow=workflow, resurrect=resurrect)
    session.out.show(lead, lambda page: _tell(session, page, added(lead, session.zone_of(lead["digest"]))))


@command.command("show", short_help="State, owner, score, clocks, what can be done.")
@name_argument("lead")
@click.option(
    "--timeline",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="So many touches and moves, newest first.",
)
@as_of_option
@pass_session
def show(session: Session, lead: str, timeline: int, at: datetime | None) -> None:
    """State, owner, score, clocks, what can be done now and what cannot, and why; what was said and done.

    With --at as it stood then: the same answer that was given then.
    """
    found = session.engine.told(lead, at=at, timeline=timeline)
    workflow = session.engine.workflow(found["digest"])
    session.out.show(found, lambda page: lead_page(page, found, workflow))


@command.command("list")
@name_option("state", "--state", words="Only leads in this state.")
@name_option("person", "--owner", words="Only leads of this owner.", metavar="EMAIL")
@click.option("--waiting", is_flag=True, help="Only leads that wait for a team.")
@name_option("team", "--waits-for", words="Only leads that wait for this team.")
@click.option("--where", metavar="CEL", help='Only leads for which this holds, as in "lead.score >= 50".')
@limit_option()
@click.option("--after", type=LEAD_NUMBER, metavar="ID", help="Only leads after this id: the next page.")
@as_of_option
@pass_session
def list_(
    session: Session, /, at: datetime | None, waiting: bool, waits_for: str | None, **filters: Any
) -> None:
    """Leads by id, as they stand now, or with --at as they stood then."""
    from slaflow.engine.leads.listing import columns

    sheet = Sheet(_latest_clocks, lambda: columns(session.engine))
    leads = session.engine.leads(**filters, waits_for=waits_for or waiting or None, at=at)
    session.out.stream(leads, _list_page, sheet)


def _latest_clocks(lead: Row) -> Row:
    """A row has one place for the clock of a target: that of the last one."""
    return {**lead, "clocks": {clock["target"]: clock for clock in lead["clocks"]}}


def _list_page(page: Page, leads: Iterable[Row]) -> None:
    header = ("id", "lead", "state", Column("owner", 2), Column("score", 3), Column("open clocks", 1))
    rows = (
        (
            lead_number(lead["id"]),
            lead["key"],
            lead["state"],
            f"waits for {lead['waits_for']}" if lead["waits_for"] else lead["owner"],
            score(lead["score"]),
            _open_clocks(lead),
        )
        for lead in leads
    )
    _or_nothing(page, header, rows, "no leads")


def _open_clocks(lead: Row) -> str:
    clocks = [c for c in lead["clocks"] if c["ended_at"] is None]
    return ", ".join(f"{c['target']} {c['status']}" for c in clocks)


def _or_nothing(page: Page, header: Header, rows: Iterable[Any], nothing: str) -> None:
    seen = False

    def noticed() -> Iterable[Any]:
        nonlocal seen
        for row in rows:
            seen = True
            yield row

    page.table(header, noticed())
    if not seen:
        page.line(nothing)


@command.command("fire", acts=True, short_help="Fires a trigger: one transition.")
@name_argument("lead")
@name_argument("trigger")
@set_option("An input that the trigger requires; repeat for more.")
@click.option("--override", is_flag=True, help="Even if its guard does not pass, where the file lets you.")
@click.option(
    "--reason", metavar="TEXT",
    help="Why you override, naming nobody: it stays in the log for ever, 500 characters at most.",
)  # fmt: skip
@occurred_option
@at_option
@pass_session
def fire(
    session: Session, lead: str, trigger: str, values: Mapping[str, str], override: bool, reason: str | None,
    occurred_at: datetime | None, at: datetime | None,
) -> None:  # fmt: skip
    """Fires TRIGGER: one transition, if the agreement allows it now."""
    if override and reason is None:
        raise click.UsageError("say why with --reason: an override is on the record")
    if reason is not None and not override:
        raise click.UsageError("--reason is why you --override; an input goes into --set")
    actor = session.require_actor()
    _write(session, lead, at, occurred_at, trigger, lambda who: session.engine.fire(
        who, trigger, actor, values, override=reason, at=at, occurred_at=occurred_at
    ))  # fmt: skip


@command.command("activity", acts=True, short_help="Records one touchpoint.")
@name_argument("lead")
@name_argument("activity", "kind")
@set_option("A field of this kind of activity; repeat for more.")
@click.option("--automated", is_flag=True, default=None, help="A machine did it: no attempt, no contact.")
@occurred_option
@at_option
@pass_session
def activity(
    session: Session, lead: str, kind: str, values: Mapping[str, str], automated: bool | None,
    occurred_at: datetime | None, at: datetime | None,
) -> None:  # fmt: skip
    """Records one touchpoint of KIND, such as call or demo_request."""
    actor = session.require_actor()
    _write(session, lead, at, occurred_at, f"{kind} recorded", lambda who: session.engine.record(
        who, kind, actor, values, automated=automated or None, at=at, occurred_at=occurred_at
    ))  # fmt: skip


@command.command("check", acts=True)
@name_argument("lead")
@name_argument("check", "name")
@set_option("One value of the answer; repeat for more.")
@occurred_option
@at_option
@pass_session
def check(
    session: Session, lead: str, name: str, values: Mapping[str, str],
    occurred_at: datetime | None, at: datetime | None,
) -> None:  # fmt: skip
    """Answers the qualification check NAME with evidence."""
    actor = session.require_actor()
    _write(session, lead, at, occurred_at, f"{name} answered", lambda who: session.engine.answer(
        who, name, actor, values, at=at, occurred_at=occurred_at
    ))  # fmt: skip


@command.command("set", acts=True)
@name_argument("lead")
@set_option("A field's new value; nothing after the = empties it.", required=True)
@resurrect_option
@occurred_option
@at_option
@pass_session
def set_(
    session: Session, lead: str, values: Mapping[str, str], resurrect: bool,
    occurred_at: datetime | None, at: datetime | None,
) -> None:  # fmt: skip
    """Sets fields by hand."""
    actor = session.require_actor()
    _write(session, lead, at, occurred_at, f"{', '.join(values)} set", lambda who: session.engine.change(
        who, values, actor, at=at, occurred_at=occurred_at, resurrect=resurrect
    ))  # fmt: skip


@command.command("assign", acts=True)
@name_argument("lead")
@name_argument("person", "email")
@at_option
@pass_session
def assign(session: Session, lead: str, email: str, at: datetime | None) -> None:
    """Gives the lead to the person called EMAIL, who is of the party that holds it."""
    actor = session.require_actor()
    _write(
        session, lead, at, None, "assigned", lambda who: session.engine.assign(who, email, actor, at=at),
        assigned,
    )  # fmt: skip


@command.command("explain", short_help="Why due then, why refused, why whose, in plain words.")
@name_argument("lead")
@name_argument("target or trigger", "name", metavar="[TARGET|TRIGGER|owner]", required=False)
@as_of_option
@pass_session
def explain(session: Session, lead: str, name: str | None, at: datetime | None) -> None:
    """Why a clock is due when it is, span by span; why a trigger is refused, clause by clause.

    With the word owner, unless the agreement calls something else so, why the lead is whose it is: by whom
    or by which rule, and what others lacked.
    """
    answer = session.engine.explain(lead, name, at=at)
    session.out.show(answer, lambda page: explanation_page(page, answer))


command.add_command(deal)
command.add_command(erase)
command.add_command(lift)
command.add_command(dispute)
command.add_command(uphold)


def _write(
    session: Session, lead: str, at: datetime | None, occurred_at: datetime | None, what: str,
    do: Callable[[int | str], dict[str, Any]], note: Callable[[dict[str, Any], tzinfo], str] | None = None,
) -> None:  # fmt: skip
    """Carries *do* out; people are told what it changed, and the *note* on it, scripts get LEAD."""
    # People are told what changed, so what stood before is looked at, settled to the same instant.
    before = session.engine.latest(lead, at=at) if session.out.for_people else None
    after = do(lead)

    def page(page: Page) -> None:
        if before is not None:
            zone = session.zone_of(after["digest"])
            answer = happened(before, after, what, zone, on_time=occurred_at is None)
            _tell(session, page, answer if note is None else answer + note(after, zone))

    session.out.show(after, page)


def _tell(session: Session, page: Page, sentence: str) -> None:
    if not session.quiet:
        page.line(sentence)
