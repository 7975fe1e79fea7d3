"""A form with files in it, taken apart byte for byte, since a signature is under bytes.

Source: https://www.rfc-editor.org/rfc/rfc7578
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(r'[;\s]name="((?:[^"\\]|\\.)*)"')
_FILE = re.compile(r'[;\s]filename="((?:[^"\\]|\\.)*)"')
MOST_PARTS = 50


class NoForm(ValueError):
    """What was sent is no form with files, or was cut."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent; ``name`` is what somebody elsewhere calls it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """Of a name that stands twice the last counts."""

    values: dict[str, str]
    files: dict[str, File]


def parts(content_type: str, body: bytes) -> Parts:
    """The values and files in *body*; a file that nobody chose is left out. Raises ``NoForm``."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise NoForm
    mark = b"--" + (found[1] or found[2]).encode()
    # The first mark has no line before it.
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if not 2 <= len(pieces) <= MOST_PARTS or not pieces[-1].startswith(b"--"):
        raise NoForm
    made = Parts({}, {})
    for piece in pieces[1:-1]:
        _take(piece, made)
    return made


def _take(piece: bytes, made: Parts) -> None:
    head, blank, content = piece.partition(b"\r\n\r\n")
    try:
        headers = head.decode()
    except UnicodeDecodeError:
        raise NoForm from None
    name = _NAME.search(headers)
    if not blank or name is None:
        raise NoForm
    file = _FILE.search(headers)
    if file is None:
        made.values[_plain(name[1])] = content.decode(errors="replace")
    elif file[1] or content:
        made.files[_plain(name[1])] = File(_plain(file[1]), content)


def _plain(text: str) -> str:
    """A browser sends a quote in a name as ``%22``."""
    return text.replace("%22", '"')
