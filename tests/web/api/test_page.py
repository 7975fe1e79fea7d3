"""``/api``: the description of the API for people, where every link leads somewhere."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from support.api_requests import every_route
from support.asking import ROOT, governed, system
from support.desk import enter
from support.office import ANNA, Present, on_one_database
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.log.keys import new_key
from slaflow.store.database import Database

UNDERSTOOD = frozenset((
    "agreement_unsound", "conflict", "invalid_value", "job_not_there", "lead_erased", "lead_exists",
    "lead_not_there", "no_file", "refused", "unknown_name",
))  # fmt: skip
"""What the examples may be answered with where they are asked one after the other of another office."""


@pytest.fixture
def app(
    world_of: Callable[[Fill], Database], present: Present, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    monkeypatch.setenv("SLAFLOW_KEY", str(tmp_path / "slaflow.key"))
    engine = Engine(world_of(governed), now=present)
    engine.checkpoint(new_key("slaflow", tmp_path / "slaflow.key"))
    return engine


def shown(client: TestClient) -> str:
    answer = client.get("/api")
    assert answer.status_code == 200
    return answer.text


@on_one_database
def test_whoever_asks_reads_of_every_address_and_every_link_leads_somewhere(client: TestClient) -> None:
    page = shown(client)
    for verb, path in every_route():
        assert f"{verb}</span> <code>{path}</code>" in page, (verb, path)
    anchors = set(re.findall(r'id="([^"]*)"', page))
    assert len(anchors) == len(re.findall(r' id="', page)), "an anchor stands for one thing"
    assert set(re.findall(r'href="#([^"]*)"', page)) <= anchors
    for path in set(re.findall(r'href="\./([^"]*)"', page)):
        assert client.get(f"/{path}").status_code == 200, path


@on_one_database
def test_who_is_signed_in_reads_it_at_their_desk(app: Engine, client: TestClient) -> None:
    assert 'href="./sign-in"' in shown(client)
    enter(app, client, ANNA)
    page = shown(client)
    assert 'action="./leads"' in page
    assert 'href="./admin/tokens"' not in page, "a member has nothing to do there"
    enter(app, client, ROOT)
    assert 'href="./admin/tokens"' in shown(client)


@on_one_database
def test_each_example_is_a_command_line_that_is_understood(app: Engine, client: TestClient) -> None:
    asks = system(app, client, person=ROOT)
    examples = [
        html.unescape(each) for each in re.findall(r"<code>(curl .*?)</code></pre>", shown(client), re.S)
    ]
    assert len(examples) == len(every_route())
    for number, example in enumerate(examples):
        words = shlex.split(example)
        verb = words[words.index("-X") + 1] if "-X" in words else "GET"
        (url,) = [each for each in words if each.startswith("https://sla.example.com/api/v1")]
        data = words[words.index("--data") + 1].encode() if "--data" in words else None
        assert "authorization: Bearer $SLAFLOW_TOKEN" in words
        path = url.removeprefix("https://sla.example.com/api/v1")
        answer = asks(verb, path, data, key=f"key-{number}" if verb != "GET" else None)
        said = answer.status_code < 300 or answer.json()["code"]
        assert said is True or said in UNDERSTOOD, (example, answer.text)
