"""A preset held against an agreement and a file: which columns go to which fields, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from slaflow.exchange.errors import PresetUnfit
from slaflow.exchange.imports.source import open_table
from slaflow.exchange.presets.days import Slashed, slashed
from slaflow.exchange.presets.preset import Preset, preset_named, preset_names
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.workflow import Workflow

_TEXTS = ("string", "text")
_FITTING = {
    "email": ("email", *_TEXTS), "text": _TEXTS, "url": ("url", *_TEXTS),
    "number": ("int", "decimal", *_TEXTS), "flag": ("bool",), "date": ("date", "datetime"),
}  # fmt: skip
"""The types of fields that take what a column holds."""
_HELD = {
    "bool": "flag",
    "date": "date",
    "datetime": "date",
    "int": "number",
    "decimal": "number",
    "url": "url",
}
"""What a column holds that is called like a field of this type; others hold text or an address."""
LOOKED_AT = 20_000
"""Rows in which is looked for a date that says whether the month or the day stands first."""
LISTED = 8
"""Columns that a note names; the others it counts."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A column that goes to a field."""

    field: Field
    column: str
    holds: str


@dataclass(slots=True)
class Fitted:
    """What *preset* comes to under *workflow*.

    ``left`` are columns no field is meant by, ``unfit`` says of others why their field does not take them,
    ``dates`` and ``stages`` are columns there that may tell of events, ``missing`` is what identifies a lead
    and is not there.
    """

    preset: Preset
    workflow: Workflow
    taken: list[Taken] = field(default_factory=list)
    created_at: str | None = None
    dates: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    slashed: Slashed | None = None
    left: list[str] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)

    @property
    def formats(self) -> tuple[str, ...]:
        """How dates are written; the preset has the month first where they stand between slashes."""
        if self.slashed is None or not self.slashed.is_day_first:
            return self.preset.formats
        return tuple(each.replace("%m/%d/", "%d/%m/") for each in self.preset.formats)

    @property
    def missing(self) -> list[str]:
        known = {each.field.name for each in self.taken}
        return [name for name in self.workflow.identity if name not in known]

    def notes(self) -> Iterator[str]:
        """What was taken, what was left out and why, and how instants are read; a line each."""
        taken = [each.field.name for each in self.taken]
        yield f"takes {', '.join(taken) or 'nothing'}"
        if self.left:
            yield f'left out, as "{self.workflow.name}" has no field for it: {listed(self.left)}'
        for why in self.unfit:
            yield f"left out: {why}"
        if told := [*self.dates, *self.stages]:
            yield f"left out, as only you can say which trigger each tells of: {listed(told)}"
        if self.created_at is None:
            yield "no column says when a lead came into being; new ones begin when the command runs"
        else:
            zone = f"without an offset it is local time of {self.workflow.timezone}"
            yield f"{self.created_at} is when a lead came into being; {zone} ({self.preset.remark})"
        if self.slashed is not None and self.preset.formats:
            yield f"{self.slashed.example} is read with the {self._order(self.slashed)}"

    @staticmethod
    def _order(slashed: Slashed) -> str:
        if slashed.is_day_first is None:
            return "month first, as no date of the file says otherwise; change format in the map if it is not"
        return "day first" if slashed.is_day_first else "month first"


def listed(names: Sequence[str]) -> str:
    """Some of *names*, and how many more there are; never more than a line."""
    shown = ", ".join(" ".join(name.split()) for name in names[:LISTED])
    return shown if len(names) <= LISTED else f"{shown} and {len(names) - LISTED} more"


def fitted_to(preset: Preset, workflow: Workflow, file: Path | None) -> Fitted:
    """*preset* for *workflow* and the header of *file*; None: an export that has every column.

    Raises:
        FileUnreadable: *file* cannot be opened or has no header.
        RowsInDoubt: nobody can tell where a row of *file* ends.
        PresetUnfit: *file* is not what the system exports.
    """
    if file is None:
        return fit(preset, workflow, preset.usual_columns())
    with open_table(file, None, preset.columns()) as table:
        fitted = fit(preset, workflow, _own_columns(preset, file, table.columns))
        if preset.formats:
            dated = [fitted.created_at or "", *(each.column for each in fitted.taken if each.holds == "date")]
            rows = islice(table.rows, LOOKED_AT)
            fitted.slashed = slashed(row.cells.get(column, "") for row in rows for column in dated)
    return fitted


def _own_columns(preset: Preset, file: Path, columns: Sequence[str] | None) -> Sequence[str]:
    """The header's *columns*, if they are the system's."""
    if columns is None:
        why = f"the rows of {file.name} name their own columns, and a {preset.title} has a header"
        raise PresetUnfit(f"{why}; save the map that --show-map prints and change it")
    if not preset.made(columns):
        raise PresetUnfit(
            f"{file.name}: these columns are not those of a {preset.title}{_other(preset, columns)}"
        )
    return columns


def _other(preset: Preset, columns: Sequence[str]) -> str:
    others = (preset_named(name) for name in preset_names() if name != preset.name)
    found = next((other for other in others if other.made(columns)), None)
    if found is None:
        return f"; it has {' or '.join(preset.marks[:3])}"
    return f"; they look like those of a {found.title}: --map {found.name}"


def check_identity(fitted: Fitted) -> None:
    """Raises ``PresetUnfit`` where nothing of the file says which lead a row is about."""
    if fitted.missing:
        known = " and ".join(fitted.missing)
        raise PresetUnfit(
            f'"{fitted.workflow.name}" knows a lead by {known}, and no column of this {fitted.preset.title} '
            f"is known to hold it; say which one does in the map that --show-map prints"
        )


def fit(preset: Preset, workflow: Workflow, columns: Sequence[str]) -> Fitted:
    """*preset* for an export with these *columns*: each to the field it means, or the one called alike."""
    fitted = Fitted(preset, workflow)
    there = {plain(column): column for column in reversed(columns)}
    used: set[str] = set()
    for meaning in preset.meanings:
        column = _first(meaning.columns, there)
        if column is not None and (found := _field(workflow, (*meaning.fields, column), fitted)) is not None:
            used.add(column)
            _take(fitted, found, column, meaning.holds)
    fitted.created_at = _first(preset.created_at, there)
    for column in dict.fromkeys(columns):
        if column not in used and (found := _field(workflow, (column,), fitted)) is not None:
            used.add(column)
            _take(fitted, found, column, _HELD.get(found.type, "email" if found.type == "email" else "text"))
    dates, stages = ({plain(each) for each in told} for told in (preset.dates, preset.stages))
    rest = [column for column in dict.fromkeys(columns) if column not in {*used, fitted.created_at, ""}]
    fitted.dates = [column for column in rest if plain(column) in dates]
    fitted.stages = [column for column in rest if plain(column) in stages]
    fitted.left = [column for column in rest if plain(column) not in dates | stages]
    return fitted


def plain(name: str) -> str:
    """*name* as names are compared: letters and digits alone, whatever their case."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _first(names: Sequence[str], there: dict[str, str]) -> str | None:
    return next((there[plain(name)] for name in names if plain(name) in there), None)


def _field(workflow: Workflow, names: Sequence[str], fitted: Fitted) -> Field | None:
    """The first field called like one of *names* that nothing goes to yet."""
    taken = {each.field.name for each in fitted.taken}
    free = {plain(name): spec for name, spec in workflow.fields.items() if name not in taken}
    return next((free[plain(name)] for name in names if plain(name) in free), None)


def _take(fitted: Fitted, found: Field, column: str, holds: str) -> None:
    """Takes *column* for the field *found*, or says why that does not take it."""
    asked = found.required or found.name in fitted.workflow.identity
    if found.type not in _FITTING[holds]:
        fitted.unfit.append(f"{column}, as the field {found.name} is {found.type}")
    elif found.one_of and not asked:
        fitted.unfit.append(f"{column}, as the field {found.name} takes nothing but values of its own")
    else:
        fitted.taken.append(Taken(found, column, holds))
