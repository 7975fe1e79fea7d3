"""Compiled agreements in a folder of one user: only what that user's own slaflow put there is gone by."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from support.agreement import SMALL

from slaflow.engine.app import Engine
from slaflow.engine.setup import kept_agreements
from slaflow.engine.setup.kept_agreements import ENDING, MOST_KEPT, KeptAgreements, compiler
from slaflow.workflow.encoding import encoded
from slaflow.workflow.load import load_workflow
from slaflow.workflow.model.workflow import Workflow

MADE = load_workflow(SMALL, holidays={}).require()
NONE = "{}"


@pytest.fixture
def keep(tmp_path: Path) -> KeptAgreements:
    made = KeptAgreements(tmp_path / "cache" / "slaflow")
    made.put(MADE, NONE)
    return made


def file_in(keep: KeptAgreements) -> Path:
    (file,) = keep.folder.iterdir()
    return file


def test_what_was_kept_is_found(keep: KeptAgreements) -> None:
    found = keep.found(SMALL, NONE)
    assert found is not None
    assert (found.digest, found.source) == (MADE.digest, SMALL)
    assert encoded(found) == encoded(MADE)


def test_nobody_else_may_read_or_write_it(keep: KeptAgreements) -> None:
    assert keep.folder.stat().st_mode & 0o777 == 0o700
    assert file_in(keep).stat().st_mode & 0o777 == 0o600


def test_another_text_and_other_holidays_are_another_agreement(keep: KeptAgreements) -> None:
    assert keep.found(SMALL + "\n", NONE) is None
    assert keep.found(SMALL, '{"SE": []}') is None


def garbage(file: Path) -> None:
    file.write_bytes(os.urandom(5000))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def changed(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content.replace(b"Expression", b"Impression", 1))


def nonsense(file: Path) -> None:
    data = b'[[["system", "true"]], [[0]]]'
    file.write_bytes(compiler() + sha256(data).digest() + data)


def deep(file: Path) -> None:
    data = b"[" * 100_000
    file.write_bytes(compiler() + sha256(data).digest() + data)


def writable_by_others(file: Path) -> None:
    file.chmod(0o620)


def a_link(file: Path) -> None:
    elsewhere = file.parent.parent / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def in_an_open_folder(file: Path) -> None:
    file.parent.chmod(0o750)


def in_a_linked_folder(file: Path) -> None:
    elsewhere = file.parent.parent / "elsewhere"
    file.parent.rename(elsewhere)
    file.parent.symlink_to(elsewhere)


@pytest.mark.parametrize(
    "harm",
    [garbage, cut, emptied, changed, nonsense, deep, writable_by_others, a_link, a_pipe, in_an_open_folder,
     in_a_linked_folder],
)  # fmt: skip
def test_what_may_be_somebody_else_s_or_is_broken_is_passed_over(
    keep: KeptAgreements, harm: Callable[[Path], None]
) -> None:
    harm(file_in(keep))
    assert keep.found(SMALL, NONE) is None


@pytest.mark.parametrize("harm", [in_an_open_folder, in_a_linked_folder])
def test_nothing_is_kept_where_somebody_else_might_write(
    keep: KeptAgreements, harm: Callable[[Path], None]
) -> None:
    harm(file_in(keep))
    keep.put(load_workflow(SMALL + "\n").require(), NONE)
    assert len(list(keep.folder.iterdir())) == 1


def test_another_user_s_folder_is_passed_over(keep: KeptAgreements, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: file_in(keep).stat().st_uid + 1)
    assert keep.found(SMALL, NONE) is None


def test_after_an_update_it_is_compiled_anew(keep: KeptAgreements, monkeypatch: pytest.MonkeyPatch) -> None:
    now = sha256(b"another program").digest()
    monkeypatch.setattr(kept_agreements, "compiler", lambda: now)
    assert keep.found(SMALL, NONE) is None
    keep.put(MADE, NONE)
    assert keep.found(SMALL, NONE) is not None
    assert len(list(keep.folder.iterdir())) == 1


def test_a_program_is_another_once_a_file_of_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Package:
        __path__ = (str(tmp_path),)

    (tmp_path / "deep").mkdir()
    module = tmp_path / "deep" / "module.py"
    module.write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(kept_agreements, "COMPILER", (Package,))
    before = compiler.__wrapped__()
    assert compiler.__wrapped__() == before
    told = module.stat()
    module.write_text("x = 2\n", encoding="utf-8")
    os.utime(module, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert compiler.__wrapped__() != before


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    keep = KeptAgreements(tmp_path / "file" / "slaflow")
    keep.put(MADE, NONE)
    assert keep.found(SMALL, NONE) is None


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    keep = KeptAgreements(tmp_path / "slaflow")
    monkeypatch.setattr(os, "rename", full)
    keep.put(MADE, NONE)
    assert list(keep.folder.iterdir()) == []


def test_several_write_and_read_at_once(keep: KeptAgreements) -> None:
    def both(_: int) -> Workflow | None:
        keep.put(MADE, NONE)
        return keep.found(SMALL, NONE)

    with ThreadPoolExecutor(8) as pool:
        assert None not in list(pool.map(both, range(100)))
    file_in(keep)


def test_the_oldest_are_forgotten(keep: KeptAgreements) -> None:
    for number in range(MOST_KEPT + 5):
        old = keep.folder / f"{number}{ENDING}"
        old.touch()
        os.utime(old, (number, number))
    (keep.folder / "note").touch()
    keep.put(MADE, NONE)
    left = {file.name for file in keep.folder.iterdir()}
    assert len(left) == MOST_KEPT + 1
    assert left.isdisjoint(f"{number}{ENDING}" for number in range(6))
    assert keep.found(SMALL, NONE) is not None


def test_a_log_is_decided_again_by_its_texts_alone(app: Engine, tmp_path: Path) -> None:
    """Here what is kept says that everybody has all the time of the world."""
    keep = KeptAgreements(tmp_path / "slaflow")
    (version,) = app.versions()
    keep.put(replace(app.active(), targets=()), version.holidays)
    fooled = Engine(app.database, now=app.now, keep=keep)
    fooled.add({"email": "kim@example.com"}, "marketing")
    assert fooled.active().targets == ()
    assert fooled.verify().ok
    assert not fooled.replay().ok
