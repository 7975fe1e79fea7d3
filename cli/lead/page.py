"""One lead on a page: where it stands, what runs, what can be done now and what cannot, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..output import Cell, Page, Part
from ..table import Column
from ..words import instant, is_overdue, on_calendar, plain, score, time_left
from .journey import journey_parts

if TYPE_CHECKING:
    from slaflow.workflow.model.workflow import Workflow

WIDTH = 80
"""Characters of a line that is read as prose."""
Lead = Mapping[str, Any]
Clock = Mapping[str, Any]

STATUS_STYLES = {
    "running": "green",
    "paused": "yellow",
    "met": "dim",
    "breached": "bold red",
    "met_late": "red",
    "cancelled": "dim",
    "passed_on": "dim",
    "fired": "dim",
}


def lead_page(page: Page, lead: Lead, workflow: Workflow) -> None:
    """LEAD for the person who works it; instants in the agreement's own time zone."""
    zone = ZoneInfo(workflow.timezone)
    page.line((f"lead {lead['id']}", "bold"), "  ", (lead["key"], "bold cyan"))
    page.table(("", ""), list(_facts(lead, workflow, zone)), indent=2)
    _clocks(page, lead, workflow, zone)
    _possible(page, lead)
    journey_parts(page, lead, zone)


def _facts(lead: Lead, workflow: Workflow, zone: tzinfo) -> Iterator[Sequence[Cell]]:
    if lead["erased_at"]:
        yield ("erased", (instant(lead["erased_at"], zone), "yellow"))
    yield ("state", _state(lead, workflow, zone))
    yield ("owner", lead["owner"] or (_nobody(lead, zone), "yellow"))
    points = f"{score(lead['score'])} (fit {score(lead['fit'])}, engagement {score(lead['engagement'])})"
    yield ("score", points + (f", stage {lead['stage']}" if lead["stage"] else ""))
    if "next_welcome_at" in lead:
        welcome = lead["next_welcome_at"]
        words = f"the next is welcome from {instant(welcome, zone)}" if welcome else "the next is welcome now"
        yield ("pace", (words, "yellow" if welcome else ""))
    if lead["attempts"]["total"]:
        total, channels = lead["attempts"]["total"], lead["attempts"]["channels"]
        yield ("attempts", f"{total} over {channels} channel{'s' if channels != 1 else ''} since the handoff")
    for name, answer in lead["checks"].items():
        given = ", ".join(f"{k} {plain(v)}" for k, v in answer["answer"].items())
        passed = ("passed", "green") if answer["passed"] else ("not passed", "red")
        yield (name, [passed, f" ({given})" if given else ""])
    for name, value in lead["fields"].items():
        if value is not None and value != lead["key"]:
            yield ((name, "dim"), plain(value))
    yield (("created", "dim"), instant(lead["created_at"], zone))


def _nobody(lead: Lead, zone: tzinfo) -> str:
    if lead["waits_for"] is None:
        return "nobody"
    return f"nobody, waits for {lead['waits_for']} since {instant(lead['waits_since'], zone)}"


def _state(lead: Lead, workflow: Workflow, zone: tzinfo) -> list[Part]:
    state = workflow.states[lead["state"]]
    title = f" ({state.title})" if state.title else ""
    held = f", held by {lead['held_by']}" if lead["held_by"] else ""
    return [(lead["state"], "bold"), f"{title} since {instant(lead['entered_at'], zone)}{held}"]


def _clocks(page: Page, lead: Lead, workflow: Workflow, zone: tzinfo) -> None:
    titles = {target.name: target.title for target in workflow.targets}
    running = [c for c in lead["clocks"] if c["ended_at"] is None]
    ended = [c for c in lead["clocks"] if c["ended_at"] is not None]
    if running:
        page.heading(f"Clocks ({workflow.timezone})")
        rows = [_running(clock, titles, zone) for clock in sorted(running, key=_urgency)]
        page.table(
            ("target", "status", Column("owed by", 1), "due", "left", Column("promise", 2)), rows, indent=2
        )
    if ended:
        page.heading("Clocks that ended")
        header = ("target", "how", Column("owed by", 1), "ended", "")
        page.table(header, (_ended(clock, zone) for clock in ended), indent=2)


def _urgency(clock: Clock) -> tuple[bool, int]:
    return clock["status"] == "paused", clock["left_seconds"] or 0


def _running(clock: Clock, titles: Mapping[str, str | None], zone: tzinfo) -> Sequence[Cell]:
    style = "bold red" if is_overdue(clock) and not clock["lifted"] else ""
    due = "" if clock["status"] == "paused" else instant(clock["due_at"], zone)
    calendar = "" if clock["calendar"] == "always" else f" ({clock['calendar']})"
    return (
        clock["target"],
        status_part(clock),
        clock["owed_by"] or "timer",
        due,
        (time_left(clock) + calendar, style),
        (titles.get(clock["target"]) or "", "dim"),
    )


def _ended(clock: Clock, zone: tzinfo) -> Sequence[Cell]:
    late = clock["late_seconds"]
    words = (
        f"{on_calendar(late, clock['calendar'])} late"
        if late is not None and clock["status"] == "met_late"
        else ""
    )
    if clock["status"] == "breached":
        words = f"broken since {instant(clock['breached_at'], zone)}"
    if clock.get("disputed") and not clock["lifted"]:
        words = f"{words}, {_contested(clock)}"
    if clock["lifted"]:
        words = "in time after all, breach lifted" if clock["status"] == "met" else f"{words}, breach lifted"
    owed_by = clock["owed_by"] or "timer"
    return clock["target"], status_part(clock), owed_by, instant(clock["ended_at"], zone), words


def status_part(clock: Clock) -> Part:
    """A clock's status in its colour."""
    status = str(clock["status"]).replace("_", " ")
    if clock["lifted"] and clock["ended_at"] is None:
        return f"{status}, lifted", "yellow"
    if clock.get("disputed") and clock["ended_at"] is None:
        return f"{status}, {_contested(clock)}", STATUS_STYLES.get(clock["status"], "")
    return status, STATUS_STYLES.get(clock["status"], "")


def _contested(clock: Clock) -> str:
    return "disputed and upheld" if clock["upheld"] else "disputed"


def _possible(page: Page, lead: Lead) -> None:
    # What only the system may do nobody has to choose: it stands last.
    can = sorted((row for row in lead["available"] if row["allowed"]), key=_is_for_system)
    cannot = [row for row in lead["available"] if not row["allowed"]]
    if can:
        page.heading("Can be done now")
        page.table(("", "", "", ""), [_allowed(row) for row in can], indent=2)
    if cannot:
        page.heading("Not now")
        for row in cannot:
            refused_row(page, row)
    if not lead["available"]:
        page.gap()
        page.line("nothing leads on from here")


def _is_for_system(row: Mapping[str, Any]) -> bool:
    return list(row["by"]) == ["system"]


def _who(row: Mapping[str, Any]) -> list[str]:
    """Who takes it, with the role where one is asked for."""
    roles = row.get("roles", {})
    return [f"{party} ({roles[party]})" if party in roles else party for party in row["by"]]


def _allowed(row: Mapping[str, Any]) -> Sequence[Cell]:
    by = f"by {' or '.join(_who(row))}"
    auto = ", by itself" if row["auto"] else ""
    wants = " ".join(f"--set {name}=..." for name in row["requires"])
    style = "dim" if _is_for_system(row) else "bold green"
    return (row["trigger"], style), f"-> {row['to']}", by + auto, (wants, "dim")


def refused_row(page: Page, row: Mapping[str, Any]) -> None:
    """A transition that cannot be taken now, each clause that stands in its way on a line."""
    by = f"by {' or '.join(_who(row))}"
    page.line((row["trigger"], "bold"), f" -> {row['to']}, {by}", indent=2)
    for reason in row["because"]:
        page.line(("- ", "red"), reason, indent=4)


def explanation_page(page: Page, answer: Mapping[str, Any]) -> None:
    """Why clocks are due when they are, or why a trigger is refused, in plain words."""
    if "held_by" in answer:
        owner_words(page, answer["plain"])
        return
    if "trigger" in answer:
        _trigger(page, answer)
        return
    clocks = answer["clocks"] if "clocks" in answer else [answer]
    for number, clock in enumerate(clocks):
        if number:
            page.gap()
        _clock_words(page, clock)
    if "available" in answer:
        _possible(page, answer)


def owner_words(page: Page, plain: Sequence[str]) -> None:
    """Why a lead is whose it is; long lines go on below where their text begins."""
    for number, line in enumerate(plain):
        words = line.strip()
        indent = len(line) - len(words)
        for place, piece in enumerate(wrap(words, WIDTH - 2 - indent, break_long_words=False)):
            page.line((piece, "" if number else "bold"), indent=indent + 2 * bool(place))


def _clock_words(page: Page, clock: Mapping[str, Any]) -> None:
    first, *rest = clock["plain"]
    page.line((first, "bold"))
    for line in rest:
        page.line(line.strip(), indent=2 if not line.startswith(" ") else 4)
    left = time_left(clock) if clock["status"] else ""
    if clock["status"] == "paused":
        page.line(("paused", "yellow"), f", {left}", indent=2)
    elif left:
        page.line((left, "bold red" if is_overdue(clock) else "green"), indent=2)


def _trigger(page: Page, answer: Mapping[str, Any]) -> None:
    if answer["allowed"]:
        page.line((answer["trigger"], "bold"), " can be fired now, ", f"from {answer['state']}")
        page.table(("", "", "", ""), [_allowed(row) for row in answer["rows"] if row["allowed"]], indent=2)
        return
    page.line((answer["trigger"], "bold"), f" cannot be fired now, from {answer['state']}")
    for row in answer["rows"]:
        refused_row(page, row)
    if not answer["rows"]:
        for reason in answer["because"]:
            page.line(("- ", "red"), reason, indent=2)
