"""The record of what was archived, forged; a person erased; other programs reading the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as parquet  # type: ignore[import-untyped]  # ships no stubs
import pytest
from support.archiving import NOW, archived, at_rest, behind, everywhere, files, signed, six_leads
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.log.errors import LogTampered
from slaflow.log.verify import Finding
from slaflow.store.database import Database
from slaflow.store.log.entries import heads

pytestmark = everywhere


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    """Six leads of March: the first four closed, the fifth still owed a word, the sixth closed in April."""
    return at_rest(world_of(six_leads))


def named(app: Engine) -> list[str]:
    return [finding.reason for finding in app.verify().findings]


FORGERIES = [
    (
        "UPDATE archive SET sha256 = root",
        "the record of archive 1 (log-archive-0001.parquet) is not what was",
    ),
    ("UPDATE archive SET entries = entries - 1", "the record of archive 1"),
    ("UPDATE archived_stream SET seq = seq + 1 WHERE stream = 'lead:3'", "the stream should end with entry"),
    ("UPDATE archived_stream SET hash = ''", "should end in another hash"),
    ("DELETE FROM archived_stream", "entries are missing"),
    (
        "DELETE FROM lead WHERE id = 2",
        "its first entries are archived, and nothing else knows of this stream",
    ),
    ("DELETE FROM entry WHERE stream = 'archive'", "all 1 entries are missing"),
]


@pytest.mark.parametrize(("forgery", "reason"), FORGERIES)
def test_a_forged_record_is_found(app: Engine, tmp_path: Path, forgery: str, reason: str) -> None:
    archived(app, tmp_path)
    behind(app, "DELETE FROM clock", forgery)
    assert any(reason in found for found in named(app)), named(app)


def test_a_lead_cannot_be_passed_off_as_archived(app: Engine, tmp_path: Path) -> None:
    """Its entries deleted, and an end for it slipped into the record: what was logged says otherwise."""
    archived(app, tmp_path)
    behind(
        app,
        "INSERT INTO archived_stream SELECT stream, seq, hash, id, 1 FROM entry "
        "WHERE lead = 5 AND seq = (SELECT max(seq) FROM entry WHERE lead = 5)",
        "DELETE FROM entry WHERE lead = 5",
    )
    assert named(app) == ["where the streams of archive 1 (log-archive-0001.parquet) end was changed"]


def test_no_head_is_signed_over_a_forged_record(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    behind(app, "UPDATE archive SET root = sha256")
    with pytest.raises(LogTampered, match="record of archive 1"):
        signed(app)


def test_erasing_a_person_empties_every_archive(app: Engine, tmp_path: Path) -> None:
    """No byte of the files changes; what is in them of the person cannot be read any more."""
    archived(app, tmp_path)
    head = signed(app)
    assert b"kim2@example.com" not in Path(tmp_path / "log-archive-0001.parquet").read_bytes()
    assert "kim2@example.com" in told(app, tmp_path)
    app.erase("kim2@example.com", "asked for it", "sales", at=NOW)
    assert "kim2@example.com" not in told(app, tmp_path)
    assert "kim3@example.com" in told(app, tmp_path)
    assert app.verify(signed=head, archived=files(app, tmp_path)).ok
    assert app.verify().ok


def test_data_that_cannot_be_read_of_somebody_not_erased_is_a_change(app: Engine, tmp_path: Path) -> None:
    archived(app, tmp_path)
    other = "'\\x00'::bytea" if app.database.dialect == "postgresql" else "x'00'"
    behind(app, f"UPDATE lead SET salt = {other} WHERE id = 2")
    found: list[Finding] = list(app.verify(archived=files(app, tmp_path)).findings)
    assert [(each.stream, each.seq, each.reason) for each in found] == [
        ("lead:2", 1, "its data cannot be read")
    ]


def told(app: Engine, folder: Path) -> str:
    """All data of the archive that the database's salts open."""
    with app.database.read() as connection:
        return " ".join(str(raw[23]) for raw in files(app, folder).entries(heads(connection)))


def test_other_programs_read_the_file(app: Engine, tmp_path: Path) -> None:
    report = archived(app, tmp_path)
    table = parquet.read_table(report.files[0])
    assert table.num_rows == report.entries
    assert {"won", "mql"} <= set(table.column("to").to_pylist())
    assert str(table.schema.field("at").type) == "timestamp[us, tz=UTC]"
    assert sorted(set(table.column("stream").to_pylist())) == ["lead:1", "lead:2", "lead:3", "lead:4"]
    assert b"slaflow.archive" in table.schema.metadata
