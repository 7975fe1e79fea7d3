"""Files as rows of text: how a file is read goes by the end of its name.

A row that cannot be read is a row with a fault, never an error and never dropped. A file in which nobody can
tell where a row ends is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO, TypeAlias

from slaflow.errors import did_you_mean
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.delimited import delimited_table
from slaflow.exchange.imports.json_lines import json_table
from slaflow.exchange.imports.table import Form, Number, Row, Table, as_bytes, checked

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = "\ufeff"


@contextmanager
def open_table(file: Path, delimiter: str | None = None, wanted: Collection[str] = ()) -> Iterator[Table]:
    """The rows of *file*; a CSV's cells end at *delimiter*, None: as the file tells.

    *wanted* are columns that the file should have; among delimiters that may be meant they tip the scales.

    Raises:
        FileUnreadable: it is not there, cannot be opened, or has no header.
        RowsInDoubt: while the rows are gone through: nobody can tell where one ends.
        ExtraMissing: a Parquet file without the ``export`` extra.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        meant = did_you_mean(file.suffix, _READERS) or f"; known: {', '.join(_READERS)}"
        raise FileUnreadable(file, f'cannot tell what "{file.suffix}" holds{meant}')
    if not file.is_file():
        raise FileUnreadable(file, "there is no such file")
    with reader(file, delimiter, wanted) as table:
        yield table


@contextmanager
def _opened(file: Path) -> Iterator[tuple[TextIO, str]]:
    """The file as text, and its byte order mark apart; bytes that are not UTF-8 become lone surrogates."""
    try:
        with file.open("rb") as binary:
            start = binary.read(3)
        if start[:2] in _UTF16:
            raise FileUnreadable(file, "this is UTF-16; save the file as UTF-8")
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield text, _BOM if start == _BOM.encode() else ""
    except OSError as error:
        raise FileUnreadable(file, f"cannot be read: {error.strerror or error}") from error


@contextmanager
def _open_delimited(file: Path, delimiter: str | None, wanted: Collection[str]) -> Iterator[Table]:
    with _opened(file) as (text, mark):
        table = delimited_table(text, file, delimiter, wanted)
        yield replace(table, form=replace(table.form, opening=mark + table.form.opening))


@contextmanager
def _open_json_lines(file: Path, _: str | None, __: Collection[str]) -> Iterator[Table]:
    with _opened(file) as (text, _mark):
        yield json_table(text, file)


@contextmanager
def _open_parquet(file: Path, _: str | None, __: Collection[str]) -> Iterator[Table]:
    from slaflow.exchange.imports.parquet import parquet_rows

    columns, records = parquet_rows(file)
    form = Form(columns)
    yield Table(form, (_parquet_row(n, texts, form) for n, texts in enumerate(records, 1)))


def _parquet_row(number: int, texts: list[str], form: Form) -> Row:
    cells = (text if isinstance(text, Number) else text.strip() for text in texts)
    return checked(
        Row(number, as_bytes(form.joined(texts)), dict(zip(form.columns or (), cells, strict=True)))
    )


_Reader: TypeAlias = Callable[[Path, str | None, Collection[str]], AbstractContextManager[Table]]
_READERS: dict[str, _Reader] = {
    ".csv": _open_delimited,
    ".tsv": _open_delimited,
    ".txt": _open_delimited,
    ".jsonl": _open_json_lines,
    ".ndjson": _open_json_lines,
    ".parquet": _open_parquet,
}
