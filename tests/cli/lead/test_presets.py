"""``slaflow import --map hubspot``: the export of a well-known system, and the map that it comes to."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from support.commands import Slaflow, everywhere

from slaflow.cli.lead.imports import command

LATER = "2026-03-10T09:30:00+01:00"
EXPORT = (
    "Record ID,Email,Company Name,Lifecycle Stage,Create Date\n1,lee@example.com,Acme,Lead,2026-03-09 08:00\n"
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "contacts.csv"
    file.write_text(EXPORT, encoding="utf-8")
    return file


@everywhere
def test_an_export_is_imported_by_the_name_of_its_system(handed_over: Slaflow, export: Path) -> None:
    said = handed_over("import", export, "--map", "hubspot", "--at", LATER)
    assert (said.code, said.out.splitlines()[1].strip()[:12]) == (0, "1 lead added")
    assert (
        "slaflow: hubspot: left out, as only you can say which trigger each tells of: Lifecycle" in said.err
    )
    assert handed_over("lead", "show", "lee@example.com", "--format", "json").json["created_at"] == (
        "2026-03-09T07:00:00Z"
    )


def test_the_map_that_is_shown_is_one_to_import_by(
    handed_over: Slaflow, export: Path, tmp_path: Path
) -> None:
    shown = handed_over("import", export, "--map", "hubspot", "--show-map")
    assert "created_at: Create Date\n" in shown.out
    assert (
        handed_over("import", "--map", "hubspot", "--show-map", "--format", "json").json["preset"]
        == "hubspot"
    )
    mine = tmp_path / "hubspot"
    mine.write_text(shown.out, encoding="utf-8")
    assert "1 lead added" in handed_over("import", export, "--map", mine, "--at", LATER).out


def test_a_bare_name_is_the_preset_and_a_path_the_file_beside(
    handed_over: Slaflow, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("hubspot", "mine"):
        (tmp_path / name).write_text("lead: {nothing: Email}", encoding="utf-8")
    assert handed_over("import", export, "--map", "hubspot", "--dry-run", "--at", LATER).code == 0
    for path in ("./hubspot", "mine"):
        assert 'unknown field "nothing"' in handed_over("import", export, "--map", path, "--at", LATER).err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("contacts.csv", "--map", "hubspt"), 'slaflow: unknown preset "hubspt"; did you mean "hubspot"?'),
        (("contacts.csv", "--map", "marketo"), "these columns are not those of a Marketo lead export; they"),
        (("contacts.csv", "--map", "x.yaml", "--show-map"), "x.yaml is a map already"),
        (("--map", "hubspot"), "missing argument 'FILE'"),
    ],
)
def test_what_cannot_be_imported_so_is_told_in_a_line(
    handed_over: Slaflow,
    export: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    complaint: str,
) -> None:
    monkeypatch.chdir(export.parent)
    said = handed_over("import", *words, "--at", LATER)
    assert said.code != 0
    assert complaint in said.err


def test_presets_complete_beside_files() -> None:
    (option,) = (each for each in command.params if each.name == "map_")
    found = option.shell_complete(click.Context(command), "hub")
    assert [(each.value, each.type) for each in found] == [("hubspot", "plain"), ("hub", "file")]
