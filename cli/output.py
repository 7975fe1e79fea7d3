"""What a command prints: a page for people, or json, jsonl and csv for scripts.

Data goes to stdout, messages and progress to stderr. Colours, wrapped tables and bars are for a
terminal; into a pipe the same page is plain text, nothing cut off.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, Literal, TypeAlias

import click
import orjson

from slaflow.exchange.sheet import Row, Sheet, sheet_of

from .table import GAP, Column, Layout, lay_out
from .words import clean

FORMATS = ("table", "json", "jsonl", "csv")
PAGE_ROWS = 200

Part: TypeAlias = str | tuple[str, str]
"""Text, or text with a rich style."""
Cell: TypeAlias = Part | list[Part] | None
Header: TypeAlias = Sequence[str | Column]


class Page:
    """What people read on stdout: lines and tables, styled on a terminal."""

    def __init__(self, wide: bool = False) -> None:
        self.is_terminal = is_terminal("stdout")
        self.wide = wide

    def line(self, *parts: Part, indent: int = 0) -> None:
        """One line; on a terminal a long one wraps below where its text begins."""
        if self.is_terminal:
            self._rich_line(parts, indent)
        else:
            write(" " * indent + _text(parts).rstrip() + "\n")

    def gap(self) -> None:
        write("\n")

    def heading(self, text: str) -> None:
        self.gap()
        self.line((text, "bold"))

    def table(self, header: Header, rows: Iterable[Sequence[Cell]], *, indent: int = 0) -> None:
        """Aligned columns; those without anything in them are left out. Long tables come in pieces."""
        columns = [Column(title) if isinstance(title, str) else title for title in header]
        pending, room = iter(rows), self._room(indent)
        before, left_out = Layout((), ()), set[int]()
        while piece := list(islice(pending, PAGE_ROWS)):
            cells = [[_parts(cell) for cell in row] for row in piece]
            layout = lay_out(columns, [[_text(cell) for cell in row] for row in cells], room)
            left_out.update(layout.left_out)
            goes_on = layout.kept == before.kept
            if goes_on and room is None:
                layout = replace(layout, widths=tuple(map(max, layout.widths, before.widths)))
            titles = ["" if goes_on else columns[i].title for i in layout.kept]
            shown = [[row[i] for i in layout.kept] for row in cells]
            (self._rich_table if self.is_terminal else _plain_table)(titles, layout.widths, shown, indent)
            before = layout
        if left_out:
            missing = ", ".join(dict.fromkeys(columns[i].title for i in sorted(left_out)))
            self.line((f"no room for: {missing}; --wide shows all", "dim"), indent=indent)

    def _room(self, indent: int) -> int | None:
        """Characters that a row may take; None where rows are as long as they are."""
        return self._console().width - indent if self.is_terminal and not self.wide else None

    def _rich_line(self, parts: Sequence[Part], indent: int) -> None:
        from rich.padding import Padding

        self._console().print(Padding(_styled(parts), (0, 0, 0, indent)))

    def _rich_table(
        self, titles: Sequence[str], widths: Sequence[int], rows: list[list[list[Part]]], indent: int
    ) -> None:
        from rich.padding import Padding
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold dim")
        table.show_header = any(titles)
        for title, width in zip(titles, widths, strict=True):
            table.add_column(title, overflow="fold", width=width)
        for row in rows:
            table.add_row(*(_styled(cell) for cell in row))
        width = indent + sum(widths) + GAP * len(widths)
        self._console(width if self.wide else None).print(Padding(table, (0, 0, 0, indent)))

    def _console(self, width: int | None = None) -> Any:
        from rich.console import Console

        return Console(highlight=False, markup=False, emoji=False, width=width)


def _plain_table(
    titles: Sequence[str], widths: Sequence[int], rows: list[list[list[Part]]], indent: int
) -> None:
    lines = [[_text(cell) for cell in row] for row in rows]
    if any(titles):
        lines.insert(0, [title.upper() for title in titles])
    for line in lines:
        padded = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        write(" " * indent + padded.rstrip() + "\n")


def _parts(cell: Cell) -> list[Part]:
    """A cell as parts; empty where it holds nothing."""
    if cell is None or cell == "":
        return []
    if isinstance(cell, str):
        return [cell]
    if isinstance(cell, list):
        return [part for each in cell for part in _parts(each)]
    return [cell] if cell[0] else []


def _text(parts: Iterable[Part]) -> str:
    return clean("".join(part if isinstance(part, str) else part[0] for part in parts))


def _styled(parts: Iterable[Part]) -> Any:
    from rich.text import Text

    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((clean(text), style) for text, style in pairs))


class Output:
    """One command's output in the format that was asked for."""

    def __init__(self, format: str, quiet: bool, wide: bool = False, raw: bool = False) -> None:
        self.format = format
        self.quiet = quiet
        self.wide = wide
        self.raw = raw

    @property
    def for_people(self) -> bool:
        return self.format == "table"

    def show(
        self, document: Any, page: Callable[[Page], None], rows: Iterable[Row] | None = None,
        sheet: Sheet | None = None,
    ) -> None:  # fmt: skip
        """*document* as JSON, its *rows* (else itself) as jsonl and csv, or the *page* for people."""
        if self.format == "json":
            write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
        elif self.format == "table":
            page(Page(self.wide))
        else:
            each = [document] if rows is None else list(rows)
            self.stream(each, lambda *_: None, sheet or sheet_of(each))

    def stream(
        self, rows: Iterable[Row], page: Callable[[Page, Iterable[Row]], None], sheet: Sheet | None = None
    ) -> None:
        """Rows printed as they come, however many there are; as csv the way *sheet* lays them out."""
        if self.format == "table":
            page(Page(self.wide), rows)
        elif self.format == "csv":
            write_all((sheet or Sheet()).lines(rows, raw=self.raw))
        elif self.format == "jsonl":
            write_all(orjson.dumps(row) + b"\n" for row in rows)
        else:
            write_all(_array(rows))

    def say(self, *parts: Part) -> None:
        """A message for people, on stderr; nothing with ``--quiet``."""
        if not self.quiet:
            tell(_text(parts))

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int | None], None]]:
        """A bar on stderr to be told (done, total), total None where unknown; only on a terminal."""
        if self.quiet or not (is_terminal("stderr") and is_terminal("stdout")):
            yield _unseen
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)

            def seen(done: int, total: int | None) -> None:
                bar.update(task, completed=done, total=total)

            yield seen


def _unseen(done: int, total: int | None) -> None:
    """Progress that nobody looks at."""


def is_terminal(name: Literal["stdout", "stderr"]) -> bool:
    """Whether a person looks at that stream."""
    stream = sys.stdout if name == "stdout" else sys.stderr
    return stream.isatty()


def write(data: bytes | str) -> None:
    """Puts data on stdout; bytes go out as they are, whatever the terminal's encoding."""
    if isinstance(data, str):
        data = data.encode(sys.stdout.encoding or "utf-8", errors="backslashreplace")
    write_all([data])


def tell(line: str) -> None:
    """Puts one line on stderr, after what stands on stdout already."""
    sys.stdout.flush()
    click.echo(line.encode(errors="backslashreplace"), err=True)


def write_all(pieces: Iterable[bytes]) -> None:
    """Puts many pieces on stdout one after the other, as they come."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)


def _array(rows: Iterable[Row]) -> Iterator[bytes]:
    before = b"[\n"
    for row in rows:
        yield before + orjson.dumps(row)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"
