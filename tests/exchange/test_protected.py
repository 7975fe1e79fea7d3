"""What a program writes through slaflow spares one's own just as what commands write."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.archiving import NOW, archived, at_rest, files, six_leads
from support.lives import a_log

from slaflow.engine.app import Engine
from slaflow.engine.files.atomic import FileUnwritable, new_file, new_folder, save
from slaflow.engine.files.own import FileProtected
from slaflow.exchange.archive import run as archiving
from slaflow.exchange.archive.run import archive
from slaflow.exchange.exports.run import export_log
from slaflow.report.review import write_review
from slaflow.store.database import Database


def test_the_database_is_spared_by_whoever_writes(database: Database, tmp_path: Path) -> None:
    a_log(database)
    engine, file = Engine(database), tmp_path / "slaflow.db"
    before = file.read_bytes()
    with pytest.raises(FileProtected):
        export_log(engine, "csv", file)
    with pytest.raises(FileProtected):
        write_review(engine, file, NOW, NOW)
    with pytest.raises(FileProtected):
        save(file, b"")
    with pytest.raises(FileProtected), new_file(file):
        pass
    with pytest.raises(FileProtected), new_folder(tmp_path / "slaflow.db-wal"):
        pass
    assert file.read_bytes() == before


def test_two_that_archive_at_once_do_not_write_over_each_others_file(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has chosen its name before the first one's file is there."""
    six_leads(database)
    engine = at_rest(database)
    check = archiving._check

    def meanwhile(*args: object) -> None:
        monkeypatch.setattr(archiving, "_check", check)
        archived(Engine(database.shown), tmp_path)
        check(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(archiving, "_check", meanwhile)
    with pytest.raises(FileUnwritable, match=r"log-archive-0001\.parquet: it cannot be written: file exists"):
        archive(engine, NOW, tmp_path, at=NOW)
    assert engine.verify(archived=files(engine, tmp_path)).ok
