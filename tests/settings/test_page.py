"""docs/reference/settings.md has every table and key of slaflow.toml, and its default; its example works."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo
from support.source import ROOT

from slaflow.settings.file import KNOWN_KEYS
from slaflow.settings.reach import Links, Net, Oidc, Reach, Send, Table, Web
from slaflow.settings.reach_file import read_reach
from slaflow.settings.reading import kinds_of, known_of
from slaflow.workflow.document.durations import elapsed

PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
TOP = "Top of the file"


def sections() -> dict[str, list[list[str]]]:
    """The rows of each section by its heading: key, type, default, what, example."""
    found: dict[str, list[list[str]]] = {}
    for part in re.split(r"(?m)^##+ ", PAGE)[1:]:
        heading, _, text = part.partition("\n")
        rows = re.findall(r"(?m)^\| `[^\n]*\|$", text)
        found[heading.replace("`", "")] = [
            [cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows
        ]
    return found


def models() -> dict[str, type[Table]]:
    """What each section is of."""
    tables = ("channels", "receivers", "crms", "hooks")
    of = {key: get_args(Reach.model_fields[key].annotation)[1] for key in tables}
    return {
        "[send]": Send, "[send.burst]": type(Send().burst), "[links]": Links, "[net]": Net,
        "[web]": Web, "[web.oidc]": Oidc,
        "[receivers.NAME]": kinds_of(of["receivers"])["webhook"],
        **{f"kind {kind}": model for kind, model in kinds_of(of["channels"]).items()},
        **{f"receiver {kind}": model for kind, model in kinds_of(of["crms"]).items()},
        **{f"hook {kind}": model for kind, model in kinds_of(of["hooks"]).items()},
    }  # fmt: skip


MODELS = models()


def test_every_kind_of_table_has_a_section() -> None:
    """A new kind of receiver is entered in ``models`` and on the page."""
    assert len(kinds_of(get_args(Reach.model_fields["receivers"].annotation)[1])) == 1
    assert sections().keys() >= {*MODELS, "[channels.NAME]", "[recipients]", "[hooks.NAME]"}


def test_no_key_of_the_top_is_forgotten() -> None:
    rows = {row[0].strip("`") for row in sections()[TOP]}
    tables = {heading.strip("[]").split(".")[0] for heading in sections() if heading.startswith("[")}
    assert rows | tables == set(KNOWN_KEYS)


@pytest.mark.parametrize("heading", MODELS)
def test_no_key_of_a_table_is_forgotten_and_its_default_is_so(heading: str) -> None:
    fields, rows = known_of(MODELS[heading]), {row[0].strip("`"): row for row in sections()[heading]}
    assert list(rows) == list(fields)
    for key, info in fields.items():
        assert default_of(rows[key][2]) == meant(info), key


def default_of(cell: str) -> Any:
    """What the page says is the default: TOML, or one of three words."""
    if cell.startswith("`"):
        value = tomllib.loads(f"x = {cell.strip('`')}")["x"]
        return elapsed(value) if isinstance(value, str) and re.fullmatch(r"\d+[smhd]", value) else value
    return {"needed": ..., "none": None, "the system's": None, "as below": "as below"}[cell]


def meant(info: FieldInfo) -> Any:
    if info.is_required():
        return ...
    if isinstance(info.default, Table):
        return "as below"
    return list(info.default) if isinstance(info.default, tuple) else info.default


@pytest.mark.parametrize("heading", [TOP, "[recipients]", *MODELS])
def test_every_example_is_toml_for_its_key(heading: str) -> None:
    for key, _, _, _, example in sections()[heading]:
        assert tomllib.loads(example.strip("`")).keys() == {key.strip("`")}


def test_what_the_page_begins_with_is_taken(tmp_path: Path) -> None:
    whole = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert whole is not None
    (tmp_path / "slaflow.toml").write_text(whole[1], encoding="utf-8")
    found = read_reach(tmp_path)
    assert (set(found.channels), set(found.receivers)) == ({"mail", "slack"}, {"warehouse"})
    assert found.links.for_ == timedelta(hours=72)
