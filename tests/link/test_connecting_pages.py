"""The samples of pages about other systems, sent as those send, are taken and applied as the pages say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from support.builders import utc
from support.delivering import RAW, SECRET, SENDERS, WHSEC
from support.office import on_one_database
from support.source import ROOT
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.link.receive import receive
from slaflow.link.run import run_once
from slaflow.settings.reach_file import read_reach
from slaflow.store.database import Database
from slaflow.store.rows import leads as lead_store

NOW = utc("2026-03-06T13:31:00Z")
SECRETS = {
    name: SECRET
    for name in ("HUBSPOT_SECRET", "SALESFORCE_HOOK", "MARKETO_HOOK", "MAUTIC_SECRET", "SEGMENT_SECRET")
} | {"SHOP_HOOK": WHSEC}
SAVED = re.compile(
    r"\b[Ss]ave\b[^`]*\sas\s`(\w[\w./-]*)`[^`]*:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
pytestmark = on_one_database


def in_force(database: Database) -> None:
    """The agreement that the pages are about."""
    text = (ROOT / "workflows" / "b2b-standard.yaml").read_text(encoding="utf-8")
    Engine(database, now=lambda: utc("2026-03-02T08:00:00Z")).activate(text)


@pytest.fixture
def app(world_of: Callable[[Fill], Database]) -> Engine:
    return Engine(world_of(in_force), now=lambda: NOW)


@pytest.mark.parametrize(
    ("kind", "page", "sample"),
    [
        ("hubspot", "hubspot", "sample.json"),
        ("salesforce", "salesforce", "sample.xml"),
        ("salesforce", "salesforce", "sample.json"),
        ("marketo", "marketo", "sample.json"),
        ("mautic", "mautic", "sample.json"),
        ("segment", "segment", "sample.json"),
        ("generic", "anything", "sample.json"),
    ],
)
def test_what_a_page_has_one_send_is_taken_and_applied(
    kind: str, page: str, sample: str, app: Engine, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "how-to" / f"connect-{page}.md").read_text(encoding="utf-8")
    for name, block in SAVED.findall(text):
        # Who would be asked for a record is no part of this test: the sample says enough.
        (tmp_path / name).write_text(block.replace('fetch = "crm"', ""), encoding="utf-8")
    reach = read_reach(tmp_path)
    (hook,) = reach.hooks
    body = (tmp_path / sample).read_bytes()
    said = body if sample.endswith(".xml") else json.loads(body)
    key = {"secret": RAW if kind == "generic" else SECRET}
    delivery = SENDERS[kind](said, at=NOW, **key)
    receive(app, reach, hook, delivery.request(), SECRETS)
    report = run_once(app, reach, hook, now=NOW + timedelta(minutes=1))
    number = len(said) if isinstance(said, list | dict) and kind in ("hubspot", "mautic", "segment") else 1
    assert dict(report.counts) == {"applied": number}
    with app.database.read() as conn:
        (lead,) = lead_store.read(conn, lead_store.ids_by_key(conn, ["kim@example.com"]).values()).values()
    assert lead.fields["email"] == "kim@example.com"
