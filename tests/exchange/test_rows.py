"""Files as rows: what can be read is, what cannot is a row with a fault."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exchange.small import EVENTS, EVENTS_HEADER, LEADS, Import, reasons, refused_rows

from slaflow.engine.app import Engine
from slaflow.errors import ExtraMissing
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.importing import import_file
from slaflow.exchange.rejected import write_rejected
from slaflow.exchange.rows import Row, open_table


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


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_are_found_from_the_header(tmp_path: Path, delimiter: str) -> None:
    content = f"name{delimiter}amount\nKim{delimiter}1,5\n".encode()
    assert rows_of(written(tmp_path, "a.csv", content))[0].cells == {"name": "Kim", "amount": "1,5"}


def test_ragged_rows_bad_bytes_and_open_quotes_are_faults_of_their_rows_alone(tmp_path: Path) -> None:
    content = b'a,b\n1\n1,2,3\nx,caf\xe9\nx,nul\0\n1,"2"x\nfine,row\n1,"open\n'
    faults = [(row.number, row.fault) for row in rows_of(written(tmp_path, "a.csv", content))]
    assert faults == [
        (1, "the row has 1 cells, the header 2"),
        (2, "the row has 3 cells, the header 2"),
        (3, "b: is not UTF-8"),
        (4, "b: holds a NUL character"),
        (5, "the row cannot be read: ',' expected after '\"'"),
        (6, None),
        (7, "the row cannot be read: unexpected end of data"),
    ]


def test_what_was_refused_is_written_byte_for_byte(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, "a.csv", b"a,b\nx,caf\xe9\n1,2,3\n1\n"))
    refusals = [(row.number, "why", row.raw) for row in rows]
    file = write_rejected(tmp_path / "a.csv", None, ("a", "b"), refusals)
    assert file.read_bytes() == b"a,b,reason\r\nx,caf\xe9,why\r\n1,2,why,3\r\n1,,why\r\n"


def test_a_folder_that_takes_no_file_sends_it_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refusals = [(1, "why", ["x"])]
    here = tmp_path / "a.csv.rejected.csv"
    assert write_rejected(tmp_path / "gone" / "a.csv", None, ("a",), refusals) == here
    with pytest.raises(FileUnreadable, match="refused rows cannot be written"):
        write_rejected(Path("a.csv"), tmp_path / "gone" / "b.csv", ("a",), refusals)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", "a,b\n".encode("utf-16"), "this is UTF-16; save the file as UTF-8"),
        ("a.csv", b"caf\xe9\n", "the header is not UTF-8"),
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


def test_a_row_too_long_for_a_cell_is_refused_and_the_next_is_read(load: Import) -> None:
    at = "2026-03-01T10:00:00Z"
    report = load(
        EVENTS, EVENTS_HEADER,
        f'kim@example.com,web,visit,{at},,,"{"x" * 200_000}"', f"lee@example.com,web,visit,{at},,,",
    )  # fmt: skip
    assert (report.rows, report.events) == (2, 1)
    assert reasons(report) == ["the row cannot be read: field larger than field limit (131072)"]
