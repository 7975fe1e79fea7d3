"""The receiver of the page about webhooks verifies, drops repeats and heeds the order, as the page asks."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from support.listening import listen, told
from support.office import ANNA, FRIDAY, HOUR, Present, handed_over
from support.source import ROOT

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.net.client import Client
from slaflow.notify.answer import Answer, Closed, Failed, Sent
from slaflow.notify.channels.webhook import Webhook
from slaflow.notify.event import Event, events_of
from slaflow.notify.parcel import Parcel
from slaflow.settings.reach import WebhookReceiver

PAGE = ROOT / "docs" / "how-to" / "receive-webhooks.md"
NEW, OLD = (f"whsec_{letter * 32}" for letter in "aB")
pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    (block,) = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    module = ModuleType("receiver")
    exec(compile(block, "receiver.py", "exec"), module.__dict__)
    return module


@pytest.fixture
def port(example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where the example listens; it knows the new secret and the old."""
    monkeypatch.setenv("WAREHOUSE_HOOK", f"{NEW} {OLD}")
    with example.serve(str(tmp_path / "events.db"), 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    opened = Client(("127.0.0.0/8",), timedelta(seconds=20))
    yield opened
    opened.close()


def events(app: Engine) -> list[Event]:
    messages = list(told(app.database, "warehouse"))
    with app.database.read() as conn:
        found = events_of(conn, messages, personal=True)
    return [found[message] for message in messages]


def sent(client: Client, port: int, event: Event, secret: str = NEW, late: float = 0) -> Answer:
    settings = WebhookReceiver(kind="webhook", url=f"http://127.0.0.1:{port}/slaflow", events=("transition",))
    at = wall_clock() - timedelta(seconds=late)
    return Webhook("warehouse", settings, (secret,), client).send(Parcel(event.id, "", event.body, at))


def kept(tmp_path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(tmp_path / "events.db")) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def told_events(app: Engine) -> list[Event]:
    """Of a lead that was handed over, accepted and returned."""
    listen(app.database, "warehouse", "transition", "erased", personal=True)
    handed_over(app)
    app.fire(1, "accept", ANNA, at=FRIDAY + HOUR)
    app.fire(1, "return", ANNA, {"return_reason": "no_fit"}, at=FRIDAY + 2 * HOUR)
    return events(app)


def test_each_event_is_kept_once_and_the_lead_stands_where_the_last_one_says(
    told_events: list[Event], client: Client, port: int, tmp_path: Path
) -> None:
    for event in (*reversed(told_events), *told_events):
        assert sent(client, port, event) == Sent()
    assert len(kept(tmp_path, "SELECT id FROM event")) == len(told_events) == 3
    assert kept(tmp_path, "SELECT subject, state, sequence FROM lead") == [
        ("1", "returned", re.search(r'"sequence":"(\d+)"', told_events[-1].body)[1])  # type: ignore[index]
    ]


def test_what_is_not_signed_by_a_known_secret_just_now_is_refused(
    told_events: list[Event], client: Client, port: int, tmp_path: Path
) -> None:
    event = told_events[0]
    refused = Closed("it answered 401: it refuses who asks")
    assert sent(client, port, event, f"whsec_{'c' * 32}") == refused
    assert sent(client, port, event, late=400) == refused
    assert sent(client, port, Event(event.id, event.body + " " * 1_000_000)) == Failed("it answered 413")
    assert kept(tmp_path, "SELECT id FROM event") == []
    assert sent(client, port, event, OLD) == Sent()


def test_what_it_holds_of_a_person_goes_when_they_are_erased(
    app: Engine, told_events: list[Event], client: Client, port: int, tmp_path: Path, present: Present
) -> None:
    sent(client, port, told_events[0])
    assert "kim@example.com" in kept(tmp_path, "SELECT body FROM event")[0][0]
    present.at = FRIDAY + 3 * HOUR
    app.erase(1, "asked for it", "sales")
    sent(client, port, events(app)[-1])
    assert kept(tmp_path, "SELECT count(*), count(body) FROM event") == [(2, 0)]
