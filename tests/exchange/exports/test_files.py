"""An export is there whole or not at all, and says in one line why it is not."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.lives import a_log, exported

from slaflow.engine.files.atomic import FileUnwritable, new_folder
from slaflow.engine.log import read
from slaflow.exchange.exports import run as export
from slaflow.exchange.exports.run import TYPES
from slaflow.log.entry import Entry
from slaflow.store.database import Database

every_type = pytest.mark.parametrize("type", TYPES)


class Torn(Exception):
    """The log stops in the middle, as when a connection is lost."""


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("slaflow.db"))


@pytest.fixture
def torn(monkeypatch: pytest.MonkeyPatch) -> None:
    def some(*args: object) -> Iterator[Entry]:
        for number, entry in enumerate(entries(*args)):  # type: ignore[arg-type]
            if number == 5:
                raise Torn
            yield entry

    entries = read.entries
    monkeypatch.setattr(export.read, "entries", some)


@every_type
@pytest.mark.usefixtures("torn")
def test_an_export_that_breaks_off_leaves_what_stood_there(
    database: Database, tmp_path: Path, type: str
) -> None:
    a_log(database)
    (tmp_path / "log").write_text("the one of yesterday")
    with pytest.raises(Torn):
        exported(database, type, tmp_path / "log")
    assert left_in(tmp_path) == ["log"]
    assert (tmp_path / "log").read_text() == "the one of yesterday"


@pytest.mark.usefixtures("torn")
def test_a_folder_that_breaks_off_is_not_there(database: Database, tmp_path: Path) -> None:
    a_log(database)
    with pytest.raises(Torn):
        exported(database, "parquet", tmp_path / "log", partition=True)
    assert left_in(tmp_path) == []


@every_type
def test_a_whole_one_takes_the_place_of_what_stood_there(
    database: Database, tmp_path: Path, type: str
) -> None:
    entries = a_log(database)
    (tmp_path / "log").write_text("the one of yesterday")
    assert exported(database, type, tmp_path / "log", lead=2).entries < len(entries)
    assert left_in(tmp_path) == ["log"]
    assert b"yesterday" not in (tmp_path / "log").read_bytes()


def test_a_link_goes_on_pointing_to_the_file(database: Database, tmp_path: Path) -> None:
    a_log(database)
    (tmp_path / "dated").mkdir()
    (tmp_path / "log").symlink_to(tmp_path / "dated" / "log")
    exported(database, "csv", tmp_path / "log")
    assert (tmp_path / "log").is_symlink()
    assert left_in(tmp_path / "dated") == ["log"]


def test_who_may_read_it_is_for_the_umask_to_say(database: Database, tmp_path: Path) -> None:
    a_log(database)
    (tmp_path / "usual").touch()
    (tmp_path / "folder").mkdir()
    exported(database, "csv", tmp_path / "log")
    exported(database, "parquet", tmp_path / "parts", partition=True)
    modes = [(tmp_path / name).stat().st_mode for name in ("log", "usual", "parts", "folder")]
    assert (modes[0], modes[2]) == (modes[1], modes[3])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "there is a folder of that name; name a file"),
        ("pipe", "this is no regular file; name another, or - for standard output"),
        ("nowhere/log", r"there is no folder .*/nowhere; make it first"),
        ("usual/log", r"there is no folder .*/usual; make it first"),
    ],
)
def test_a_place_that_is_no_place_for_a_file(
    database: Database, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "usual").touch()
    os.mkfifo(tmp_path / "pipe")
    before = left_in(tmp_path)
    with pytest.raises(FileUnwritable, match=f"{name}: {reason}$"):
        exported(database, "csv", tmp_path / name)
    assert left_in(tmp_path) == before


def test_a_folder_cannot_take_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    with pytest.raises(FileUnwritable, match="there is a file of that name"), new_folder(tmp_path / "log"):
        pass


def script(database: Database, type: str, *lines: str) -> list[str]:
    """For a Python that exports to ``log`` after *lines*."""
    script = [
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})",
        "from support.lives import *",
        *lines,
        f"exported(Database({database.shown!r}), {type!r}, Path('log'))",
    ]
    return ["-c", "\n".join(script)]


@every_type
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_full_disk_is_told_in_one_line(
    database: Database, tmp_path: Path, type: str, loaded_python: list[str]
) -> None:
    """A limit of the size of files stands for the disk; what is written hits it in the same way."""
    a_log(database)
    limit = 2048

    def small_disk() -> None:
        # The database's own shared memory must fit: it is made before.
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    with database.read():
        run = subprocess.run(
            [*loaded_python, *script(database, type)],
            cwd=tmp_path,
            preexec_fn=small_disk,
            capture_output=True,
            text=True,
        )
    assert "FileUnwritable: log: it cannot be written: " in run.stderr.splitlines()[-1]
    assert left_in(tmp_path) == []


@every_type
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_killed_export_leaves_no_file_of_that_name(
    database: Database, tmp_path: Path, type: str, loaded_python: list[str]
) -> None:
    a_log(database)
    die = (
        "import os, signal",
        "from slaflow.exchange.exports import run",
        "run.NOTED_EVERY = 10",
        "die = lambda number: os.kill(os.getpid(), signal.SIGKILL)",
    )
    command = [*loaded_python, *script(database, type, *die)]
    command[-1] = command[-1].replace("Path('log'))", "Path('log'), progress=die)")
    run = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert run.returncode == -signal.SIGKILL
    assert not (tmp_path / "log").exists()
