"""An agreement in words, set as chapters that a page can point to; and its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from slaflow.agreement.document.blocks import Block, Heading, Items, Page, Paragraph, Picture, Table
from slaflow.agreement.picture.ranks import PictureTooLarge
from slaflow.agreement.picture.svg import svg
from slaflow.language import day_of
from slaflow.workflow.model.workflow import Workflow

_KINDS: dict[type[Block], str] = {
    Heading: "heading", Paragraph: "paragraph", Items: "items", Table: "table", Picture: "picture",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, and what kind of one."""

    kind: str
    block: Block


@dataclass(frozen=True, slots=True)
class Chapter:
    """What stands under one heading; the first, before any, has no ``title``."""

    anchor: str
    title: str
    pieces: list[Piece] = field(default_factory=list)

    @property
    def is_wide(self) -> bool:
        return any(each.kind == "picture" for each in self.pieces)


def chapters(page: Page) -> list[Chapter]:
    """The page by its headings, in its order."""
    found = [Chapter("beginning", "")]
    for block in page.blocks:
        if isinstance(block, Heading) and block.level == 2:
            found.append(Chapter(f"part-{len(found)}", block.text))
        else:
            found[-1].pieces.append(Piece(_KINDS[type(block)], block))
    return list(_worth_reading(found))


def _worth_reading(found: list[Chapter]) -> Iterator[Chapter]:
    # What stands before the first heading the page's own head says better.
    return (each for each in found[1:] if each.pieces)


@lru_cache(maxsize=16)
def picture(workflow: Workflow) -> str | None:
    """Its lifecycle as a drawing, whose colours the page's style sheet sets; None: too many ways.

    Every text in it is escaped where it is drawn.
    """
    try:
        return svg(workflow)
    except PictureTooLarge:
        return None


def dated(at: datetime, zone: ZoneInfo) -> str:
    """*at* with its year: ``2 Mar 2026 11:00``."""
    here = at.astimezone(zone)
    return f"{day_of(here)} {here:%Y %H:%M}"
