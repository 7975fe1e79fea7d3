"""A YAML text as a tree of nodes that know where they stand, and the way through it by keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """1-based line and column, and the path as a finding shows it."""

    line: int
    column: int
    path: str


@dataclass(slots=True)
class Node:
    """A scalar, mapping or sequence; line and column count from 0, ``index`` is the offset in the text."""

    kind: str
    line: int
    column: int
    index: int
    text: str = ""
    """A scalar's words, whatever they resolve to; keys go by them."""
    value: Any = None
    style: str = ""
    one_line: bool = True
    anchor: str | None = None
    size: int = 1
    height: int = 0
    entries: dict[str, tuple[Node, Node]] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    made: Any = None
    """What `plain` gave, so that an alias shares it."""

    def grow(self, child: Node) -> None:
        self.size += child.size
        self.height = max(self.height, child.height + 1)

    def at(self, mark: Any) -> Node:
        """The same node where an alias stands for it."""
        return Node(
            self.kind, mark.line, mark.column, mark.index, self.text, self.value, "*", False,
            None, self.size, self.height, self.entries, self.items, self.plain(),
        )  # fmt: skip

    def plain(self) -> Any:
        """Plain data; recursion is bounded by the depth that was read."""
        if self.kind == "scalar":
            return self.value
        if self.made is None:
            if self.kind == "mapping":
                self.made = {key: value.plain() for key, (_, value) in self.entries.items()}
            else:
                self.made = [item.plain() for item in self.items]
        return self.made


def descend(root: Node, path: Path) -> tuple[Node, Node | None, str]:
    """The node at *path*, its key (None if the last part has none there), and the path that was walked.

    A part that is not there is passed over: names of a union's branch, or index 0 where the
    file gives one value instead of a list.
    """
    node, key, words = root, None, ""
    for part in path:
        key = None
        if isinstance(part, int) and node.kind == "sequence" and part < len(node.items):
            node = node.items[part]
            words += f"[{part}]"
        elif isinstance(part, str) and node.kind == "mapping" and part in node.entries:
            key, node = node.entries[part]
            words += f".{part}" if words else part
    return node, key, words


_ESCAPED = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)|.", re.DOTALL)
_DOUBLED = re.compile(r"''|.", re.DOTALL)


def offset_in_source(text: str, node: Node, offset: int) -> int:
    """How far character *offset* of a scalar's value stands from the scalar's start in the text.

    0 where the scalar goes over several lines or stands behind an alias.
    """
    if node.kind != "scalar" or not node.one_line or node.style not in ("", "'", '"'):
        return 0
    if not node.style:
        return offset
    pattern = _DOUBLED if node.style == "'" else _ESCAPED
    position = node.index + 1
    for _ in range(offset):
        found = pattern.match(text, position)
        position = found.end() if found else position
    return position - node.index
