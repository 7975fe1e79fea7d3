"""What ``when`` may call a row's columns.

Every column is text under ``row.`` and its name, each character but letters, digits and ``_`` read as
``_``: ``Won Date`` is ``row.Won_Date``. A digit in front gets a ``_`` before it, and where two columns
would be called the same, neither can be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slaflow.workflow.expressions.cel import Scope
from slaflow.workflow.expressions.syntax import parse
from slaflow.workflow.expressions.tokens import ExpressionInvalid

_OTHER = re.compile(r"[^A-Za-z0-9_.]")


def variable_of(column: str) -> str:
    """What an expression calls *column*; a dot, as nested JSON makes, stays."""
    parts = (_OTHER.sub("_", part) or "_" for part in column.split("."))
    return ".".join(["row", *(f"_{part}" if part[0].isdigit() else part for part in parts)])


@dataclass
class RowNames:
    """The columns of one file by what expressions call them; JSON's columns come to light row by row."""

    columns: Sequence[str] | None
    """The file's header; None where rows name their own columns."""
    by_variable: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)
    """Every column that came to light, in that order."""
    _columns: dict[frozenset[str], list[tuple[str, str]]] = field(default_factory=dict)
    """The column of each name, for names that were asked for together since the last column came to light."""

    def __post_init__(self) -> None:
        for column in self.columns or ():
            self.note(column)

    def note(self, column: str) -> None:
        """Takes up a column."""
        self.seen[column] = None
        self._columns.clear()
        variable = variable_of(column)
        if self.columns is None and variable == f"row.{column}":
            self.by_variable[variable] = column
        first = self.by_variable.setdefault(variable, column)
        if first != column:
            self.ambiguous.setdefault(variable, [first]).append(column)

    def scope(self, texts: Sequence[str]) -> Scope:
        """What expressions may read: the header's columns, or whatever *texts* name with ``row.``."""
        if self.columns is not None:
            readable = self.by_variable.keys() - self.ambiguous.keys()
        else:
            readable = {name for text in texts for name in _names(text) if name.startswith("row.")}
        return Scope({name: "string" for name in sorted(readable)})

    def meet(self, cells: Mapping[str, str]) -> None:
        """Takes up the columns of a row that names its own."""
        if self.columns is None and not cells.keys() <= self.seen.keys():
            for column in cells:
                self.note(column)

    def values(self, names: frozenset[str], cells: Mapping[str, str]) -> dict[str, str]:
        """The text of each of *names*; what the row does not have is empty."""
        columns = self._columns.get(names)
        if columns is None:
            columns = self._columns[names] = [(name, self.by_variable.get(name, "")) for name in names]
        return {name: cells.get(column, "") for name, column in columns}


def _names(text: str) -> list[str]:
    """Every dotted name in an expression; none where it cannot be read, which compiling it tells."""
    try:
        return [node.text for node in parse(text).nodes if node.kind == "name"]
    except ExpressionInvalid:
        return []
