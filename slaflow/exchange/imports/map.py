"""The import map as pydantic models: which column of a file says what about a lead.

What its names mean is for ``binding.py``: whether the workflow declares them and the file has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Discriminator, Field, PlainValidator, Tag, model_validator

from slaflow.errors import UnknownName
from slaflow.exchange.imports.delimited import DELIMITERS
from slaflow.hours.zones import zone_problem
from slaflow.workflow.document.messages import Fault, in_one_piece
from slaflow.workflow.document.reading import DocumentReader, Itemized
from slaflow.workflow.document.types import Doc, fault
from slaflow.workflow.errors import Finding
from slaflow.workflow.yaml.read import Source, read_yaml
from slaflow.workflow.yaml.tree import Node, Path

SPELLED = frozenset(("null", "true", "false"))
"""Keys whose texts are meant as they stand: ``NULL`` and ``true`` are words here."""


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise fault("one plain value is expected here")


def _words(key: str, value: object) -> list[str]:
    words: list[Any] = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(word, str) for word in words):
        raise fault(f'{key} is a text of the file or a list of them, such as [Yes, "1"]')
    return [word.strip() for word in words]


def _zone(value: object) -> str:
    if problem := zone_problem(_word(value), guessing=False):
        raise fault(problem)
    return _word(value)


def _delimiter(value: object) -> str:
    """A delimiter by its name or as it is."""
    delimiter = DELIMITERS.get(_word(value), _word(value))
    if delimiter not in DELIMITERS.values():
        raise fault(str(UnknownName("delimiter", delimiter, DELIMITERS)))
    return delimiter


def _one_of(key: str, known: str) -> PlainValidator:
    def check(value: object) -> str:
        if _word(value) not in tuple(known):
            listed = " ".join(f'"{each}"' for each in known)
            raise fault(f"{key} is one of {listed}")
        return _word(value)

    return PlainValidator(check)


def _formats(value: object) -> tuple[str, ...]:
    formats = value if isinstance(value, list) else [value]
    if not formats:
        raise fault(
            'format is one, or a list of which the first that reads a cell counts, as [iso, "%m/%d/%Y"]'
        )
    return tuple(_word(each) for each in formats)


def _footer(value: object) -> tuple[str, ...]:
    words = _words("footer", value)
    if not all(words):
        raise fault("a line of footer begins with something; an empty text would begin every line")
    return tuple(words)


def _lowered(key: str) -> PlainValidator:
    return PlainValidator(lambda value: tuple(word.lower() for word in _words(key, value)))


Word = Annotated[str, PlainValidator(_word)]
"""A plain value as the text a cell would hold."""
Zone = Annotated[str, PlainValidator(_zone)]
Nulls = Annotated[frozenset[str], PlainValidator(lambda value: frozenset(_words("null", value)))]
"""Texts that count as an empty cell."""
Formats = Annotated[tuple[str, ...], PlainValidator(_formats)]
"""How dates and instants are written, each way tried in turn; none: ISO 8601."""


class Part(Doc):
    """A mapping in which a key without a value is as good as none; a bare value stands for ``short``."""

    short: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, value: Any) -> Any:
        if isinstance(value, dict):
            known = {info.alias or name for name, info in cls.model_fields.items()}
            return {key: each for key, each in value.items() if each is not None or key not in known}
        return {cls.short: value} if cls.short else value


class Cell(Part):
    """A column, and how its text is read."""

    short = "column"
    column: Word = Field(description="which column of the file")
    empty: Word | None = None
    null: Nulls = frozenset()

    @property
    def if_empty(self) -> str | None:
        """What an empty cell stands for; None: an empty cell says nothing."""
        return self.empty

    def read(self, cells: Mapping[str, str]) -> str:
        """The text in this row; an empty cell gives its ``empty``."""
        text = cells.get(self.column, "")
        return ("" if text in self.null else text) or self.if_empty or ""


class ActorCell(Cell):
    party: Word | None = None
    """That of whoever the cell names; None: the cell names a party or a known person."""


class InstantCell(Cell):
    timezone: Zone | None = None
    format: Formats = ()


class FieldCell(InstantCell):
    true: Annotated[tuple[str, ...], _lowered("true")] = ()
    """Texts, in lower case, that mean true; ``false`` likewise."""
    false: Annotated[tuple[str, ...], _lowered("false")] = ()
    decimal: Annotated[str, _one_of("decimal", ".,")] | None = None
    thousands: Annotated[str, _one_of("thousands", "., '\u2019_")] | None = None

    @cached_property
    def if_empty(self) -> str | None:
        """``empty``, or true or false where that has the empty text."""
        return next(iter(self._meanings()), None)

    def _meanings(self) -> list[str]:
        meant = {"true": self.true, "false": self.false}
        said = [next(filter(None, words), key) for key, words in meant.items() if "" in words]
        return said if self.empty is None else [self.empty, *said]

    @model_validator(mode="after")
    def _means_one_thing(self) -> FieldCell:
        if len(self._meanings()) > 1:
            raise fault("what an empty cell means is said twice: keep one of empty, true and false")
        return self


class Constant(Part):
    """A value that stands in the map itself, as text."""

    short = "value"
    text: Word = Field(alias="value")

    def read(self, cells: Mapping[str, str]) -> str:
        """The same in every row."""
        return self.text


Given = Cell | Constant
_Fixed = Annotated[Constant, Tag("Constant")]


def _cell_in_a_mapping(cell: type[Cell]) -> Discriminator:
    """What stands in the map itself, or a mapping with the column it stands in."""
    return Discriminator(lambda given: cell.__name__ if isinstance(given, dict) else "Constant")


def _lead_tag(given: object) -> str:
    """A column, or a mapping with one, or with a fixed ``value``."""
    return "Constant" if isinstance(given, dict) and "value" in given else "FieldCell"


SaidName = Annotated[Annotated[Cell, Tag("Cell")] | _Fixed, _cell_in_a_mapping(Cell)]
SaidActor = Annotated[Annotated[ActorCell, Tag("ActorCell")] | _Fixed, _cell_in_a_mapping(ActorCell)]
SaidValue = Annotated[Annotated[FieldCell, Tag("FieldCell")] | _Fixed, _cell_in_a_mapping(FieldCell)]
LeadValue = Annotated[Annotated[FieldCell, Tag("FieldCell")] | _Fixed, Discriminator(_lead_tag)]


class EventMap(Part):
    """One entry of ``events``: what each row says happened."""

    trigger: SaidName | None = None
    activity: SaidName | None = None
    when: Word | None = None
    at: InstantCell = Field(description="which column says when it happened")
    actor: SaidActor | None = Field(None, alias="as")
    values: dict[str, SaidValue] = Field(default_factory=dict, alias="set")

    @model_validator(mode="after")
    def _is_one_of_two(self) -> EventMap:
        if (self.trigger is None) == (self.activity is None):
            raise fault("an event is either a trigger or an activity; give one of them")
        return self

    @property
    def kind(self) -> Literal["trigger", "activity"]:
        return "activity" if self.trigger is None else "trigger"

    @property
    def name(self) -> Given:
        name = self.trigger or self.activity
        assert name is not None
        return name

    @property
    def party(self) -> str | None:
        """The party of whoever the cell of ``as`` names."""
        return self.actor.party if isinstance(self.actor, ActorCell) else None


class MapDocument(Itemized):
    """A map as it is written; an event with a fault is None. ``timezone`` None is the workflow's."""

    delimiter: Annotated[str, PlainValidator(_delimiter)] | None = None
    """What ends the cells of a CSV; None: the file tells."""
    timezone: Zone | None = None
    null: Nulls = frozenset()
    """Texts that count as an empty cell in every column."""
    unescape: bool = False
    """Whether an apostrophe or ``="..."`` that keeps a spreadsheet from calculating is no part of a text."""
    footer: Annotated[tuple[str, ...], PlainValidator(_footer)] = ()
    """How lines begin that the exporting system writes below the last row."""
    lead: dict[str, LeadValue] = Field(default_factory=dict)
    created_at: InstantCell | None = None
    events: list[EventMap] = Field(default_factory=list)

    @property
    def names_leads(self) -> bool:
        """Whether nothing but ``lead`` tells whose row it is."""
        return True

    @classmethod
    def as_called(cls, data: dict[str, Any]) -> dict[str, Any]:
        """The map with its columns called as the file calls them."""
        return data

    def instants(self) -> Iterator[tuple[Path, InstantCell]]:
        """What a row says is as old as, beside its events."""
        if self.created_at is not None:
            yield ("created_at",), self.created_at

    def cells(self) -> Iterator[tuple[Path, Cell]]:
        """Every cell the map reads, in order, and where it stands."""
        given: list[tuple[Path, Given | None]] = [(("lead", name), each) for name, each in self.lead.items()]
        given += self.instants()
        for path, event in self.placed_events():
            given += [((*path, event.kind), event.name), ((*path, "at"), event.at)]
            given.append(((*path, "as"), event.actor))
            given += [((*path, "set", name), each) for name, each in event.values.items()]
        yield from ((path, each) for path, each in given if isinstance(each, Cell))

    def placed_events(self) -> Iterator[tuple[Path, EventMap]]:
        """The events without a fault, and where they stand."""
        yield from ((("events", place), event) for place, event in enumerate(self.events) if event)

    def columns(self) -> list[str]:
        """Every column the map reads, once, in order."""
        return list(dict.fromkeys(cell.column for _, cell in self.cells()))


AnyMap = TypeVar("AnyMap", bound=MapDocument)


def read_map(text: str | bytes) -> tuple[MapDocument, Source, list[Finding]]:
    """The map in *text*, its source for further findings, and what is wrong with it so far.

    Given findings, use the document only to look for more.
    """
    return read_map_as(MapDocument, text)


def read_map_as(form: type[AnyMap], text: str | bytes) -> tuple[AnyMap, Source, list[Finding]]:
    """The same of a map that may say what *form* knows besides."""
    source = read_yaml(text)
    if source.root is None or source.findings:
        return form(), source, list(source.findings)
    reader = DocumentReader(list_keys=True)
    data = _as_written(source.root)
    if not isinstance(data, dict):
        return form(), source, [source.finding((), "a map is a mapping, written with keys and colons")]
    document = reader.model(form, form.as_called(data))
    if document.names_leads and not data.get("lead"):
        what = "the map has no lead: say which columns hold the fields that identify one"
        reader.faults.append(Fault((), what))
    reader.faults += _contradictions(document)
    return (
        document,
        source,
        [
            source.finding(each.path, each.message, key=each.key)
            for each in in_one_piece(source, reader.faults)
        ],
    )


def _as_written(node: Node, spelled: bool = False) -> Any:
    """Plain data, but what stands under `SPELLED` keys is text as it stands."""
    if node.kind == "scalar":
        return node.text if spelled else node.value
    if node.kind == "sequence":
        return [_as_written(item, spelled) for item in node.items]
    return {key: _as_written(value, key in SPELLED) for key, (_, value) in node.entries.items()}


def _contradictions(document: MapDocument) -> Iterator[Fault]:
    """What a cell cannot mean at once."""
    for path, cell in document.cells():
        true, false = (cell.true, cell.false) if isinstance(cell, FieldCell) else ((), ())
        yield from _in_both((*path, "false"), false, true, "true as well as false")
        yield from _in_both((*path, "null"), (*true, *false), cell.null, "null, and true or false")
        for key, words in (("true", true), ("false", false)):
            yield from _in_both((*path, key), words, document.null, f"{key}, and null in all columns")
        if isinstance(cell, FieldCell) and cell.thousands and cell.thousands == (cell.decimal or "."):
            also = "" if cell.decimal else '; say what does, as in decimal: ","'
            yield Fault((*path, "thousands"), f'"{cell.thousands}" also stands before the decimals{also}')


def _in_both(path: Path, words: Iterable[str], others: Iterable[str], what: str) -> Iterator[Fault]:
    for word in sorted({*words} & {other.lower() for other in others}):
        yield Fault(path, f'"{word}" is {what}')
