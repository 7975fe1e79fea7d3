"""How long the desk's pages take at a company of 240 people, asked over HTTP as browsers ask them.

    python bench/web.py --db sqlite:///bench.db --leads 100000
    python bench/web.py --leads 100000 --fallen 50000 --only queue
    python bench/web.py --leads 100000 --ask pages,load,api

``slaflow serve`` runs in a process of its own on the database that ``office.py`` makes. Each page is asked
``--rounds`` times, each time by another rep, one after the other on a connection that is kept, and its body
is read whole; a JSON line a page. ``accept`` is from sending the form to having the page it leads to.
``load`` asks 20 pages a second for a minute, beside two writes a second; ``api`` as much as four clients can.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from urllib.parse import urlencode

import ground
import office
from office import BUSY, Office

COOKIE = "slaflow"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
WARMED = 20
"""Rounds of pages before a load is measured."""
PAGES = {
    "queue, my own": "/queue",
    "queue, my team's": "/queue?whose=team",
    "queue, my party's": "/queue?whose=party",
    "queue, nobody's": "/queue?whose=unowned",
    "lead of 200 entries": "/leads/{long}",
    "find by a prefix": "/leads?q=lead1",
    "find by a word": "/leads?q=nordlund",
    "my leads": "/leads",
    "log": "/log",
    "log of a lead": "/log?lead={long}",
    "log by kind": "/log?kind=transition",
    "log by two kinds": "/log?kind=transition&kind=activity",
    "log by actor": "/log?actor=sales",
    "log by party": "/log?party=sales",
    "log by target": "/log?target=respond",
    "log by state": "/log?state=mql",
    "log by owner": "/log?owner=rep7@example.com",
    "log from a day on": "/log?from={day}",
    "record": "/record",
    "a report": "/record/sla",
    "agreement": "/agreement",
}
"""What is asked; a page that the site does not have is told as missing."""


class Answer(NamedTuple):
    """Status, body and where it leads."""

    status: int
    body: bytes
    location: str | None


class Browser:
    """One connection, kept; the cookie is whose page it is."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, headers: dict[str, str]) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: str, headers: dict[str, str]) -> Answer:
        return self._ask("POST", path, body, headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.read(), answer.getheader("location"))


@contextmanager
def served(url: str, *options: str) -> Iterator[tuple[int, int]]:
    """``slaflow serve`` on *url*: its port and its process."""
    command = [sys.executable, "-m", "slaflow", "--db", url, "serve", "--port", "0", *options]
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        try:
            yield port_of(said, server), server.pid
        finally:
            server.terminate()
            server.wait(30)


def port_of(said: TextIO, server: subprocess.Popen[bytes]) -> int:
    """Where the server listens, by what it has *said*; ends the measurement where it did not begin."""
    for _ in range(600):
        said.seek(0)
        if (found := re.search(r"http://127\.0\.0\.1:(\d+)", said.read())) is not None:
            return int(found.group(1))
        if server.poll() is not None:
            break
        time.sleep(0.1)
    said.seek(0)
    raise SystemExit(f"slaflow serve did not begin: {said.read()}")


def as_person(secret: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={secret}"}


def measured(url: str, given: Any, found: Office) -> None:
    """A line for each page, asked one after the other."""
    with served(url, "--no-tick") as (port, process):
        browser = Browser(port)
        for page, path in PAGES.items():
            if given.only in page:
                _tell_page(url, given, browser, process, found, page, path)
        if given.only in "accept":
            took = [_accepted(browser, secret) for secret in _others(found)[: given.rounds]]
            _tell(url, given, process, page="accept, to the next page", took=took)
        busy = as_person(found.reps[BUSY])
        took = [_timed(lambda: browser.get("/queue", busy))[0] for _ in range(given.rounds)]
        _tell(url, given, process, page="queue of who has 1,000", took=took)


def _others(found: Office) -> list[str]:
    return [secret for name, secret in found.reps.items() if name != BUSY]


def _tell_page(
    url: str, given: Any, browser: Browser, process: int, found: Office, page: str, path: str
) -> None:
    people = cycle(_others(found))
    where = path.format(long=found.long, day=found.day)
    first = browser.get(where, as_person(next(people)))
    if first.status != 200:
        ground.tell(db=_kind(url), page=page, leads=given.leads, missing=first.status)
        return
    took, size = [], 0
    for _ in range(given.rounds):
        headers = as_person(next(people))
        seconds, answer = _timed(lambda h=headers: browser.get(where, h))  # type: ignore[misc]
        assert answer.status == 200, (page, answer.status)
        took.append(seconds)
        size = max(size, len(answer.body))
    _tell(url, given, process, page=page, took=took, bytes=size)


def _timed(ask: Callable[[], Answer]) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer


def _accepted(browser: Browser, secret: str) -> float:
    """How long it takes from a rep's first one-click form to the page after it."""
    headers = as_person(secret)
    path, values = _form(browser.get("/queue?state=mql", headers).body.decode())
    began = time.perf_counter()
    answer = browser.post(path, urlencode(values), headers | FORM)
    assert answer.status == 303, answer
    assert answer.location is not None
    after = browser.get("/" + answer.location.lstrip("./"), headers)
    assert after.status == 200, after.status
    return time.perf_counter() - began


def _form(page: str) -> tuple[str, list[tuple[str, str]]]:
    """Where the first main form of *page* is sent, and what it holds."""
    for form in re.findall(r"<form method=\"post\".*?</form>", page, re.S):
        if "data-main" in form:
            action = re.search(r'action="([^"]*)"', form)
            assert action is not None
            inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
            return "/" + action.group(1).lstrip("./"), [(n, html.unescape(v)) for n, v in inputs]
    raise SystemExit("no lead of the queue has a form to send")


def loaded(url: str, given: Any, found: Office) -> None:
    """Pages at fixed times whatever the answers take, and writes beside them."""
    secrets = cycle(_others(found))
    paths = cycle(["/queue", f"/leads/{found.long}", "/queue?whose=team", "/leads?q=lead1", "/queue"])
    # A pool of their own for writes: behind all the pages they would come too late.
    readers, writers = ThreadPoolExecutor(40), ThreadPoolExecutor(10)
    with served(url, "--workers", "2") as (port, process), readers, writers:
        for _ in range(WARMED):
            # Each worker has to plan its statements once, and tick what fell.
            for path in ("/queue", "/queue?whose=team", f"/leads/{found.long}", "/leads?q=lead1"):
                _at(time.perf_counter(), port, path, next(secrets))
        begin = time.perf_counter() + 1
        pages = [
            readers.submit(_at, begin + number / given.per_second, port, next(paths), next(secrets))
            for number in range(given.per_second * given.seconds)
        ]
        writes = [
            writers.submit(_write_at, begin + number / 2, port, next(secrets))
            for number in range(2 * given.seconds)
        ]
        took, written = [each.result() for each in pages], [each.result() for each in writes]
        refused = sum(status != 200 for status, _ in took)
        line = {"per_s": given.per_second, "seconds": given.seconds, "refused": refused}
        _tell(url, given, process, page="under load", took=[each for _, each in took], **line)
        _tell(url, given, process, page="accept under load", took=written, writes=len(written))


def _at(when: float, port: int, path: str, secret: str) -> tuple[int, float]:
    time.sleep(max(0.0, when - time.perf_counter()))
    answer = Browser(port).get(path, as_person(secret))
    return answer.status, time.perf_counter() - when


def _write_at(when: float, port: int, secret: str) -> float:
    time.sleep(max(0.0, when - time.perf_counter()))
    return _accepted(Browser(port), secret)


def api(url: str, given: Any, found: Office) -> None:
    """How many a second four clients come to: leads read, and leads accepted, while there are any."""
    with served(url, "--no-tick", "--workers", "2") as (port, process), ThreadPoolExecutor(4) as pool:
        for what, ask in (("api, a lead", _read), ("api, accept", _accept)):
            began = time.perf_counter()
            counts = list(pool.map(lambda n, ask=ask: ask(port, found, n, given.seconds), range(4)))  # type: ignore[misc]
            took = [each for some in counts for each in some]
            per_s = round(len(took) / (time.perf_counter() - began), 1)
            _tell(url, given, process, page=what, took=took, asked=len(took), per_s=per_s)


def _read(port: int, found: Office, number: int, seconds: int) -> list[float]:
    asked = (("GET", f"/api/v1/leads/{lead}") for lead in cycle(found.waiting[number::4]))
    return _asked(port, found, number, seconds, asked)


def _accept(port: int, found: Office, number: int, seconds: int) -> list[float]:
    asked = (("POST", f"/api/v1/leads/{lead}/fire/accept") for lead in found.waiting[number::4])
    return _asked(port, found, number, seconds, asked)


def _asked(
    port: int, found: Office, number: int, seconds: int, what: Iterator[tuple[str, str]]
) -> list[float]:
    browser, took, end = Browser(port), [], time.perf_counter() + seconds
    tokens = cycle(found.tokens[number * 5 : number * 5 + 5])
    for method, path in what:
        if time.perf_counter() >= end:
            break
        headers = {"Authorization": f"Bearer {next(tokens)}"}
        began = time.perf_counter()
        if method == "GET":
            answer = browser.get(path, headers)
        else:
            answer = browser.post(path, "{}", headers | {"Content-Type": "application/json"})
        if answer.status == 409:
            # Accepted by a page before.
            continue
        assert answer.status == 200, (answer.status, answer.body[:200])
        took.append(time.perf_counter() - began)
    return took


def _tell(url: str, given: Any, process: int, *, page: str, took: Sequence[float], **more: Any) -> None:
    ranked = sorted(1000 * each for each in took)
    p50, p95 = ranked[len(ranked) // 2], ranked[min(len(ranked) - 1, len(ranked) * 95 // 100)]
    line = {"db": _kind(url), "page": page, "leads": given.leads, "fallen": given.fallen}
    ground.tell(**line, p50_ms=round(p50, 1), p95_ms=round(p95, 1), **more, rss_mb=_rss(process))


def _kind(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def _rss(process: int) -> int:
    """What the server holds in memory, in MiB; 0 where the system does not say."""
    status = Path(f"/proc/{process}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return round(int(found.group(1)) / 1024) if found else 0


def main() -> None:
    options = ground.options(__doc__)
    options.add_argument("--leads", type=int, default=100_000)
    options.add_argument("--fallen", type=int, default=800)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--only", default="", metavar="WORDS", help="pages that hold these words")
    options.add_argument("--ask", default="pages", metavar="pages,load,api", help="one after the other")
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--per-second", type=int, default=20)
    given = options.parse_args()
    with ground.database_url(given.db) as url:
        found = ground.apart(office.prepare, url, given.leads, given.fallen)
        for ask in given.ask.split(","):
            {"pages": measured, "load": loaded, "api": api}[ask](url, given, found)


if __name__ == "__main__":
    main()
