"""Nothing of one's own is written over, whatever command writes and by whatever name the file is called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from support.commands import AGREEMENT, Said, Slaflow, everywhere

from slaflow.cli.file_options import InputFile, InputText, OutputFile
from slaflow.cli.main import cli

MONTH = ("--from", "2026-03-01", "--to", "2026-04-01")
MAP = "lead: {email: email}\n"
WRITERS: dict[str, tuple[object, ...]] = {
    "jsonl": ("log", "export", "--type", "jsonl", "-o"),
    "ocel": ("log", "export", "--type", "ocel-sqlite", "-o"),
    "folder": ("log", "export", "--type", "parquet", "--partition", "-o"),
    "checkpoint": ("log", "checkpoint", "-o"),
    "proof": ("log", "prove", "1", "-o"),
    "review": ("report", "review", *MONTH, "-o"),
    "page": ("workflow", "document", "other.yaml", "-o"),
    "plot": ("report", "sla", "--plot"),
    "rejected": ("import", "b.csv", "--map", "m.yaml", "--rejected"),
}


@pytest.fixture
def at_work(handed_over: Slaflow, tmp_path: Path) -> Slaflow:
    """Kim's log with everything beside it that people have: settings, a key, a file to import, links."""
    (tmp_path / "slaflow.toml").write_text('database = "sqlite:///slaflow.db"\n')
    (tmp_path / "b.csv").write_text("email\nnobody\n")
    (tmp_path / "m.yaml").write_text(MAP)
    (tmp_path / "other.yaml").write_text(AGREEMENT)
    assert handed_over("key", "new", "example.com/leads").code == 0
    assert handed_over("log", "checkpoint").code == 0
    return handed_over


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(said: Said, file: object, what: str) -> None:
    complaint = f"slaflow: {file}: this is {what}, which nothing is written over; name another file\n"
    assert (said.code, said.out, said.err) == (2, "", complaint)


@pytest.mark.parametrize("writer", WRITERS)
def test_no_output_takes_the_place_of_what_one_has(at_work: Slaflow, tmp_path: Path, writer: str) -> None:
    kept = {
        "slaflow.db": "the database",
        "../{here}/slaflow.db": "the database",
        "slaflow.db-wal": "a file that SQLite keeps for the database",
        "slaflow.db-shm": "a file that SQLite keeps for the database",
        "slaflow.db-journal": "a file that SQLite keeps for the database",
        "slaflow.key": "a key",
        "slaflow.toml": "the settings file",
        "office-deal.yaml": "an agreement",
    }
    for number, (name, what) in enumerate(kept.items()):
        file = tmp_path / name.format(here=tmp_path.name)
        names = [file]
        if file.exists():
            (symlink := tmp_path / f"{number}s.svg").symlink_to(file)
            os.link(file, hard := tmp_path / f"{number}h.svg")
            names += [symlink, hard]
        for each in names if writer != "plot" else names[1:]:
            before = everything(tmp_path)
            refused(at_work(*WRITERS[writer], each), each, what)
            assert everything(tmp_path) == before


@everywhere
def test_the_agreement_in_force_is_known_by_its_text(office: Slaflow, agreement: Path) -> None:
    moved = agreement.rename(agreement.with_name("agreement.txt"))
    before = moved.read_bytes()
    refused(office("log", "export", "--type", "csv", "-o", moved), moved, "an agreement")
    assert moved.read_bytes() == before


@pytest.mark.usefixtures("drawn_once")
def test_what_one_wrote_oneself_may_be_written_again(at_work: Slaflow, tmp_path: Path) -> None:
    again = ("jsonl", "ocel", "checkpoint", "proof", "review", "plot", "rejected")
    for writer in again:
        for _ in ("first", "again"):
            said = at_work(*WRITERS[writer], tmp_path / f"{writer}.svg")
            assert said.code == (1 if writer == "rejected" else 0), said.err


def test_a_signed_head_is_followed_by_a_later_one_alone(at_work: Slaflow, tmp_path: Path) -> None:
    head = tmp_path / "head.txt"
    for _ in ("last night", "tonight"):
        assert at_work("log", "checkpoint", "-o", head).code == 0
    signed = head.read_bytes()
    refused(at_work("log", "export", "--type", "csv", "-o", head), head, "a signed checkpoint")
    under_it = ("log", "prove", "1", "--checkpoint", "head.txt", "-o", "head.txt")
    refused(at_work(*under_it), "head.txt", "a file that this command reads")
    assert head.read_bytes() == signed


def test_an_import_spares_what_it_reads(at_work: Slaflow, tmp_path: Path) -> None:
    load = ("import", "b.csv", "--map", "m.yaml")
    before = everything(tmp_path)
    for name in ("b.csv", "m.yaml"):
        refused(at_work(*load, "--rejected", name), name, "a file that this command reads")
    (tmp_path / "b.csv.rejected.csv").symlink_to("slaflow.db")
    refused(at_work(*load), "b.csv.rejected.csv", "the database")
    (tmp_path / "b.csv.rejected.csv").unlink()
    assert everything(tmp_path) == before
    assert at_work("lead", "list", "--format", "json").json[-1]["key"] == "kim@example.com"


def test_keys_that_are_trusted_are_spared(at_work: Slaflow, tmp_path: Path) -> None:
    keys = tmp_path / "trusted.txt"
    keys.write_text(f"# ours\n{at_work('key', 'show').out}")
    refused(at_work("log", "prove", "1", "-o", keys), keys, "a key")
    given = ("log", "prove", "1", "--key", "trusted.txt", "-o", "trusted.txt")
    refused(at_work(*given), "trusted.txt", "a file that this command reads")


def test_the_database_that_the_settings_name_is_spared_too(at_work: Slaflow, tmp_path: Path) -> None:
    other = ("--db", f"sqlite:///{tmp_path}/other.db")
    assert at_work(*other, "db", "upgrade").code == 0
    export = ("log", "export", "--type", "csv", "-o")
    refused(at_work(*export, "slaflow.db", *other), "slaflow.db", "the database")
    refused(at_work(*export, "other.db"), "other.db", "the database")
    refused(at_work(*export, "other.db-wal"), "other.db-wal", "a file that SQLite keeps for the database")
    assert at_work("log", "verify").code == 0
    elsewhere = {"SLAFLOW_DB": f"sqlite:///{tmp_path}/third.db"}
    refused(at_work(*export, "third.db", env=elsewhere), "third.db", "the database")


def test_an_archive_is_spared_by_whatever_name(at_work: Slaflow, tmp_path: Path) -> None:
    for words in (
        ("fire", "kim@example.com", "accept"),
        ("check", "kim@example.com", "value", "--set", "expected_value=20000"),
        ("fire", "kim@example.com", "win", "--set", "amount=20000"),
    ):
        assert at_work("lead", *words, "--as", "sales", "--at", "2026-03-06T15:00:00+01:00").code == 0
    assert at_work("log", "archive", "--before", "2026-04-01", "--at", "2026-06-01T08:00:00Z").code == 0
    file = (tmp_path / "log-archive-0001.parquet").rename(tmp_path / "march.parquet")
    export = ("log", "export", "--type", "parquet", "-o")
    refused(at_work(*export, file), file, "an archive of the log")
    assert at_work("log", "verify", "--archive", ".").code == 0
    damaged = tmp_path / "log-archive-0001.parquet"
    damaged.write_bytes(file.read_bytes()[:-20])
    refused(at_work(*export, damaged), damaged, "an archive of the log")


def test_no_key_is_made_where_a_part_of_the_database_goes(at_work: Slaflow, tmp_path: Path) -> None:
    refused(
        at_work("key", "new", "-o", "slaflow.db-wal"),
        "slaflow.db-wal",
        "a file that SQLite keeps for the database",
    )
    assert at_work("key", "new", "-o", "sales.key").code == 0


def test_a_lost_databases_remains_are_not_swallowed_by_a_new_one(slaflow: Slaflow, tmp_path: Path) -> None:
    (tmp_path / "slaflow.db-wal").write_text("all that is left")
    said = slaflow("init")
    assert (said.code, said.out) == (1, "")
    assert (
        said.err
        == "slaflow: slaflow.db-wal: there already, and init overwrites nothing; name another folder\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["slaflow.db-wal"]


def path_parameters(command: click.Command, name: str) -> Iterator[tuple[str, click.Parameter]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from path_parameters(found, f"{name} {each}".strip())
        return
    yield from ((name, each) for each in command.params if isinstance(each.type, click.Path | InputText))


def test_every_command_says_of_each_file_whether_it_reads_or_writes_it() -> None:
    """So that none that is added later goes past the question."""
    folders = {
        ("init", "folder"),
        ("log archive", "folder"),
        ("key new", "file"),
        ("workflow migrate", "plan"),
    }
    unsaid = {
        (name, each.name)
        for name, each in path_parameters(cli, "")
        if not isinstance(each.type, InputFile | InputText | OutputFile)
    }
    assert unsaid == folders, "these look for themselves before they write, and write over nothing"
