"""The log as typed Parquet, whole and by month, on every database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from support.builders import a_draft, sealed, utc
from support.lives import a_log, exported, written

from slaflow.engine.files.atomic import FileUnwritable
from slaflow.errors import ExtraMissing
from slaflow.exchange.exports import parquet as parquet_log
from slaflow.log.entry import KEYS
from slaflow.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rows_of(file: Path) -> list[dict[str, Any]]:
    # Without partitioning: what stands in the folder's name is no column of the file.
    return parquet.read_table(file, partitioning=None).to_pylist()


def test_values_come_back_with_their_types(database: Database, tmp_path: Path) -> None:
    entries = a_log(database)
    exported(database, "parquet", tmp_path / "log.parquet")
    expected = [dict(zip(KEYS, entry, strict=True)) for entry in entries]
    assert rows_of(tmp_path / "log.parquet") == expected
    schema = parquet.read_schema(tmp_path / "log.parquet")
    assert str(schema.field("at").type) == "timestamp[us, tz=UTC]"
    assert {str(schema.field(name).type) for name in ("id", "lead", "clock", "caused_by")} == {"int64"}
    assert str(schema.field("handoff").type) == "bool"
    assert not schema.field("at").nullable


def test_row_groups_are_bounded(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_log, "ROWS_AT_ONCE", 10)
    entries = a_log(database)
    exported(database, "parquet", tmp_path / "log.parquet")
    found = parquet.read_metadata(tmp_path / "log.parquet")
    groups = [found.row_group(number).num_rows for number in range(found.num_row_groups)]
    assert groups == [10] * (len(entries) // 10) + [len(entries) % 10]


def test_an_empty_log_is_a_file_with_columns(database: Database, tmp_path: Path) -> None:
    exported(database, "parquet", tmp_path / "log.parquet")
    assert (parquet.read_table(tmp_path / "log.parquet").column_names, rows_of(tmp_path / "log.parquet")) == (
        list(KEYS), [],
    )  # fmt: skip


def over_three_months(database: Database) -> None:
    """Months in the order of ids: March, January, March, February, March."""
    instants = ("2026-03-31T23:59:59.999999", "2026-01-31T12:00", "2026-03-01T00:00", "2026-02-01T00:00")
    for lead, text in enumerate((*instants, "2026-03-15T00:00"), 1):
        written(database, sealed([a_draft(at=utc(text))], lead))


def test_a_folder_has_a_part_for_each_month_in_utc(database: Database, tmp_path: Path) -> None:
    over_three_months(database)
    report = exported(database, "parquet", tmp_path / "log", partition=True)
    found = {
        file.relative_to(tmp_path / "log").as_posix(): rows_of(file) for file in tmp_path.rglob("*.parquet")
    }
    assert {name: [row["lead"] for row in rows] for name, rows in found.items()} == {
        "month=2026-01/part-0.parquet": [2],
        "month=2026-02/part-0.parquet": [4],
        "month=2026-03/part-0.parquet": [3, 5, 1],
    }
    assert report.entries == 5
    together = parquet.read_table(tmp_path / "log")
    assert sorted(set(together["month"].to_pylist())) == ["2026-01", "2026-02", "2026-03"]


def test_a_folder_with_something_in_it_is_left_alone(database: Database, tmp_path: Path) -> None:
    over_three_months(database)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "mine.txt").write_text("mine")
    with pytest.raises(FileUnwritable, match="the folder is not empty; name one that is empty or not there"):
        exported(database, "parquet", tmp_path / "log", partition=True)
    assert [path.name for path in tmp_path.rglob("*") if "slaflow.db" not in path.name] == ["log", "mine.txt"]


def test_an_empty_folder_is_filled(database: Database, tmp_path: Path) -> None:
    over_three_months(database)
    (tmp_path / "log").mkdir()
    exported(database, "parquet", tmp_path / "log", partition=True, limit=2)
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == ["month=2026-01", "month=2026-03"]


def test_without_pyarrow_it_says_what_to_install(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExtraMissing, match=r"^writing Parquet needs .* pip install 'slaflow\[export\]'$"):
        exported(database, "parquet", tmp_path / "log.parquet")
    assert not (tmp_path / "log.parquet").exists()
