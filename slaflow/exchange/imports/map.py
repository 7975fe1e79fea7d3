"""The import map: which column of a file says what about a lead. Read here, with the place of every fault.

What its names mean is for ``binding.py``: whether the workflow declares them and the file has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from slaflow.errors import UnknownName, did_you_mean
from slaflow.exchange.imports.delimited import DELIMITERS
from slaflow.hours.zones import zone_problem
from slaflow.workflow.errors import Finding
from slaflow.workflow.yaml.read import Source, read_yaml
from slaflow.workflow.yaml.tree import Path, descend

TOP_KEYS = ("delimiter", "timezone", "null", "lead", "created_at", "events")
EVENT_KEYS = ("trigger", "activity", "when", "at", "as", "set")
NAME_KEYS = ("column", "empty", "null")
ACTOR_KEYS = (*NAME_KEYS, "party")
INSTANT_KEYS = (*NAME_KEYS, "timezone", "format")
CELL_KEYS = (*INSTANT_KEYS, "true", "false", "decimal", "thousands")
DECIMAL = (".", ",")
THOUSANDS = (".", ",", " ", "'", "\u2019", "_")


@dataclass(frozen=True, slots=True)
class Cell:
    """A column, and how its text is read. ``path`` is where the map says so."""

    column: str
    path: Path
    empty: str | None = None
    """What an empty cell stands for; None: an empty cell says nothing."""
    timezone: str | None = None
    format: str | None = None
    null: frozenset[str] = frozenset()
    """Texts that count as an empty cell."""
    true: frozenset[str] = frozenset()
    """Texts, in lower case, that mean true; ``false`` likewise."""
    false: frozenset[str] = frozenset()
    decimal: str | None = None
    thousands: str | None = None

    def beside(self, key: str) -> Path:
        """Where the mapping that names the column says *key*."""
        return (*self.path[:-1], key)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the map itself, as text."""

    text: str
    path: Path


Given = Cell | Constant


@dataclass(frozen=True, slots=True)
class EventMap:
    """One entry of ``events``: what each row says happened."""

    path: Path
    kind: Literal["trigger", "activity"]
    name: Given
    at: Cell
    when: Constant | None = None
    actor: Given | None = None
    party: Constant | None = None
    """The party of whoever the cell of ``as`` names; None: the cell names a party or a known person."""
    values: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapDocument:
    """A map as it is written. ``timezone`` None is the workflow's."""

    timezone: str | None
    lead: Mapping[str, Given]
    created_at: Cell | None
    events: tuple[EventMap, ...]
    null: frozenset[str] = frozenset()
    """Texts that count as an empty cell in every column."""
    delimiter: str | None = None
    """What ends the cells of a CSV; None: the file tells."""

    def cells(self) -> Iterator[Cell]:
        """Every cell the map reads, in order."""
        given: list[Given | None] = [*self.lead.values(), self.created_at]
        for event in self.events:
            given += [event.name, event.at, event.actor, *event.values.values()]
        yield from (each for each in given if isinstance(each, Cell))

    def columns(self) -> list[str]:
        """Every column the map reads, once, in order."""
        return list(dict.fromkeys(cell.column for cell in self.cells()))


def read_map(text: str | bytes) -> tuple[MapDocument, Source, list[Finding]]:
    """The map in *text*, its source for further findings, and what is wrong with it so far.

    Given findings, use the document only to look for more.
    """
    source = read_yaml(text)
    if source.findings:
        return MapDocument(None, {}, None, ()), source, list(source.findings)
    reader = _Reader(source)
    return reader.document(), source, reader.findings


class _Reader:
    """Goes through the map's data once and collects what is wrong with it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def tell(self, path: Path, message: str, *, key: bool = False) -> None:
        self.findings.append(self.source.finding(path, message, key=key))

    def document(self) -> MapDocument:
        data = self.mapping(self.source.data, (), TOP_KEYS)
        if not data.get("lead"):
            self.tell((), "the map has no lead: say which columns hold the fields that identify one")
        created_at = data.get("created_at")
        document = MapDocument(
            timezone=self.zone(data.get("timezone"), ("timezone",)),
            lead=self.values(data.get("lead"), ("lead",), self.cell),
            created_at=None if created_at is None else self.instant(created_at, ("created_at",)),
            events=tuple(self.events(data.get("events"))),
            null=frozenset(self.texts(data, (), "null")),
            delimiter=self.delimiter(data.get("delimiter"), ("delimiter",)),
        )
        for cell in document.cells():
            for key, words in (("true", cell.true), ("false", cell.false)):
                self.tell_of_both(cell.beside(key), words, document.null, f"{key}, and null in all columns")
        return document

    def delimiter(self, data: Any, path: Path) -> str | None:
        """A delimiter by its name or as it is."""
        if data is None:
            return None
        text = self.word(data, path)
        delimiter = DELIMITERS.get(text, text)
        if delimiter not in DELIMITERS.values():
            self.tell(path, str(UnknownName("delimiter", text, DELIMITERS)))
            return None
        return delimiter

    def events(self, data: Any) -> Iterator[EventMap]:
        if data is None:
            return
        if not isinstance(data, list):
            self.tell(("events",), "events is a list, an entry for each thing a row may tell of")
            return
        for index, entry in enumerate(data):
            event = self.event(entry, ("events", index))
            if event is not None:
                yield event

    def event(self, entry: Any, path: Path) -> EventMap | None:
        data = self.mapping(entry, path, EVENT_KEYS)
        kinds: list[Literal["trigger", "activity"]] = [k for k in ("trigger", "activity") if k in data]
        if len(kinds) != 1:
            self.tell(path, "an event is either a trigger or an activity; give one of them")
            return None
        if data.get("at") is None:
            self.tell(path, "at is missing: which column says when it happened")
            return None
        kind = kinds[0]
        when = data.get("when")
        return EventMap(
            path=path,
            kind=kind,
            name=self.given(data[kind], (*path, kind), NAME_KEYS),
            at=self.instant(data["at"], (*path, "at")),
            when=None if when is None else Constant(self.word(when, (*path, "when")), (*path, "when")),
            actor=self.actor(data.get("as"), (*path, "as")),
            party=self.party(data.get("as"), (*path, "as", "party")),
            values=self.values(data.get("set"), (*path, "set"), self.given),
        )

    def actor(self, data: Any, path: Path) -> Given | None:
        return None if data is None else self.given(data, path, ACTOR_KEYS)

    def party(self, data: Any, path: Path) -> Constant | None:
        party = data.get("party") if isinstance(data, dict) else None
        return None if party is None else Constant(self.word(party, path), path)

    def values(self, data: Any, path: Path, read: Callable[[Any, Path], Given]) -> dict[str, Given]:
        """The mapping at *path* from names to what *read* makes of their values."""
        return {name: read(value, (*path, name)) for name, value in self.mapping(data, path, None).items()}

    def cell(self, data: Any, path: Path) -> Given:
        """A field of the lead: a column, or a mapping with one, or with a fixed ``value``."""
        if isinstance(data, dict) and "value" in data:
            value = self.mapping(data, path, ("value",)).get("value")
            return Constant(self.word(value, (*path, "value")), path)
        return self.column(data, path)

    def given(self, data: Any, path: Path, keys: tuple[str, ...] = CELL_KEYS) -> Given:
        """What stands in the map itself, or a mapping with the column it stands in."""
        if isinstance(data, dict):
            return self.column(data, path, keys)
        return Constant(self.word(data, path), path)

    def instant(self, data: Any, path: Path) -> Cell:
        return self.column(data, path, INSTANT_KEYS)

    def column(self, data: Any, path: Path, keys: tuple[str, ...] = CELL_KEYS) -> Cell:
        if not isinstance(data, dict):
            return Cell(self.word(data, path), path)
        cell = self.mapping(data, path, keys)
        if "column" not in cell:
            self.tell(path, "column is missing: which column of the file")
        true, false = (self.texts(cell, path, key) for key in ("true", "false"))
        read = Cell(
            column=self.word(cell.get("column", ""), (*path, "column")),
            path=(*path, "column"),
            empty=self.empty(cell, path, true, false),
            timezone=self.zone(cell.get("timezone"), (*path, "timezone")),
            format=None if cell.get("format") is None else self.word(cell["format"], (*path, "format")),
            null=frozenset(self.texts(cell, path, "null")),
            true=frozenset(text.lower() for text in true),
            false=frozenset(text.lower() for text in false),
            decimal=self.separator(cell, path, "decimal", DECIMAL),
            thousands=self.separator(cell, path, "thousands", THOUSANDS),
        )
        self.check_notation(read)
        return read

    def empty(
        self, cell: Mapping[str, Any], path: Path, true: Sequence[str], false: Sequence[str]
    ) -> str | None:
        """What an empty cell stands for: ``empty``, or true or false where that has the empty text."""
        said = [self.word(cell["empty"], (*path, "empty"))] if cell.get("empty") is not None else []
        meant = {"true": true, "false": false}
        said += [next(filter(None, words), key) for key, words in meant.items() if "" in words]
        if len(said) > 1:
            self.tell(path, "what an empty cell means is said twice: keep one of empty, true and false")
        return said[0] if said else None

    def texts(self, data: Mapping[str, Any], path: Path, key: str) -> list[str]:
        """The text or list of texts under *key* as it stands: ``NULL`` and ``true`` are words here."""
        if key not in data or self.source.root is None:
            return []
        node, _, _ = descend(self.source.root, (*path, key))
        nodes = node.items if node.kind == "sequence" else [node]
        if not nodes or any(each.kind != "scalar" for each in nodes):
            self.tell((*path, key), f'{key} is a text of the file or a list of them, such as [Yes, "1"]')
            return []
        return [each.text.strip() for each in nodes]

    def separator(self, cell: Mapping[str, Any], path: Path, key: str, known: tuple[str, ...]) -> str | None:
        if cell.get(key) is None:
            return None
        text = self.word(cell[key], (*path, key))
        if text not in known:
            listed = " ".join(f'"{each}"' for each in known)
            self.tell((*path, key), f"{key} is one of {listed}")
            return None
        return text

    def check_notation(self, cell: Cell) -> None:
        """What one cell cannot mean at once."""
        self.tell_of_both(cell.beside("false"), cell.false, cell.true, "true as well as false")
        self.tell_of_both(cell.beside("null"), cell.true | cell.false, cell.null, "null, and true or false")
        if cell.thousands is not None and cell.thousands == (cell.decimal or "."):
            also = "" if cell.decimal else '; say what does, as in decimal: ","'
            self.tell(cell.beside("thousands"), f'"{cell.thousands}" also stands before the decimals{also}')

    def tell_of_both(self, path: Path, words: frozenset[str], others: frozenset[str], what: str) -> None:
        for word in sorted(words & {other.lower() for other in others}):
            self.tell(path, f'"{word}" is {what}')

    def mapping(self, data: Any, path: Path, keys: tuple[str, ...] | None) -> dict[str, Any]:
        """*data* as a mapping with none but *keys* (None: any)."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.tell(path, f"{path[-1] if path else 'a map'} is a mapping, written with keys and colons")
            return {}
        for key in data:
            if keys is not None and key not in keys:
                known = f"; known here: {', '.join(keys)}"
                message = f'unknown key "{key}"{did_you_mean(key, keys) or known}'
                self.tell((*path, key), message, key=True)
        return data

    def word(self, data: Any, path: Path) -> str:
        """A plain value as the text a cell would hold."""
        if isinstance(data, bool):
            return "true" if data else "false"
        if isinstance(data, str | int | Decimal):
            return str(data)
        self.tell(path, "one plain value is expected here")
        return ""

    def zone(self, data: Any, path: Path) -> str | None:
        if data is None:
            return None
        name = self.word(data, path)
        if problem := zone_problem(name, guessing=False):
            self.tell(path, problem)
            return None
        return name
