"""How fast deliveries of other systems are taken over HTTP, and how fast they are applied afterwards.

    python bench/hooks.py
    python bench/hooks.py --db postgresql+psycopg://user@host/bench --seconds 30

``slaflow serve`` runs in a process of its own, and is sent HubSpot's events, one a delivery, each signed and
each of another contact, on connections that are kept. First ``--per-second`` of them at fixed times whatever
the answers take, of which ``p95_ms`` is from when one was to be sent to having its answer; then as many as
``--clients`` come to, ``per_s``. Then all of them are applied, ``applied_per_s``: each is a new lead.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import NamedTuple

import ground
import web

from slaflow import Engine
from slaflow.engine.context import wall_clock
from slaflow.settings.reach_file import read_reach

SECRET = "b" * 40
PUBLIC = "https://bench.example.com"
PATH = "/hooks/hubspot"
SETTINGS = f"""\
public_url = "{PUBLIC}"
[hooks.hubspot]
kind = "hubspot"
secret_env = "BENCH_HOOK"
map = "hubspot.hook.yaml"
hold = "0s"
"""
MAP = """\
remote: {column: objectId}
lead: {email: properties.email}
"""
WARMED = 50
PATIENCE = 600


class Sent(NamedTuple):
    """What came of deliveries: how long each took, in seconds, and how many were not taken."""

    took: list[float]
    refused: int


class Sender:
    """Somebody who sends deliveries with *numbers* of their own, one after the other."""

    def __init__(self, port: int, numbers: Iterator[int]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._numbers = numbers

    def send(self) -> bool:
        """Whether the next one was taken."""
        body, headers = _signed(next(self._numbers))
        self._connection.request("POST", PATH, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status == 200

    def paced(self, begin: float, apart: float, number: int) -> Sent:
        """*number* of them, *apart* seconds from each other, whatever the answers take."""
        took, refused = [], 0
        for place in range(number):
            due = begin + place * apart
            time.sleep(max(0.0, due - time.perf_counter()))
            refused += not self.send()
            took.append(time.perf_counter() - due)
        return Sent(took, refused)

    def hurried(self, end: float) -> Sent:
        """As many as there is time for."""
        took, refused = [], 0
        while (began := time.perf_counter()) < end:
            refused += not self.send()
            took.append(time.perf_counter() - began)
        return Sent(took, refused)


def _signed(number: int) -> tuple[bytes, dict[str, str]]:
    at = int(wall_clock().timestamp() * 1000)
    told = {
        "eventId": number, "subscriptionId": 1, "portalId": 1, "appId": 1, "attemptNumber": 0,
        "occurredAt": at, "subscriptionType": "contact.propertyChange", "objectId": 10_000 + number,
        "propertyName": "email", "propertyValue": f"lead{number}@example.com", "changeSource": "CRM_UI",
        "sourceId": "userId:1",
    }  # fmt: skip
    body = json.dumps([told]).encode()
    content = f"POST{PUBLIC}{PATH}".encode() + body + str(at).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), content, "sha256")).decode()
    return body, {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": str(at),
    }


@contextmanager
def served(url: str, folder: str) -> Iterator[int]:
    """``slaflow serve`` on *url* with the settings of *folder*; gives its port."""
    command = [sys.executable, "-m", "slaflow", "--db", url, "serve", "--port", "0", "--no-tick"]
    environment = {**os.environ, "BENCH_HOOK": SECRET}
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            yield web.port_of(said, server)
        finally:
            server.terminate()
            server.wait(30)


def sent(port: int, per_second: int, clients: int, seconds: int) -> tuple[Sent, Sent]:
    """What came of those at fixed times, and of as many as could be."""
    numbers, senders = count(), []
    for _ in range(clients):
        # Each its own, as two threads cannot ask one iterator for the next at once.
        senders.append(Sender(port, count(next(numbers), clients)))
    with ThreadPoolExecutor(clients) as pool:
        for each in senders:
            assert all(each.send() for _ in range(WARMED // clients))
        begin, apart = time.perf_counter() + 0.5, clients / per_second
        each_sends = per_second * seconds // clients
        paced = [
            pool.submit(each.paced, begin + place / per_second, apart, each_sends)
            for place, each in enumerate(senders)
        ]
        at_pace = [each.result() for each in paced]
        end = time.perf_counter() + seconds
        in_haste = list(pool.map(lambda each: each.hurried(end), senders))
    return _together(at_pace), _together(in_haste)


def _together(parts: list[Sent]) -> Sent:
    return Sent([took for each in parts for took in each.took], sum(each.refused for each in parts))


def applied(engine: Engine, folder: str) -> float:
    """How many a second are applied, all that wait."""
    from slaflow.link.run import run_once

    reach, number = read_reach(Path(folder)), 0
    began = time.perf_counter()
    while counts := run_once(engine, reach, "hubspot").counts:
        number += counts["applied"]
        assert set(counts) == {"applied"}, dict(counts)
        assert time.perf_counter() < began + PATIENCE
    return number / (time.perf_counter() - began)


def measure(url: str, per_second: int, clients: int, seconds: int) -> dict[str, object]:
    engine = ground.prepared(url, at=ground.START - timedelta(days=1))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "slaflow.toml").write_text(SETTINGS, encoding="utf-8")
        Path(folder, "hubspot.hook.yaml").write_text(MAP, encoding="utf-8")
        with served(url, folder) as port:
            paced, hurried = sent(port, per_second, clients, seconds)
        ranked = sorted(1000 * each for each in paced.took)
        return {
            "db": engine.database.dialect,
            "sent": len(paced.took) + len(hurried.took),
            "refused": paced.refused + hurried.refused,
            "p50_ms": round(ranked[len(ranked) // 2], 1),
            "p95_ms": round(ranked[len(ranked) * 95 // 100], 1),
            "per_s": round(len(hurried.took) / seconds, 1),
            "applied_per_s": round(applied(engine, folder), 1),
        }


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--per-second", type=int, default=100)
    options.add_argument("--clients", type=int, default=10)
    options.add_argument("--seconds", type=int, default=15)
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        ground.tell(**measure(url, given.per_second, given.clients, given.seconds))


if __name__ == "__main__":
    main()
