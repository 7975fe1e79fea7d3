"""A map held against the workflow and the file: every name resolved, every ``when`` compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from slaflow.errors import InvalidValue, SlaflowError, UnknownName
from slaflow.exchange.errors import MapInvalid
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.formats import format_problem
from slaflow.exchange.imports.instants import ISO
from slaflow.exchange.imports.map import (
    Constant,
    EventMap,
    FieldCell,
    InstantCell,
    MapDocument,
    read_map_as,
)
from slaflow.exchange.imports.row_names import RowNames
from slaflow.workflow.errors import Finding
from slaflow.workflow.expressions.cel import CompiledExpression, Scope
from slaflow.workflow.expressions.tokens import ExpressionInvalid
from slaflow.workflow.identity import UnseenCharacter
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.parties import SYSTEM
from slaflow.workflow.model.values import as_typed, parse_value
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import Source, keys_of
from slaflow.workflow.yaml.tree import Path

DATED = ("date", "datetime")
NUMBERS = ("int", "decimal")


@dataclass(frozen=True, slots=True)
class BoundEvent:
    """An entry of ``events`` with what its names stand for; ``specs`` are the inputs it may give."""

    said: EventMap
    when: CompiledExpression | None
    specs: Mapping[str, Field]


Form = TypeVar("Form", bound=MapDocument)
FormOf = TypeVar("FormOf", bound=MapDocument, covariant=True)


@dataclass(frozen=True, slots=True)
class BoundMap(Generic[FormOf]):
    """A checked map, ready to read rows with."""

    workflow: Workflow
    timezone: str
    document: FormOf
    names: RowNames
    events: tuple[BoundEvent, ...]
    default_parties: Mapping[tuple[str, str], str]
    """Who does it where nobody is named: the first in ``by`` that is not system, by kind and name."""

    @property
    def columns(self) -> list[str]:
        """The columns the map reads, in its order."""
        return self.document.columns()

    def all_columns(self) -> tuple[str, ...]:
        """Every column of a file whose rows name their own: those the map reads, then what came to light."""
        read = self.names.by_variable
        asked = (
            read.get(name, name.removeprefix("row."))
            for each in self.events
            if each.when
            for name in sorted(each.when.names)
        )
        return tuple(dict.fromkeys([*self.columns, *asked, *self.names.seen]))


ImportMap = BoundMap[MapDocument]


def bind(
    text: str | bytes, filename: str, workflow: Workflow, columns: Sequence[str] | None, actors: Actors
) -> ImportMap:
    """The map in *text* for a file with *columns* (None: rows name their own).

    Raises:
        MapInvalid: with everything that is wrong, each with line and column.
    """
    return bind_as(MapDocument, text, filename, workflow, columns, actors)


def bind_as(
    form: type[Form], text: str | bytes, filename: str, workflow: Workflow, columns: Sequence[str] | None,
    actors: Actors,
) -> BoundMap[Form]:  # fmt: skip
    """The same of a map that may say what *form* knows besides. Errors as :func:`bind`."""
    document, source, findings = read_map_as(form, text)
    binder = _Binder(document, source, findings, workflow, RowNames(columns), actors)
    if source.root is not None:
        binder.check_columns()
        binder.check_lead()
        for path, cell in document.instants():
            binder.check_instant(path, cell)
    events = tuple(binder.event(path, event) for path, event in document.placed_events())
    if findings:
        raise MapInvalid(findings, filename)
    timezone = document.timezone or workflow.timezone
    return BoundMap(workflow, timezone, document, binder.names, events, default_parties(workflow))


def default_parties(workflow: Workflow) -> dict[tuple[str, str], str]:
    """By ``(trigger or activity, name)`` the first party in ``by`` that is not system, else system."""
    by: dict[tuple[str, str], list[str]] = {}
    for row in workflow.transitions:
        by.setdefault(("trigger", row.trigger), []).extend(row.by)
    for kind in workflow.activities.values():
        by[("activity", kind.kind)] = list(kind.by)
    return {name: next((p for p in parties if p != SYSTEM), SYSTEM) for name, parties in by.items()}


class _Binder:
    """Resolves one document's names and collects what is wrong with them."""

    def __init__(
        self, document: MapDocument, source: Source, findings: list[Finding],
        workflow: Workflow, names: RowNames, actors: Actors,
    ) -> None:  # fmt: skip
        self.document = document
        self.source = source
        self.findings = findings
        self.workflow = workflow
        self.names = names
        self.actors = actors
        self.scope: Scope = names.scope([event.when for _, event in document.placed_events() if event.when])

    def tell(
        self, path: Path, message: str | SlaflowError, *, key: bool = False, offset: int | None = 0
    ) -> None:
        self.findings.append(self.source.finding(path, str(message), key=key, offset=offset))

    def check_columns(self) -> None:
        """Every column of the map is in the file, once."""
        columns = self.names.columns
        if columns is None:
            return
        for path, cell in self.document.cells():
            if cell.column not in columns:
                self.tell((*path, "column"), UnknownName("column", cell.column, columns))
            elif list(columns).count(cell.column) > 1:
                self.tell(
                    (*path, "column"), f'column "{cell.column}" stands more than once in the file; rename one'
                )

    def check_lead(self) -> None:
        self.values(("lead",), self.document.lead, self.workflow.fields, "field")
        written = set(keys_of(self.source.data, "lead"))
        for name in self.workflow.identity if self.document.names_leads else ():
            if written and name not in written:
                self.tell(("lead",), f"a lead is known by {name}; say which column holds it", key=True)

    def event(self, path: Path, event: EventMap) -> BoundEvent:
        specs = self.specs(path, event)
        self.check_instant((*path, "at"), event.at)
        self.values((*path, "set"), event.values, specs, "input" if event.kind == "trigger" else "field")
        if event.party is not None and event.party not in self.workflow.parties:
            self.tell((*path, "as", "party"), UnknownName("party", event.party, self.workflow.parties))
        if isinstance(event.actor, Constant):
            self.actor((*path, "as"), event.actor)
        return BoundEvent(event, self.when((*path, "when"), event.when), specs)

    def specs(self, path: Path, event: EventMap) -> dict[str, Field]:
        """The inputs the event may give: those of its trigger or activity, of all where a column names it."""
        name = event.name.text if isinstance(event.name, Constant) else None
        if event.kind == "trigger":
            known = {row.trigger: row.requires for row in reversed(self.workflow.transitions)}
            for row in reversed(self.workflow.transitions):
                known[row.trigger] = {**known[row.trigger], **row.requires}
        else:
            known = {kind.kind: kind.fields for kind in self.workflow.activities.values()}
        if name is not None and name not in known:
            self.tell((*path, event.kind), UnknownName(event.kind, name, known))
        wanted = known.values() if name is None else [known.get(name, {})]
        return {field: spec for fields in wanted for field, spec in fields.items()}

    def actor(self, path: Path, actor: Constant) -> None:
        try:
            self.actors.named(actor.text)
        except (UnknownName, UnseenCharacter) as error:
            self.tell(path, error)

    def values(
        self, path: Path, values: Mapping[str, FieldCell | Constant], specs: Mapping[str, Field], what: str
    ) -> None:
        for name, given in values.items():
            spec = specs.get(name)
            if spec is None:
                self.tell((*path, name, "column"), UnknownName(what, name, specs))
            else:
                self.value((*path, name), given, spec)

    def value(self, path: Path, given: FieldCell | Constant, spec: Field) -> None:
        if not isinstance(given, Constant):
            self.cell(path, given, spec)
            return
        try:
            parse_value(spec, as_typed(spec, given.text), self.workflow.timezone)
        except InvalidValue as error:
            self.tell(path, f"{error}; for a column write {{column: {given.text}}}")

    def cell(self, path: Path, cell: FieldCell, spec: Field) -> None:
        """Whether what the map says of a column is of any use to a field like *spec*."""
        phrases = (
            (cell.format or cell.timezone, DATED, "format and timezone are for dates and instants"),
            (cell.true or cell.false, ("bool",), "true and false are for fields that are bool"),
            (cell.decimal or cell.thousands, NUMBERS, "decimal and thousands are for numbers"),
        )
        for said, types, rule in phrases:
            if said and spec.type not in types:
                self.tell((*path, "column"), f"{rule}; {spec.name} is {spec.type}")
        if spec.type in DATED:
            self.check_instant(path, cell, of_date=spec.type == "date")

    def check_instant(self, path: Path, cell: InstantCell | None, *, of_date: bool = False) -> None:
        """Whether the cell's format tells all of an instant or a date."""
        for format in cell.format if cell is not None else ():
            if format != ISO and (problem := format_problem(format, of_date=of_date)):
                self.tell((*path, "format"), f'cannot read by "{format}": {problem}', offset=None)

    def when(self, path: Path, when: str | None) -> CompiledExpression | None:
        if when is None:
            return None
        try:
            return self.scope.compile(when, "bool")
        except ExpressionInvalid as error:
            for problem in error.problems:
                self.tell(path, problem.message, offset=problem.offset)
            return None
