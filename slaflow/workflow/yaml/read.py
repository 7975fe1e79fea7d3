"""YAML 1.2 text into plain data with the place of every key and value. The only importer of ``yaml``.

libyaml gives the events; what a scalar means is decided here by YAML 1.2's core schema, so that
``no``, ``on`` and ``NO`` are text, and so is a date. Hostile text ends in a finding: size, depth
and number of values are bounded, aliases counted as what they stand for. Cost: 1 MB in a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from slaflow.workflow.errors import Finding
from slaflow.workflow.yaml.tree import Node, Path, Place, descend, offset_in_source

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_VALUES = 100_000
"""Values in a file, those behind an alias counted each time it stands."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE, _FALSE = frozenset(("true", "True", "TRUE")), frozenset(("false", "False", "FALSE"))
_INT = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_IN_QUOTES = "; in {...} a text with , : [ ] { or } stands in quotes"
_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says of a thousand levels before it tells of the first."""
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A YAML text that was read: its data, the place of everything in it, and what was wrong."""

    text: str
    root: Node | None
    findings: tuple[Finding, ...] = ()

    @cached_property
    def data(self) -> Any:
        """Plain values: dict with text keys, list, str, int, Decimal, bool, None. Aliases are shared."""
        return None if self.root is None else self.root.plain()

    def place(self, path: Path, *, key: bool = False, offset: int | None = None) -> Place:
        """Where the value at *path* stands, or its key; 1-based.

        Parts of *path* that the text leaves out are passed over: index 0 of a value that is
        no list, say. *offset* moves to that character of a text of one line, quotes and escapes considered.
        """
        if self.root is None:
            return Place(1, 1, "")
        node, key_node, words = descend(self.root, path)
        spot = key_node if key and key_node is not None else node
        move = 0 if offset is None else offset_in_source(self.text, spot, offset)
        return Place(spot.line + 1, spot.column + 1 + move, words)

    def finding(self, path: Path, message: str, *, key: bool = False, offset: int | None = None) -> Finding:
        """*message* at the place of *path*."""
        place = self.place(path, key=key, offset=offset)
        return Finding(place.line, place.column, place.path, message)


def read_yaml(text: str | bytes) -> Source:
    """*text* as data with places; whatever is wrong stands in ``findings``, nothing is raised."""
    if too_much := too_large(len(text)):
        return Source("", None, (too_much,))
    words = _decoded(text) if isinstance(text, bytes) else text
    if isinstance(words, Finding):
        return Source("", None, (words,))
    words = words.removeprefix("\ufeff")
    if problem := _unreadable(words):
        return Source(words, None, (problem,))
    composer = _Composer()
    composer.run(words)
    return Source(words, composer.root, tuple(composer.findings))


def too_large(size: int) -> Finding | None:
    """What to say of a file of *size* bytes, which may be asked before it is read; None if it will do."""
    if size <= MAX_BYTES:
        return None
    return Finding(1, 1, "", f"the file has {size:,} bytes; at most {MAX_BYTES:,} (1 MB) are read")


def _decoded(data: bytes) -> str | Finding:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        return _at(before, len(before), "this is not UTF-8; save the file as UTF-8")


def _unreadable(text: str) -> Finding | None:
    """What no YAML text may hold, and what would keep libyaml busy for too long."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return too_large(len(text.encode("utf-8", "replace")))
    if found := _UNPRINTABLE.search(text):
        return _at(text, found.start(), f"character U+{ord(found.group()):04X} cannot stand in YAML")
    for number, found in enumerate(_DIRECTIVE.finditer(text)):
        if number == 1:
            return _at(text, found.start(), "more than one line of directives (%); leave them out")
    return None


def _at(text: str, index: int, message: str) -> Finding:
    before = text[:index]
    return Finding(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1, "", message)


class _TooMuch(Exception):
    """A bound was passed; reading ends here, with the finding told."""


@dataclass
class _Composer:
    """Nodes out of events, without recursion; what is wrong is collected on the way."""

    root: Node | None = None
    findings: list[Finding] = field(default_factory=list)
    stack: list[Node] = field(default_factory=list)
    keys: list[Node | None] = field(default_factory=list)
    """The key that waits for its value, one for each mapping and list of the stack."""
    anchors: dict[str, Node] = field(default_factory=dict)
    values: int = 0
    documents: int = 0

    def run(self, text: str) -> None:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self.take(event)
        except _TooMuch:
            self.root = None
        except yaml.MarkedYAMLError as error:
            self.root = None
            mark = error.problem_mark or error.context_mark
            if (error.problem or "").startswith(_TOO_DEEP):
                self.tell(mark, f"nested deeper than {MAX_DEPTH} levels")
                return
            context = f" ({error.context})" if error.context else ""
            advice = _IN_QUOTES if error.context == "while parsing a flow mapping" else ""
            self.tell(mark, f"{error.problem or 'this is no YAML'}{context}{advice}")
        else:
            if self.root is None and not self.findings:
                self.findings.append(Finding(1, 1, "", "the file is empty"))

    def tell(self, mark: Any, message: str) -> None:
        self.findings.append(Finding(mark.line + 1, mark.column + 1, "", message))

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self.add(self.scalar(event), event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.open(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.close()
            case yaml.AliasEvent():
                self.alias(event)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.stop(event, "a second document begins here; a file holds one")

    def stop(self, event: Any, message: str) -> None:
        self.tell(event.start_mark, message)
        raise _TooMuch

    def scalar(self, event: Any) -> Node:
        node = self.node("scalar", event)
        node.text = event.value
        plain = event.style is None or event.style == ""
        node.value = resolved(event.value) if plain and event.implicit[0] else event.value
        node.style = "" if plain else event.style
        node.one_line = event.start_mark.line == event.end_mark.line
        return node

    def node(self, kind: str, event: Any) -> Node:
        mark = event.start_mark
        if event.tag is not None:
            self.tell(mark, f"tags are not read; leave out {event.tag}")
        node = Node(kind, mark.line, mark.column, mark.index)
        return node

    def open(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.stop(event, f"nested deeper than {MAX_DEPTH} levels")
        node = self.node("mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence", event)
        node.anchor = event.anchor
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(node)
        self.keys.append(None)
        self.count(1, event)

    def close(self) -> None:
        node = self.stack.pop()
        self.keys.pop()
        if node.anchor:
            self.anchors[node.anchor] = node
        self.put(node)

    def alias(self, event: Any) -> None:
        known = self.anchors.get(event.anchor)
        if known is None:
            self.tell(event.start_mark, f"nothing before this line is called &{event.anchor}")
            known = Node("scalar", event.start_mark.line, event.start_mark.column, event.start_mark.index)
        if len(self.stack) + known.height > MAX_DEPTH:
            self.stop(event, f"nested deeper than {MAX_DEPTH} levels, aliases included")
        self.count(known.size, event)
        self.put(known.at(event.start_mark))

    def add(self, node: Node, event: Any) -> None:
        self.count(1, event)
        if event.anchor:
            self.anchors[event.anchor] = node
        self.put(node)

    def count(self, size: int, event: Any) -> None:
        self.values += size
        if self.values > MAX_VALUES:
            self.stop(event, f"more than {MAX_VALUES:,} values, those behind aliases included")

    def put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.grow(node)
        if parent.kind == "sequence":
            parent.items.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = node
        else:
            key, self.keys[-1] = self.keys[-1], None
            self.pair(parent, key, node)

    def pair(self, parent: Node, key: Node, value: Node) -> None:
        if key.kind != "scalar":
            self.tell_at(key, "a key must be plain text")
        elif (first := parent.entries.get(key.text)) is not None:
            self.tell_at(key, f'duplicate key "{key.text[:60]}"; it is given on line {first[0].line + 1} too')
        else:
            parent.entries[key.text] = (key, value)

    def tell_at(self, node: Node, message: str) -> None:
        self.findings.append(Finding(node.line + 1, node.column + 1, "", message))


def resolved(word: str) -> Any:
    """What a plain scalar stands for under YAML 1.2's core schema; numbers with a point are Decimals."""
    if word in _NULL:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if _INT.fullmatch(word):
        return int(word, 0) if word[:2] in ("0o", "0x") else int(word)
    if _FLOAT.fullmatch(word):
        return Decimal(word)
    return word


def keys_of(data: Any, *path: str) -> Iterator[str]:
    """The keys of the mapping at *path* of plain data; nothing where there is none."""
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    if isinstance(data, dict):
        yield from data
