"""Files as rows: what can be read is, what cannot is a row with a fault."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.small import EVENTS, LEADS, Import, refused_rows

from slaflow.engine.app import Engine
from slaflow.errors import ExtraMissing
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports import records
from slaflow.exchange.imports.rejects import Refused, write_rejected
from slaflow.exchange.imports.run import import_file
from slaflow.exchange.imports.source import open_table
from slaflow.exchange.imports.table import Form, Row


def rows_of(file: Path) -> list[Row]:
    with open_table(file) as table:
        return list(table.rows)


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_csv_is_read_with_quotes_line_ends_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfname , text\r\nKim,"two\nlines, ""so"""\r\n\r\n  Lee  ,\r\n'
    with open_table(written(tmp_path, "a.csv", content)) as table:
        assert table.columns == ("name", "text")
        assert [row.cells for row in table.rows] == [
            {"name": "Kim", "text": 'two\nlines, "so"'},
            {"name": "Lee", "text": ""},
        ]


def test_ragged_rows_and_bad_bytes_are_faults_of_their_rows_alone(tmp_path: Path) -> None:
    content = b'a,b\n1\n\n1,2,3\nx,caf\xe9\nx,nul\0\n1,"2"x"\nfine,row\n"two\nlines"\nlast'
    faults = [(row.number, row.line, row.fault) for row in rows_of(written(tmp_path, "a.csv", content))]
    assert faults == [
        (1, 2, "the row has 1 cells, the header 2"),
        (2, 4, "the row has 3 cells, the header 2"),
        (3, 5, "b: is not UTF-8"),
        (4, 6, "b: holds a NUL character"),
        (5, 7, "the row cannot be read: a quote inside a quoted cell is not written twice"),
        (6, 8, None),
        (7, 9, "the row, on lines 9 to 10, has 1 cells, the header 2"),
        (8, 11, "the row has 1 cells, the header 2"),
    ]


def test_a_folder_that_takes_no_file_sends_it_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    form, here = Form(("a",)), tmp_path / "a.csv.rejected.csv"
    refusals = [Refused(1, 2, "why", b"x")]
    assert write_rejected(tmp_path / "gone" / "a.csv", None, form, lambda: refusals) == here
    with pytest.raises(FileUnreadable, match="refused rows cannot be written"):
        write_rejected(Path("a.csv"), tmp_path / "gone" / "b.csv", form, lambda: refusals)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", "a,b\n".encode("utf-16"), "this is UTF-16; save the file as UTF-8"),
        ("a.csv", b"\n;;\n \n", "the file is empty"),
        ("a.csv", b"caf\xe9\n", "the header is not UTF-8"),
        ("a.csv", "a,b\n".encode("utf-16-le"), "the header holds NUL characters, as UTF-16 does"),
        (
            "a.csv",
            b'a,"b\n1,2\n',
            "the header cannot be read: line 1: a quote opens a cell here and is never",
        ),
        ("a.csv", b'\na,"b"c",d\n1,2,3\n', "the header cannot be read: line 2: a quote inside a quoted"),
        ("a.csv", b"sep=:\na:b\n", 'line 1: "sep=:" names no delimiter; known: comma, semicolon'),
        ("a.cvs", b"a\n", 'cannot tell what ".cvs" holds; did you mean ".csv"?'),
        ("a.parquet", b"a,b\n", "this is no Parquet file"),
    ],
)
def test_a_file_that_is_not_what_it_seems_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    file = written(tmp_path, name, content)
    with pytest.raises(FileUnreadable) as unreadable:
        rows_of(file)
    assert str(unreadable.value).startswith(f"{file}: {reason}")
    assert unreadable.value.exit_code == 3


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="there is no such file"):
        rows_of(tmp_path / "a.csv")


def test_json_lines_keep_numbers_as_written_and_nested_names_with_dots(tmp_path: Path) -> None:
    content = (
        b'{"id": 12345678901234567890, "price": 10.50, "ok": true, "none": null,'
        b' "in": {"a": {"b": " x "}}, "tags": ["a", "b"]}\n\n[1]\n{"a": \n{"a": "\\ud800"}\n'
    )
    rows = rows_of(written(tmp_path, "a.jsonl", content))
    assert rows[0].cells == {
        "id": "12345678901234567890", "price": "10.50", "ok": "true", "none": "",
        "in.a.b": "x", "tags": '["a", "b"]',
    }  # fmt: skip
    assert [row.fault is None for row in rows] == [True, False, False, False]
    assert (rows[1].fault, rows[3].fault) == ("the line is not a JSON object", "a: is not UTF-8")
    assert (rows[2].fault or "").startswith("the line is not JSON: ")


def test_json_lines_are_imported_and_their_refusals_become_csv(load: Import) -> None:
    report = load(
        EVENTS,
        '{"email": "kim@example.com", "event": "visit", "at": "2026-03-01T10:00:00Z"}',
        '{"email": "nobody"}',
        "no json",
        file="events.jsonl",
    )
    assert (report.leads_added, report.events, report.refused) == (1, 1, 2)
    assert [row["email"] for row in refused_rows(report)] == ["nobody", ""]
    assert refused_rows(report)[1]["line"] == "no json"
    unseen = ("source", "who", "amount", "why")
    assert report.notes == [f'no row has a column "{column}"' for column in unseen]


def test_parquet_gives_the_text_a_csv_would(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["Kim", None],
            "whole": [12.0, None],
            "part": [1e-7, float("nan")],
            "money": [Decimal("10.50"), None],
            "day": [date(2026, 3, 1), None],
            "at": pa.array([datetime(2026, 3, 1, 10, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
            "local": [datetime(2026, 3, 1, 10), None],  # noqa: DTZ001  a file's own naive instant
            "ok": [True, None],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    first, second = rows_of(tmp_path / "a.parquet")
    assert list(first.cells.values()) == [
        "Kim", "12", "0.0000001", "10.50", "2026-03-01",
        "2026-03-01T10:00:00+00:00", "2026-03-01T10:00:00", "true",
    ]  # fmt: skip
    assert set(second.cells.values()) == {""}


def test_parquet_without_its_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExtraMissing, match=r"the extra \"export\"; run: pip install 'slaflow\[export\]'"):
        rows_of(written(tmp_path, "a.parquet", b""))


def test_a_parquet_file_is_imported_like_any_other(app: Engine, load: Import, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(LEADS)
    since = [datetime(2026, 3, 1, 10), None]  # noqa: DTZ001  a file's own naive instant
    columns = {"email": ["kim@example.com", "lee"], "source": ["web", "web"], "employees": [3.0, None]}
    pq.write_table(pa.table({**columns, "since": since}), tmp_path / "leads.parquet")
    report = import_file(app, tmp_path / "leads.parquet", tmp_path / "map.yaml")
    assert app.show("kim@example.com")["created_at"] == "2026-03-01T09:00:00Z"
    assert [row["email"] for row in refused_rows(report)] == ["lee"]


def test_a_name_that_stands_twice_in_a_line_of_json_is_a_fault_of_that_line(tmp_path: Path) -> None:
    content = (
        b'{"a": 1, "a": 2}\n{"b": {"c": 1}, "b.c": 2}\n \t\n\x0c\n{"a": "\\u0000"}\n{"a": "\0"}\n{"a": 3}'
    )
    rows = rows_of(written(tmp_path, "a.jsonl", content))
    assert [(row.line, row.fault is None) for row in rows] == [
        (1, False), (2, False), (4, False), (5, False), (6, False), (7, True),
    ]  # fmt: skip
    assert [row.fault for row in rows[:2]] == ['the line names "a" twice', 'the line names "b.c" twice']


def test_a_line_of_json_without_end_is_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_ROW", 20)
    file = written(tmp_path, "a.jsonl", b'{"a": 1}\n{"a": "' + b"x" * 20)
    with pytest.raises(FileUnreadable, match="line 2: longer than 20 characters; nothing was imported"):
        rows_of(file)


def test_two_columns_of_one_name_in_parquet_are_two(tmp_path: Path) -> None:
    pq.write_table(pa.table([["x"], ["y"]], names=["a", "a"]), tmp_path / "a.parquet")
    with open_table(tmp_path / "a.parquet") as table:
        assert table.columns == ("a", "a")
        assert [row.raw for row in table.rows] == [b"x,y"]
