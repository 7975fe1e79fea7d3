"""What an address of the record asks for: a report, a period, how to group it; else a line that says why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from slaflow.engine.app import Engine
from slaflow.engine.figures.kept import LONGEST, Place
from slaflow.engine.figures.readers import Reader
from slaflow.errors import SlaflowError
from slaflow.hours.zones import supported
from slaflow.language import _
from slaflow.report.question import UnknownGrouping
from slaflow.report.record.reports import (
    REPORTS,
    WITHOUT_GROUPS,
    WITHOUT_PERIOD,
    check_grouping,
    period_text,
)
from slaflow.workflow.model.commitment import Every
from slaflow.workflow.model.periods import Period, period_of


class Unanswerable(SlaflowError):
    """An address that asks for what there is not; ``status`` says of which kind that is."""

    code = "unanswerable"

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Question:
    """A report's, as it was written: ``start`` and ``end`` as they stand in the address."""

    report: str
    start: str
    end: str
    by: str
    place: Place

    def address(self, suffix: str = "", **changed: str) -> str:
        """The report's own address, as seen from the root of the site, with that changed."""
        asked = {"from": self.start, "to": self.end, "by": self.by, **changed}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"record/{self.report}{suffix}" + (f"?{query}" if query else "")


def titles() -> dict[str, str]:
    """The reports there are, and what each is called."""
    return {
        "sla": _("Promises"), "handoffs": _("Handoffs"), "waste": _("What became of them"),
        "returns": _("Returns"), "funnel": _("Funnel"), "aging": _("Open leads"), "losses": _("Losses"),
        "content": _("What was said"), "journey": _("Journey"), "candour": _("Candour"),
        "commitments": _("Commitments"),
    }  # fmt: skip


def question(app: Engine, reader: Reader, report: str, start: str, end: str, by: str) -> Question:
    """The report that is asked for. Raises ``Unanswerable``."""
    if report not in REPORTS:
        raise Unanswerable(404, _("there is no such report; the record leads to those there are"))
    if by and report in WITHOUT_GROUPS:
        raise Unanswerable(422, _("commitments are not grouped; leave out by"))
    first = _instant("from", start, reader.dates_in) if report not in WITHOUT_PERIOD else None
    last = _instant("to", end, reader.dates_in) if report not in WITHOUT_PERIOD else None
    if first is not None and last is not None and last <= first:
        raise Unanswerable(422, _("from is not before to; swap them"))
    if by:
        _check(app, by)
    return Question(report, start, end, by, Place(report, "", period_text(first, last), by))


def _check(app: Engine, by: str) -> None:
    try:
        if len(by) > LONGEST:
            raise Unanswerable(422, _("nothing to group by has so long a name"))
        check_grouping(app, by)
    except UnknownGrouping as error:
        raise Unanswerable(422, str(error)) from None


def _instant(name: str, text: str, zone: ZoneInfo) -> datetime | None:
    """A date is that day's start; an instant says its offset."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if len(text) == len("2026-03-01"):
            return supported(datetime.combine(found.date(), time(), zone))
    except (ValueError, OverflowError):
        wrong = _("{name} is neither a date like 2026-03-01 nor an instant like 2026-03-01T09:00+01:00")
        raise Unanswerable(422, wrong.format(name=name)) from None
    except SlaflowError as error:
        raise Unanswerable(422, f"{name}: {error}") from None
    if found.tzinfo is None:
        wrong = _("{name} has no offset, so it is no instant; write a date, or add one like +01:00")
        raise Unanswerable(422, wrong.format(name=name))
    return _supported(name, found)


def _supported(name: str, at: datetime) -> datetime:
    try:
        return supported(at)
    except SlaflowError as error:
        raise Unanswerable(422, f"{name}: {error}") from None


def spans(reader: Reader, every: Every) -> list[tuple[str, str, str]]:
    """(words, from, to) of what is asked for most: all of it, the period that runs, the one before."""
    running = period_of(every, reader.at.astimezone(reader.dates_in).date())
    before = _before(running)
    return [
        (_("Everything so far"), "", ""),
        *((each.label, each.first.isoformat(), each.end.isoformat()) for each in (running, before)),
    ]


def _before(period: Period) -> Period:
    return period_of(period.every, period.first - timedelta(days=1))
