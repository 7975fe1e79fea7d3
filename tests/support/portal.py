"""A portal of HubSpot and slaflow by one clock, over HTTP: what it tells is posted to a served site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import orjson
from doubles.hubspot import APP, TOKEN, HubSpotDouble, Stored
from doubles.hubspot_words import Time, property_
from support.clicked import KEYS
from support.office import Present
from support.serving import answering

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.link import mirror
from slaflow.link.crm.hubspot import HubSpot, opened
from slaflow.link.pull import Pulled, pull
from slaflow.link.run import run_once
from slaflow.net.client import Client
from slaflow.settings.hooks import HubSpotCrm
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.web.site import Site

PUBLIC = "https://sla.example.com"
HOOK = f"{PUBLIC}/hooks/hubspot"
ROUNDS = 20
"""After so many without an end, it never comes to rest."""


class SharedTime(Time):
    """The portal's clock, which is everybody's: what it takes its time over, all grow older by."""

    def __init__(self, present: Present) -> None:
        self.present = present
        self.slept: list[float] = []

    @property
    def at(self) -> datetime:
        return self.present.at

    @at.setter
    def at(self, at: datetime) -> None:
        self.present.at = at


@dataclass
class Portal:
    """Both sides. ``url`` None: nobody listens to what the portal tells."""

    app: Engine
    reach: Reach
    double: HubSpotDouble
    crm: HubSpot
    present: Present
    url: str | None = None
    answers: list[int] = field(default_factory=list)

    def tell(self, **how: Any) -> None:
        """The portal posts what happened; what is not taken stays with it."""
        self.double.deliver(self._post, HOOK, **how)

    def _post(self, headers: Mapping[str, str], body: bytes) -> int:
        if self.url is None:
            return 503
        try:
            with urlopen(Request(f"{self.url}/hooks/hubspot", body, dict(headers)), timeout=30) as said:
                status = int(said.status)
        except HTTPError as refused:
            status = refused.code
        self.answers.append(status)
        return status

    def hear(self) -> int:
        """Applies what waits, some at a time; how much that was."""
        applied = 0
        for _ in range(ROUNDS):
            report = run_once(self.app, self.reach, "hubspot", crms={"crm": self.crm})
            assert report.problem is None
            if not report.counts:
                return applied
            applied += report.counts.total()
        raise AssertionError("there is always more to apply")

    def show(self) -> mirror.MirrorReport:
        """Writes what the portal is to show."""
        report = mirror.run_once(self.app, self.reach, crms={"crm": self.crm})
        assert report.problems == {}
        return report

    def rest(self, **how: Any) -> None:
        """Tells, hears, shows, until neither side has anything new to say."""
        for _ in range(ROUNDS):
            self.tell(**how)
            self.present.at += timedelta(seconds=10)
            heard, shown = self.hear(), self.show()
            if not heard and not shown.is_news and not self.double.pending:
                return
        raise AssertionError("the two never come to rest")

    def pull(self, since: datetime | None = None) -> Pulled:
        """What changed there, asked for."""
        return pull(self.app, self.reach, "crm", self.crm, object="contacts", since=since)

    def record(self, id: str) -> Stored:
        return self.double.objects["contacts"][id]

    def waiting(self) -> dict[str, int]:
        """How much came to what end, by status."""
        with self.app.database.read() as conn:
            return inbox.counts(conn).get("hubspot", {})

    def written(self) -> list[tuple[str, str]]:
        """Field by field what slaflow wrote into records, in order."""
        return [
            (each.get("id", ""), name)
            for seen in self.double.seen
            if seen.path.endswith(("/batch/update", "/batch/create"))
            for each in orjson.loads(seen.body)["inputs"]
            for name in each["properties"]
        ]


def reach_of(folder: Path, api: str, link: str, hook: str) -> Reach:
    """slaflow.toml with the portal as CRM and as hook, by the maps in these texts."""
    out, into = folder / "crm.link.yaml", folder / "hubspot.hook.yaml"
    out.write_text(link, encoding="utf-8")
    into.write_text(hook, encoding="utf-8")
    crm = {"kind": "hubspot", "token_env": "TOKEN", "map": out, "api": api}
    told = {"kind": "hubspot", "secret_env": "HOOK", "map": into, "fetch": "crm", "app_id": APP}
    return Reach.model_validate({"public_url": PUBLIC, "crms": {"crm": crm}, "hooks": {"hubspot": told}})


@contextmanager
def joined(app: Engine, reach: Reach, double: HubSpotDouble, present: Present) -> Iterator[Portal]:
    """The portal with a field of its own for countries, and the site that hears it."""
    double.time = SharedTime(present)
    for name in ("country", "last_visit", "demo_asked"):
        double.properties["contacts"][name] = property_(name, "string")
    receivers.apply(app, reach)
    settings = reach.crms["crm"]
    assert isinstance(settings, HubSpotCrm)
    client = Client(("127.0.0.0/8",), timedelta(seconds=20))
    crm = opened(settings, TOKEN, client, double.time.now, double.time.sleep)
    try:
        with answering(Site(app, reach, KEYS)) as url:
            yield Portal(app, reach, double, crm, present, url)
    finally:
        crm.close()


def shuffling(chance: Random) -> dict[str, Any]:
    """How a portal tells that keeps no order, says some of it twice, and a few things at a time."""
    return {"chance": chance, "doubled": True, "most": chance.randint(3, 40)}
