"""Delimited text: read as Python's csv module does where it is sound, never guessed at where it is not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slaflow.exchange.errors import FileUnreadable, RowsInDoubt
from slaflow.exchange.imports import records as module
from slaflow.exchange.imports.records import Lines, Record, records
from slaflow.exchange.imports.rejects import Refused, write_rejected
from slaflow.exchange.imports.source import open_table
from slaflow.exchange.imports.table import Row

DELIMITERS = [",", ";", "\t", "|"]
NOISE = st.text(alphabet='ab,;"\n\r é\0', max_size=60)
CELLS = st.text(alphabet='ab ,;\t|"\n\ré', max_size=8)


def found(text: str, delimiter: str = ",") -> list[Record]:
    return list(records(Lines(io.StringIO(text, newline=""), Path("a.csv")), delimiter))


def refusal(text: str) -> str:
    with pytest.raises(RowsInDoubt) as doubt:
        found(text)
    assert doubt.value.exit_code == 1
    return doubt.value.reason


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6),
    st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)  # fmt: skip
@settings(max_examples=150)
def test_what_a_program_wrote_is_read_as_it_was(
    rows: list[list[str]], delimiter: str, line_end: str, quoting: int
) -> None:
    text = io.StringIO(newline="")
    if any(sign in cell for row in rows for cell in row for sign in "\r\n"):
        quoting = csv.QUOTE_ALL  # the writer forgets to quote a line end that is not its own
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    assert [record.cells for record in found(text.getvalue(), delimiter)] == rows


@given(NOISE)
@example('a,"b"c",d\n')
@settings(max_examples=150)
def test_what_the_csv_module_reads_is_read_alike(text: str) -> None:
    try:
        expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        with_faults = True
    else:
        with_faults = False
        assert [record.cells for record in found(text)] == expected
    if with_faults:
        try:
            assert any(record.undoubled for record in found(text))
        except FileUnreadable:
            pass


@given(NOISE)
@settings(max_examples=150)
def test_every_character_belongs_to_one_record_or_is_a_line_end(text: str) -> None:
    try:
        read = found(text)
    except FileUnreadable:
        return
    rest = text
    for record in read:
        before, text_of, rest = rest.partition(record.text)
        assert text_of
        assert before.strip("\r\n") == ""
    assert rest.strip("\r\n") == ""


@given(NOISE, st.sampled_from(["x,", "", "\n"]))
@settings(max_examples=150)
def test_the_lines_named_are_those_of_an_editor(text: str, before: str) -> None:
    try:
        read = found(before + text)
    except FileUnreadable:
        return
    lines = (before + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for record in read:
        stood = "\n".join(lines[record.line - 1 : record.last_line])
        assert stood == record.text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.binary(max_size=60) | NOISE.map(str.encode), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=100)
def test_refused_rows_are_the_same_rows_when_they_are_imported_again(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, line_end: str
) -> None:
    """Not mended they are refused again, for the same reason; what was a row is that row."""
    file = tmp_path_factory.getbasetemp() / "noise.csv"
    file.write_bytes(f"x;y{line_end}".encode() + noise)
    try:
        with open_table(file) as table:
            form, rows = table.form, list(table.rows)
    except FileUnreadable:
        return
    refused = [Refused(row.number, row.line, 'why; "so"', row.raw) for row in rows]
    with open_table(write_rejected(file, None, form, lambda: refused)) as table:
        again = list(table.rows)
    assert table.columns == ("reason", "x", "y")
    assert [row.raw.partition(b'"why; ""so""";')[2] for row in again] == [row.raw for row in rows]
    for row, other in zip(rows, again, strict=True):
        assert {**row.cells, "reason": 'why; "so"'} == other.cells or None not in (row.fault, other.fault)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'a,b\nx,"open\ny,z\n',
            "line 2: a quote opens a cell here and is never closed; close it or take it out",
        ),
        (
            'a,b\nx,"open\ny,"z"\n',
            "line 2: the quoted cell that opens here has a quote on line 3 that is not written twice, so "
            "nobody can tell where it ends; close it, or write quotes inside it twice",
        ),
        (
            'a,b\nx,"he said "hello\nlead@x.com,promote" and left"\n',
            "line 2: the quoted cell that opens here has a quote that is not written twice, so nobody "
            "can tell where it ends; close it, or write quotes inside it twice",
        ),
    ],
)
def test_a_cell_whose_end_nobody_can_tell_refuses_the_file(text: str, told: str) -> None:
    assert refusal(text) == f"{told}; nothing was imported"


@pytest.mark.parametrize(
    "rows",
    [
        'kim,"so "she" said\nlead,visit\nand left"\n',
        'kim,"said "hello"\nlead,visit\nbye"\n',
        'kim,"said "hello"\nlead,visit\nand so, bye"\n',
        'kim,"hello"\nlead,visit\nbye"\n',
        'kim,"said ""hello""\nlead,visit\n',
        'kim,"hi"\nlead,visit\n"x" and bye"\n',
    ],
)
def test_lines_of_a_note_with_bad_quotes_are_not_taken_for_rows(tmp_path: Path, rows: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n" + rows)
    with pytest.raises(FileUnreadable, match=r"line \d: .* nothing was imported"):
        read(file)


def test_inches_and_formulas_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('a,b\n5" pipe,5"\n="007",x "y" z\n')
    rows = read(tmp_path / "a.csv")
    assert [list(row.cells.values()) for row in rows] == [['5" pipe', '5"'], ['="007"', 'x "y" z']]


def test_a_row_longer_than_any_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROW", 20)
    assert refusal("a\n" + "x" * 21) == "line 2: longer than 20 characters; nothing was imported"
    assert refusal('a\n"' + "x\n" * 20) == (
        "line 2: a quote opens a cell here and is not closed within 20 characters; nothing was imported"
    )
    assert found('a\n"' + "x" * 17 + '"\n')[1].cells == ["x" * 17]


def read(file: Path) -> list[Row]:
    with open_table(file) as table:
        return list(table.rows)


@pytest.mark.parametrize(
    ("above", "header", "columns"),
    [
        (
            "",
            '"Street, house, city, postcode";email;company',
            ("Street, house, city, postcode", "email", "company"),
        ),
        ("", '"a;b","c;d","e;f"', ("a;b", "c;d", "e;f")),
        ("", "a\tb, c\td", ("a", "b, c", "d")),
        ("", "a|b", ("a", "b")),
        ("", '"a\nb";c', ("a\nb", "c")),
        ("sep=;\r\n", "a;b,c,d", ("a", "b,c,d")),
        ('\ufeff"sep=|"\n\n', "a|b;c;d", ("a", "b;c;d")),
        ("\r\n \t\r\n;;\r\n", "a;b", ("a", "b")),
        ("\n\nSEP=\t\n,,\n", "a\tb", ("a", "b")),
        ("", "email", ("email",)),
    ],
)
def test_the_header_tells_the_delimiter(
    tmp_path: Path, above: str, header: str, columns: tuple[str, ...]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(above + header + "\r\n", encoding="utf-8", newline="")
    with open_table(file) as table:
        assert table.columns == columns


def test_columns_that_are_wanted_tell_the_delimiter_where_others_would_win(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Street, house, city;email\nMain Street 1, Ulm;kim@example.com\n")
    with open_table(tmp_path / "a.csv", wanted=("email",)) as table:
        assert table.columns == ("Street, house, city", "email")
        assert [row.fault for row in table.rows] == [None]
    with open_table(tmp_path / "a.csv", ";") as table:
        assert table.columns == ("Street, house, city", "email")


def test_the_file_of_refused_rows_is_written_like_the_first(tmp_path: Path) -> None:
    content = '\ufeff\n"sep=;"\r\n"a;b";c\r\n1\r\n"x\ny";2;3\r\n5";caf\udce9\0\r\n;'
    file = tmp_path / "a.csv"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with open_table(file) as table:
        form = table.form
        refused = [Refused(row.number, row.line, "why; so", row.raw) for row in table.rows]
    assert [each.line for each in refused] == [4, 5, 7, 8]
    rejected = write_rejected(file, None, form, lambda: refused)
    assert rejected.read_bytes().decode("utf-8", "surrogateescape") == (
        '\ufeffsep=;\r\nreason;"a;b";c\r\n'
        '"why; so";1\r\n"why; so";"x\ny";2;3\r\n"why; so";5";caf\udce9\0\r\n"why; so";;\r\n'
    )
