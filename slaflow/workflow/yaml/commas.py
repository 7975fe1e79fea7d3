"""Texts that a comma cut in ``{…}``: YAML reads what comes after it as a key with nothing behind it."""

from __future__ import annotations

import re

from slaflow.workflow.yaml.read import Source
from slaflow.workflow.yaml.tree import Node, Path, descend

NEAR = 200
"""Characters around a key in which its comma and its colon are looked for."""
_WORD = re.compile(r"[\w.+-]+(@[\w.-]+)?")


def cut_off(source: Source, path: Path) -> str | None:
    """How to write what was cut before the key at *path*; empty for a further piece, None if it is none."""
    if source.root is None or not path:
        return None
    parent, _, _ = descend(source.root, path[:-1])
    keys = list(parent.entries)
    if path[-1] not in keys or not _is_piece(source, parent, str(path[-1])):
        return None
    at = keys.index(str(path[-1]))
    first = at
    while first and _is_piece(source, parent, keys[first]):
        first -= 1
    key, value = parent.entries[keys[first]]
    if value.kind != "scalar" or value.style:
        return None
    if at > first + 1:
        return ""
    end = at
    while end + 1 < len(keys) and _is_piece(source, parent, keys[end + 1]):
        end += 1
    pieces = [value.text, *keys[at : end + 1]]
    if all(_WORD.fullmatch(piece) for piece in pieces):
        return f"the comma ends {key.text}; for several of them write {key.text}: [{', '.join(pieces)}]"
    return f'the comma ends {key.text}; put the whole in quotes: {key.text}: "{", ".join(pieces)}"'


def _is_piece(source: Source, parent: Node, name: str) -> bool:
    """Whether that key stands behind a comma, and nothing behind it, not even a colon."""
    key, value = parent.entries[name]
    is_nothing = value.kind == "scalar" and not value.text and not value.style and not key.style
    end = key.index + len(key.text)
    before = source.text[max(key.index - NEAR, 0) : key.index].rstrip()
    after = source.text[end : end + NEAR].lstrip()
    return is_nothing and before.endswith(",") and not after.startswith(":")
