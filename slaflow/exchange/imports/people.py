"""People out of a file: everybody whom its lines name is recorded together, or nobody is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from slaflow.engine.caller import Who
from slaflow.engine.context import Context
from slaflow.engine.setup.recording import CHANGEABLE, Line, PartyMissing, Recorded, add_all
from slaflow.errors import SlaflowError, UnknownName
from slaflow.exchange.imports.source import open_table
from slaflow.exchange.imports.table import Row

COLUMNS = ("email", *CHANGEABLE)
PASSED_OVER = ("since",)
"""What ``user list --format csv`` has too, and nobody can be told."""

_OF_A_COMMAND = re.compile(r"'slaflow |--[a-z]")


class PeopleInvalid(SlaflowError):
    """Lines that cannot be recorded; ``findings`` are all of them, each its line and why. Nothing was."""

    code = "people_invalid"

    def __init__(self, file: Path, findings: Sequence[tuple[int, str]]) -> None:
        self.findings = tuple(findings)
        lines = (f"{file}:{line}: {because}" for line, because in self.findings)
        super().__init__("\n".join((*lines, f"{file}: nobody was recorded; mend that and import it again")))


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """What came of each line, by its number in the file."""

    recorded: tuple[tuple[int, Recorded], ...]
    dry_run: bool = False

    @property
    def added(self) -> int:
        return sum(each.before is None for _, each in self.recorded)

    @property
    def changed(self) -> int:
        return sum(bool(each.changes) for _, each in self.recorded)

    def as_json(self) -> dict[str, Any]:
        """Figures, and under ``rows`` who is new or changed."""
        people = len(self.recorded)
        return {
            "people": people, "added": self.added, "changed": self.changed,
            "unchanged": people - self.added - self.changed, "dry_run": self.dry_run,
            "rows": [
                {
                    "line": line, "email": each.person.email, "added": each.before is None,
                    "changed": {name: {"from": a, "to": b} for name, (a, b) in each.changes.items()},
                }
                for line, each in self.recorded
                if each.before is None or each.changes
            ],
        }  # fmt: skip


def import_people(
    app: Context, file: Path, at: datetime | None = None, *, dry_run: bool = False, by: Who | None = None
) -> PeopleReport:
    """Records everybody of *file* as its columns say, one of :data:`COLUMNS` each, in one transaction.

    An empty cell, and a column that is not there, leave as it is; who is not in the file stays.

    Raises:
        PeopleInvalid: a line cannot be, or a column is unknown; nobody was recorded.
        FileUnreadable, RowsInDoubt: the file is not there, or cannot be read.
        NotPermitted: it is not *by*'s to do, None: an operator's.
    """
    with open_table(file, wanted=COLUMNS) as table:
        if table.columns is not None and (unknown := _of_columns(table.columns)):
            raise PeopleInvalid(file, [(1, because) for because in unknown])
        rows = list(table.rows)
    faults = {_line(row): because for row in rows if (because := _fault(row))}
    lines = [_told(row) for row in rows if _line(row) not in faults]
    outcome = add_all(app, lines, at, dry_run=dry_run or bool(faults), by=by)
    faults |= {number: _words(error) for number, error in outcome.faults.items()}
    if faults:
        raise PeopleInvalid(file, sorted(faults.items()))
    numbers = (line.number for line in lines)
    return PeopleReport(tuple(zip(numbers, outcome.recorded, strict=True)), dry_run)


def _of_columns(columns: Iterable[str]) -> list[str]:
    """What is wrong with them."""
    named = [each for each in columns if each not in PASSED_OVER]
    unknown = [str(UnknownName("column", each, COLUMNS)) for each in named if each not in COLUMNS]
    unknown += [f'the column "{each}" is there twice' for each in COLUMNS if named.count(each) > 1]
    if "email" not in named and not unknown:
        unknown.append('there is no column "email"')
    return unknown


def _fault(row: Row) -> str | None:
    if row.fault is not None:
        return row.fault
    if unknown := _of_columns(row.cells):
        return unknown[0]
    return None if row.cells["email"] else "email: empty"


def _told(row: Row) -> Line:
    given = {name: text for name in CHANGEABLE if (text := row.cells.get(name))}
    return Line(_line(row), row.cells["email"], given)


def _line(row: Row) -> int:
    """Where it stands; in a file without lines its number."""
    return row.number if row.line is None else row.line


def _words(error: SlaflowError) -> str:
    """Why, without what is advice for another command."""
    if isinstance(error, PartyMissing):
        return f'{error.email} is new; give their side in the column "party": {error.sides}'
    kept = [part for part in str(error).split("; ") if not _OF_A_COMMAND.search(part)]
    return "; ".join(kept) or str(error)
