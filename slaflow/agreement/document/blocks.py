"""What a page consists of, before it is set as HTML or Markdown. All texts are plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence with what belongs to it; ``title`` and ``name`` stand before it."""

    sentence: str
    title: str = ""
    name: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered from ``first`` on, unless that is None."""

    items: Sequence[Item]
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """The lifecycle of the agreement."""

    agreement: Workflow


Block = Heading | Paragraph | Items | Table | Picture


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    blocks: Sequence[Block]


def capital(text: str) -> str:
    """With a capital, but for an address, which is written as it is."""
    if "@" in text.split(" ", 1)[0]:
        return text
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return capital(text) + ("" if text.endswith((".", "?", "!")) else ".")
