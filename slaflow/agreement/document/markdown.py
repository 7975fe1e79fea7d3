"""The page as Markdown; its picture as a Mermaid block, which many readers of Markdown draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from slaflow.agreement.document.blocks import Block, Heading, Item, Items, Page, Paragraph, Picture, Table
from slaflow.workflow.diagram import mermaid

_SYNTAX = re.compile(r"([\\`*_\[\]>#|~])")


def markdown(page: Page) -> str:
    lines = [f"# {_text(page.title)}", ""]
    for block in page.blocks:
        lines += [*_lines(block), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _text(text: str) -> str:
    """*text* on one line, without anything that Markdown reads as its own."""
    plain = " ".join(text.split())
    return _SYNTAX.sub(r"\\\1", plain).replace("&", "&amp;").replace("<", "&lt;")


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {_text(block.text)}"
        case Paragraph():
            yield _begun(_text(block.text))
        case Items():
            for number, item in enumerate(block.items, block.first or 0):
                yield from _item(item, "-" if block.first is None else f"{number}.")
        case Table():
            yield from _table(block.header, block.rows)
        case Picture():
            yield "```mermaid"
            yield mermaid(block.agreement).rstrip("\n")
            yield "```"


def _begun(text: str) -> str:
    """A line that does not begin a list or a heading."""
    return re.sub(
        r"^(\d+)([.)])|^([-+=])",
        lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}",
        text,
    )


def _item(item: Item, mark: str) -> Iterator[str]:
    title = f"**{_text(item.title or item.name)}**" if item.title or item.name else ""
    name = f" ({_text(item.name)})" if item.title and item.name else ""
    inner = " " * (len(mark) + 1)
    yield f"{mark} {title}{name}{': ' if title else ''}{_begun(_text(item.sentence))}"
    for note in item.notes:
        yield f"{inner}- {_begun(_text(note))}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(_text, header))} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(map(_text, row))} |"
