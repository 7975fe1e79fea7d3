"""The log as JSON lines and as CSV, on every database."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.builders import MONDAY
from support.lives import ANNA, a_log, exported

from slaflow.engine.app import Engine
from slaflow.exchange.exports.run import NotExportable, UnknownType, export_log
from slaflow.log.entry import KEYS
from slaflow.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_line_of_json_is_the_entry_as_it_is_listed(database: Database, tmp_path: Path) -> None:
    entries = a_log(database)
    report = exported(database, "jsonl", tmp_path / "log.jsonl")
    lines = (tmp_path / "log.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [entry.as_json() for entry in entries]
    assert report.as_json() == {"entries": len(entries), "file": str(tmp_path / "log.jsonl")}


def test_a_row_has_every_key_and_the_very_text_that_was_hashed(database: Database, tmp_path: Path) -> None:
    entries = a_log(database)
    exported(database, "csv", tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert tuple(rows[0]) == KEYS
    assert [row["data"] for row in rows] == [entry.data_text or "" for entry in entries]
    for row, entry in zip(rows, entries, strict=True):
        shown = {**entry.as_json(), "data": entry.data_text}
        shown["handoff"] = "true" if entry.handoff else "false"
        assert row == {key: "" if value is None else str(value) for key, value in shown.items()}


def test_only_what_passes_every_filter_is_exported(database: Database, tmp_path: Path) -> None:
    entries = a_log(database)
    chosen = {"kind": "breached", "from_": MONDAY, "to": MONDAY + timedelta(hours=9), "target": "respond"}
    exported(database, "jsonl", tmp_path / "breaches.jsonl", **chosen)
    exported(database, "jsonl", tmp_path / "page.jsonl", actor=ANNA, after=entries[4].id, limit=3)
    assert [row["lead"] for row in rows_of(tmp_path / "breaches.jsonl")] == [2, 10, 3]
    hers = [entry.id for entry in entries[5:] if entry.actor == ANNA][:3]
    assert [row["id"] for row in rows_of(tmp_path / "page.jsonl")] == hers


def test_of_an_empty_log_csv_still_names_its_columns(database: Database, tmp_path: Path) -> None:
    assert exported(database, "jsonl", tmp_path / "log.jsonl").entries == 0
    assert exported(database, "csv", tmp_path / "log.csv").entries == 0
    assert (tmp_path / "log.jsonl").read_bytes() == b""
    assert (tmp_path / "log.csv").read_text() == ",".join(KEYS) + "\n"


@pytest.mark.parametrize("type", ["jsonl", "csv", "xes", "ocel"])
def test_what_is_streamed_is_what_a_file_holds(database: Database, tmp_path: Path, type: str) -> None:
    a_log(database)
    pieces: list[bytes] = []
    report = export_log(Engine(database), type, None, write=pieces.append)
    exported(database, type, tmp_path / "file")
    assert report.as_json()["file"] is None
    assert b"".join(pieces) == (tmp_path / "file").read_bytes()


def test_progress_hears_how_far_it_is(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slaflow.exchange.exports.run.NOTED_EVERY", 20)
    entries, heard = a_log(database), []
    exported(database, "csv", tmp_path / "log.csv", progress=heard.append)
    assert heard == list(range(20, len(entries) + 1, 20))


def test_an_unknown_type_is_answered_with_the_nearest(database: Database, tmp_path: Path) -> None:
    with pytest.raises(UnknownType, match=r'^unknown type "jsnol"; did you mean "jsonl"\?$'):
        exported(database, "jsnol", tmp_path / "log")
    with pytest.raises(UnknownType, match=r'^unknown type "pdf"; there are jsonl, csv, .*ocel-sqlite$'):
        exported(database, "pdf", tmp_path / "log")


def test_what_does_not_go_together_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match=r"^--partition goes with --type parquet, not with csv$"):
        exported(database, "csv", tmp_path / "log", partition=True)
    with pytest.raises(NotExportable, match=r"^parquet does not go to standard output; name a file"):
        export_log(Engine(database), "parquet", None)
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "slaflow.db"])
