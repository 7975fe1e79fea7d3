"""The JSON Schema: what an editor tells who writes an agreement, and what it marks as wrong."""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from support.agreement import STANDARD
from support.json_schema import refused
from support.source import ROOT

from slaflow.workflow.document.schema import json_schema
from slaflow.workflow.document.top import WorkflowDoc
from slaflow.workflow.load import load_workflow
from slaflow.workflow.yaml.read import read_yaml

SCHEMA = json_schema()
PARTS = {"the file": SCHEMA, **SCHEMA["$defs"]}
KEYS = [(part, key, told) for part, schema in PARTS.items() for key, told in schema["properties"].items()]
REFERENCE = (ROOT / "docs" / "reference" / "workflow-file.md").read_text(encoding="utf-8")
ON_PAGES = r"^ *(?:\$ cat > \S+ <<'?EOF'?|```yaml)\n(workflow: .*?)^ *(?:EOF|```)$"


def agreements() -> Iterator[tuple[str, str]]:
    """Every one that is in the repository, those on pages too."""
    for folder, pattern in (
        ("workflows", "**/*.yaml"),
        ("docs", "*/workflow.yaml"),
        ("bench", "*/workflow.yaml"),
    ):
        for file in (ROOT / folder).glob(pattern):
            if not file.name.endswith(".scenario.yaml"):
                yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for number, text in enumerate(re.findall(ON_PAGES, page.read_text(encoding="utf-8"), re.M | re.S)):
            if "scenarios:" not in text:
                yield f"{page.relative_to(ROOT).as_posix()}:{number}", textwrap.dedent(text)


def test_every_key_says_in_a_line_what_it_does() -> None:
    wholes = [(part, "", schema) for part, schema in PARTS.items()]
    for part, key, told in [*wholes, *KEYS]:
        line = told.get("description", "")
        assert re.fullmatch(r"\S.{15,128}[^.\s]", line), f"{part}.{key}: {line!r}"


def test_what_stands_where_a_key_is_left_out_is_said_with_it() -> None:
    for part, key, told in KEYS:
        if "default" in told:
            default = told["default"]
            word = str(default).lower() if isinstance(default, bool) else str(default)
            assert re.search(rf"default:? .*\b{re.escape(word)}\b", told["description"]), f"{part}.{key}"


def test_the_schema_knows_every_key_of_the_file_and_no_other() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(SCHEMA["properties"]) == set(WorkflowDoc.model_fields)
    assert [name for name, part in PARTS.items() if part["additionalProperties"] is not False] == []
    assert {"from", "while", "is", "pass", "with", "return"} <= {key for _, key, _ in KEYS}


def test_the_page_about_the_file_and_the_schema_have_the_same_keys() -> None:
    """That the page names all is asked elsewhere."""
    page = REFERENCE[: REFERENCE.index("## Scenarios")].replace("| key | for |", "| key |")
    tables = re.findall(r"^\| (?:key|action) \|[^\n]*\n\|[- |]+\|\n((?:\|[^\n]*\n)+)", page, re.M)
    named = {
        key
        for table in tables
        for row in table.splitlines()
        for key in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert len(named) > 75
    assert named - {key for _, key, _ in KEYS} == set()
    for key, left_out in re.findall(r"^\| `(\w+)` \| .* \| `(\w+)` \|$", page, re.M):
        assert SCHEMA["properties"][key].get("default", left_out) == left_out


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in agreements()])
def test_every_agreement_in_the_repository_is_one_by_the_schema(name: str, text: str) -> None:
    assert list(refused(SCHEMA, read_yaml(text).data)) == []
    assert load_workflow(text, name).errors == ()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where mappings stand."""
    if isinstance(value, dict):
        yield path
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, entry in entries:
        yield from places(entry, (*path, key))


def changed_at(data: Any, path: tuple[Any, ...], key: str, value: Any) -> Any:
    made = inner = copy.deepcopy(data)
    for part in path:
        inner = inner[part]
    inner[key] = value
    return made


def test_a_slip_at_any_level_is_refused() -> None:
    data = read_yaml(STANDARD).data
    found = list(places(data))
    assert len(found) > 150
    assert [path for path in found if not any(refused(SCHEMA, changed_at(data, path, "Wihtin", 1)))] == []


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), "workflow", "Two Words"),
        (("calendars", "office", "hours"), "mon-fry", ["09:00-12:00"]),
        (("calendars", "office", "hours"), "sat", ["9-12"]),
        (("calendars", "office"), "open", {"Christmas": []}),
        (("lead", "fields"), "employees", "integer"),
        (("lead", "fields"), "on_hold", {"type": "bool", "by": [{"sales": "boss"}]}),
        (("transitions", 0), "trigger", "Promote it"),
        (("transitions", 0), "reset", ["score"]),
        (("targets", "respond"), "within", "5 days"),
        (("targets", "respond"), "within", ""),
        (("targets", "respond"), "within", 5),
        (("targets", "respond"), "steps", {"half": {"notify": "owner"}}),
        (("targets", "respond"), "per", "team"),
        (("commitments", "volume"), "every", "fortnight"),
        (("commitments", "volume"), "count", {"contact": True}),
        (("commitments", "volume"), "at_least", "many"),
    ],
)
def test_what_is_written_as_no_such_thing_is_refused(path: tuple[Any, ...], key: str, value: Any) -> None:
    assert any(refused(SCHEMA, changed_at(read_yaml(STANDARD).data, path, key, value)))


def test_short_and_long_forms_are_one_as_good_as_the_other() -> None:
    data = read_yaml(STANDARD).data
    for path, key, value in [
        ((), "parties", ["marketing", "sales"]),
        ((), "timers", None),
        (("attempts",), "spacing", 0),
        (("calendars", "office", "hours"), "sun", []),
        (("calendars", "office", "hours"), "mon, wed-thu", "09:00-12:00"),
        (("lead", "fields"), "callback_on", {"type": "date", "by": []}),
        (("targets", "respond"), "owed_by", ["sales"]),
        (("targets", "respond"), "while", "mql"),
        (("transitions", 0), "to", True),
        (("targets", "respond"), "meet", "contact"),
        (("targets", "respond"), "within", [{"when": True, "is": "4h"}, "6mo"]),
        (("targets", "respond"), "pause", "lead.on_hold"),
        (("targets", "respond"), "steps", {"+1mo": {"notify": ["owner"]}, "200%": [{"fire": "x"}]}),
        (("commitments", "volume"), "count", "assign"),
        (("commitments", "volume"), "pace", "50%"),
    ]:  # fmt: skip
        assert list(refused(SCHEMA, changed_at(data, path, key, value))) == [], (path, key)
