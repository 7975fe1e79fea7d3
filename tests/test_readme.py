"""The pages say what is so: sessions are played, generated parts are fresh, names and links exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.source import ROOT

from slaflow.clock.state import Status
from slaflow.exchange.imports import map as import_map
from slaflow.lifecycle.decision import KINDS
from slaflow.log.entry import KEYS
from slaflow.workflow.document.schema import json_schema
from slaflow.workflow.load import load_workflow

REWRITE = "run: python docs/generate.py"


def load_generator() -> ModuleType:
    """docs/generate.py, which is a script and no part of any package."""
    spec = spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator = load_generator()
README = ROOT / "README.md"
PAGES: list[Path] = [*generator.pages(), ROOT / "CHANGELOG.md", ROOT / "docs" / "olist" / "README.md"]
POSTGRESQL_PAGE = ROOT / "docs" / "how-to" / "use-postgresql.md"
PLAYED = [page for page in generator.pages() if page not in (README, POSTGRESQL_PAGE)]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def reference(name: str) -> str:
    return text_of(ROOT / "docs" / "reference" / name)


def session_of(page: Path) -> str:
    """What stands in its first session."""
    body = re.search(r"```console\n(.*?)```", text_of(page), re.DOTALL)
    assert body is not None
    return body[1]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, loaded_python: list[str]) -> Path:
    """A folder of a ``slaflow`` and a ``python3`` that need not load, each run a process all the same."""
    folder = tmp_path_factory.mktemp("programs")
    for name, words in (("slaflow", ["-m", "slaflow"]), ("python3", [])):
        (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join([*loaded_python, *words])} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("page", PLAYED, ids=name_of)
def test_a_page_shows_what_the_program_prints(page: Path, programs: Path) -> None:
    assert generator.rewritten(page, programs=programs) == text_of(page), REWRITE


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_page_about_postgresql_shows_what_the_program_prints(empty_database_url: str) -> None:
    assert generator.rewritten(POSTGRESQL_PAGE, empty_database_url) == text_of(POSTGRESQL_PAGE), REWRITE


def test_the_first_session_works_for_a_reader_who_types_it_who_types_it(programs: Path) -> None:
    """Each command in a process of its own, through a real shell."""
    assert generator.rewritten(README, apart=True, programs=programs) == text_of(README)


def test_the_first_command_works_with_the_program_that_is_installed(tmp_path: Path) -> None:
    shell = generator.Shell(tmp_path, apart=True)
    (first, said), *_ = generator.session(session_of(README))
    printed = shell(first.removeprefix("$ ")).replace(str(tmp_path), generator.READERS_FOLDER)
    assert (printed, shell("echo $?")) == (said, "0\n")
    assert (tmp_path / "slaflow.db").is_file()


def test_the_first_session_fits_on_the_first_screen() -> None:
    assert len(session_of(README).splitlines()) <= 15


def test_a_session_that_prints_something_else_is_noticed(tmp_path: Path) -> None:
    page = "```console\n$ slaflow --version\nslaflow 0.0.0\n$ echo $?\n0\n```\n"
    shell = generator.Shell(tmp_path)
    assert "slaflow 0.0.0" not in generator.played(page, tmp_path, shell)


def test_dots_in_a_session_stand_for_the_rest_of_a_line_only(tmp_path: Path) -> None:
    def printed(command: str) -> str:
        return "one two\nthree\n"

    kept = "```console\n$ x\none ...\nthree\n```\n"
    assert generator.played(kept, tmp_path, printed) == kept
    short = "```console\n$ x\none ...\n```\n"
    assert generator.played(short, tmp_path, printed) != short


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_hides_nothing_that_its_sessions_need(page: Path) -> None:
    """A reader who types what they see gets what the page shows."""
    comments = re.findall(r"<!--(.*?)-->", text_of(page), re.DOTALL)
    assert [
        each
        for each in comments
        if not re.match(r" (error codes|layers|rooms|output of: slaflow workflow graph)", each)
    ] == []


def test_a_block_is_saved_under_the_name_that_the_paragraph_before_tells(tmp_path: Path) -> None:
    page = (
        "To see it, save\nthis as `a/b.yaml`:\n\n```yaml\nworkflow: x\n```\n\n"
        "In `c.yaml`:\n\n```yaml\nworkflow: y\n```\n"
    )
    assert generator.played(page, tmp_path, generator.Shell(tmp_path)) == page
    assert [file.name for file in tmp_path.rglob("*.yaml")] == ["b.yaml"]
    assert (tmp_path / "a" / "b.yaml").read_text() == "workflow: x\n"


def test_a_page_whose_start_fails_is_not_played(tmp_path: Path) -> None:
    page = "```sh run\nslaflow --version\nslaflow lead show 1\n```\n"
    with pytest.raises(RuntimeError, match="slaflow lead show 1"):
        generator.played(page, tmp_path, generator.Shell(tmp_path))


def agreements() -> Iterator[Any]:
    """Every yaml block that is a whole agreement; the last word of its id is its place in the page."""
    for page in PAGES:
        blocks = re.findall(r"^```yaml\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)
        for place, block in enumerate(blocks, 1):
            if block.startswith("workflow:") and "\nstates:" in block:
                yield pytest.param(block, id=f"{name_of(page)} {place}")


@pytest.mark.parametrize("block", [*agreements()])
def test_an_agreement_in_a_page_is_sound(block: str) -> None:
    assert load_workflow(block, "page.yaml").errors == ()


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def internal_links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """(as written, the file it leads to, the anchor in it)."""
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            yield link, (page.parent / path).resolve() if path else page, anchor


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [
        link
        for link, target, anchor in internal_links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    listed = {target for _, target, _ in internal_links(index)}
    assert [name_of(p) for p in PAGES if (ROOT / "docs") in p.parents and p not in {*listed, index}] == []


def keys_of_the_file() -> set[str]:
    """Every key that some part of an agreement may have, by its JSON Schema."""
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    return {key for part in parts for key in part.get("properties", {})}


def test_the_page_about_the_file_names_every_key() -> None:
    page = reference("workflow-file.md")
    assert [key for key in sorted(keys_of_the_file()) if not re.search(rf"\b{key}\b", page)] == []


@pytest.mark.parametrize("names", [KINDS, KEYS, Status.__args__], ids=["kinds", "keys", "statuses"])
def test_the_page_about_json_names_everything(names: tuple[str, ...]) -> None:
    page = reference("json.md")
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_page_about_the_import_map_names_every_key() -> None:
    models = (import_map.MapDocument, import_map.EventMap, import_map.FieldCell, import_map.ActorCell)
    keys = {info.alias or name for model in models for name, info in model.model_fields.items()}
    page = reference("import-map.md")
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
