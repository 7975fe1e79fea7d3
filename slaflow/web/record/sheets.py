"""A report as its page shows it: a finding in a sentence, a plot, and tables of the same figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from slaflow.agreement.document.blocks import capital
from slaflow.hours.words import duration, open_time
from slaflow.language import _, grouped
from slaflow.report.rates import percent_text
from slaflow.report.rows import rows_of
from slaflow.web.record.names import Names
from slaflow.web.record.plots import Plot, Tone

Figures = Mapping[str, Any]
Way = Callable[[Any], str]
Spelt = Callable[[str], str]
"""Writes an instant."""
FEW = 5
"""Leads in one cell of a table."""
FOUR: tuple[Tone, ...] = ("first", "second", "third", "fourth")
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Cell:
    """``leads`` are those behind it; ``is_cut``: there are more than these."""

    words: str
    leads: tuple[int, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    words: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote when a lead came back."""

    at: str
    lead: int
    by: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Sheet:
    plot: Plot | None
    tables: tuple[Table, ...]
    quotes: tuple[Quote, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` is the way to the value in a row, with dots; ``way`` writes it."""

    words: str
    key: str
    way: Way
    is_number: bool = True
    leads: Callable[[Figures], tuple[Any, ...]] | None = None


@dataclass(slots=True)
class Telling:
    """What tables of one report are made with: its figures, the names, the leads behind each kind."""

    figures: Figures
    names: Names
    behind: dict[tuple[Any, ...], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.behind = {tuple(each["kind"]): each["leads"] for each in self.figures.get("behind", ())}

    @property
    def by(self) -> str | None:
        return self.figures.get("by")

    def rows(self, what: str, name: str = "name") -> list[dict[str, Any]]:
        """A row for each of *what*, in every group; the group's name stands under an empty key."""
        found = list(rows_of(self.figures, what, name))
        return [{"": row[self.by], **row} for row in found] if self.by else found

    def table(self, title: str, columns: Sequence[Column], rows: Sequence[Figures]) -> Table:
        heads = [Head(each.words, each.is_number) for each in columns]
        if self.by:
            heads.insert(0, Head(self.names.grouping(self.by), is_number=False))
        return Table(title, tuple(heads), tuple(self._row(columns, row) for row in rows))

    def _row(self, columns: Sequence[Column], row: Figures) -> tuple[Cell, ...]:
        cells = [self._cell(each, row) for each in columns]
        if self.by:
            cells.insert(0, Cell(self.names.group(self.by, row[""])))
        else:
            cells[0] = replace(cells[0], words=capital(cells[0].words))
        return tuple(cells)

    def _cell(self, column: Column, row: Figures) -> Cell:
        value: Any = row
        for part in column.key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        words = NOTHING if value is None else column.way(value)
        if column.leads is None or self.by or not value:
            return Cell(words)
        leads = tuple(self.behind.get(column.leads(row), ()))[:FEW]
        return Cell(words, leads, isinstance(value, int) and value > len(leads) > 0)

    def of(self, row: Figures, words: str) -> str:
        """*words*, behind the group that the row is of."""
        return f"{self.names.group(self.by, row[''])}: {words}" if self.by else capital(words)

    def groups(self) -> list[tuple[str, Figures]]:
        """Each group by how it is called; none where there are no groups."""
        if not self.by:
            return []
        return [(self.names.group(self.by, name), each) for name, each in self.figures["groups"].items()]


def count(number: Any) -> str:
    return grouped(number) if number else NOTHING


def rate(share: Any) -> str:
    return percent_text(share, 1)


def decimal(value: Any) -> str:
    return f"{value:g}"


def opened(seconds: Any) -> str:
    return open_time(seconds)


def elapsed(seconds: Any) -> str:
    return duration(seconds)


def share_words(value: float | None) -> str:
    return _("none decided") if value is None else rate(value)


def spoken(name: str) -> str:
    """A name that stands in no agreement's titles, such as a reason."""
    return _("(none)") if name == "(none)" else name.replace("_", " ")


def as_it_is(value: Any) -> str:
    return str(value)
