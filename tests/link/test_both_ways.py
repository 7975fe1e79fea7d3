"""Both sides change the same field in whatever order: it comes to rest, equal, and nobody asks too often."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from support.crm import Crm
from support.mirroring import mirrored, round_of
from support.office import HOUR, MARKETING, Present, handed_over, together

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Changed
from slaflow.link.conflict import is_ours
from slaflow.link.crm.shapes import CrmClosed
from slaflow.link.digest import digest
from slaflow.link.mirror import Mirroring, MirrorReport
from slaflow.settings.reach import Reach
from slaflow.store.linking import mirrors
from slaflow.store.rows import leads as lead_store

CHANGES = 100
"""A thousand are those of doubles, with which there is more that can go wrong."""
BOTH = (
    "object: contacts\nfind: {by: email}\nout: {state: state}\nboth: {firm: {field: company, wins: remote}}\n"
)


@dataclass
class Course:
    """Two sides of some leads; ``queue`` are changes there that have not been heard of here yet."""

    app: Engine
    reach: Reach
    crm: Crm
    present: Present
    chance: random.Random
    leads: dict[str, int]
    queue: list[tuple[str, datetime, str]] = field(default_factory=list)
    latest: dict[str, str] = field(default_factory=dict)

    def change_here(self, remote: str, text: str) -> None:
        self.app.change(self.leads[remote], {"company": text}, "marketing", at=self.present.at)
        self.latest[remote] = text

    def change_there(self, remote: str, text: str) -> None:
        self.crm.add(remote, firm=text)
        self.queue.append((remote, self.present.at, text))
        self.latest[remote] = text

    def hear(self) -> None:
        """Applies any of the deliveries that wait, as what listens does, by the rules of a shared field."""
        remote, at, text = self.queue.pop(self.chance.randrange(len(self.queue)))
        lead = self.leads[remote]
        with self.app.database.read() as conn:
            ours_at = lead_store.read(conn, [lead])[lead].field_at.get("company")
        if not is_ours("remote", ours_at, at):
            together(self.app, [Ask(lead, Changed({"company": text}), MARKETING, at)], self.present.at)
        with self.app.database.write() as conn:
            row = mirrors.of_leads(conn, "crm", [lead])[lead]
            known = [*([row.told["firm"]] if "firm" in row.told else []), *row.writes.get("firm", ())]
            if all(datetime.fromisoformat(since) <= at for since in known):
                row.told["firm"], row.sent["firm"] = instant_text(at), digest(text)
                row.sent_seq = 0
            mirrors.save(conn, [row])

    def write(self) -> None:
        round_of(self.app, self.reach, {"crm": self.crm})


@pytest.fixture
def course(app: Engine, tmp_path: Path, present: Present) -> Course:
    reach, crm = mirrored(app, tmp_path, "crm", text=BOTH), Crm(present)
    leads = {}
    for number in range(8):
        crm.add(str(number), email=f"lead{number}@example.com")
        leads[str(number)] = handed_over(app, f"lead{number}", at=present.at)
    found = Course(app, reach, crm, present, random.Random(random.randrange(10_000)), leads)
    found.write()
    return found


def test_a_hundred_changes_from_both_sides_come_to_rest(course: Course) -> None:
    chance, changes = course.chance, 0
    course.crm.calls.clear()
    while changes < CHANGES:
        course.present.at += timedelta(minutes=chance.randint(1, 9))
        for _ in range(chance.randint(1, 3)):
            remote = chance.choice(list(course.leads))
            (course.change_here if chance.random() < 0.5 else course.change_there)(remote, f"Firm {changes}")
            course.present.at += timedelta(seconds=1)
            changes += 1
        while course.queue and chance.random() < 0.7:
            course.hear()
        if chance.random() < 0.6:
            course.write()
    while course.queue:
        course.hear()
    course.write()
    assert len(course.crm.calls) <= changes
    asked = len(course.crm.calls)
    course.present.at += HOUR
    course.write()
    assert len(course.crm.calls) == asked
    there = {remote: course.crm.records[remote]["firm"] for remote in course.latest}
    here = {remote: course.app.show(course.leads[remote])["fields"]["company"] for remote in course.latest}
    assert there == here == course.latest


def test_one_that_hangs_and_one_that_fails_cost_the_others_nothing(
    app: Engine, tmp_path: Path, present: Present
) -> None:
    go_on, names = Event(), ("good", "hung", "broken")
    reach = mirrored(app, tmp_path, *names, text=BOTH)
    crms = {name: Crm(present) for name in names}
    for crm in crms.values():
        crm.add("1", email="kim@example.com")

    def hang() -> None:
        go_on.wait(30)

    def fail() -> CrmClosed:
        return CrmClosed("it answers nothing", timedelta(minutes=5))

    crms["hung"].shut, crms["broken"].shut = hang, fail
    mirroring, report = Mirroring(app, reach, crms=crms), MirrorReport()
    lead = handed_over(app)
    try:
        for number in range(5):
            app.change(lead, {"company": f"Firm {number}"}, "sales", at=present.at)
            began = monotonic()
            while crms["good"].records["1"].get("firm") != f"Firm {number}":
                mirroring.begin()
                mirroring.collect(report)
                assert monotonic() - began < 20, "it waits for the others"
            present.at += timedelta(seconds=1)
        assert crms["broken"].calls == ["find"]
        assert crms["hung"].calls == ["find"]
    finally:
        go_on.set()
        mirroring.close()
    # Whoever hung has what was newest when its lead was read; the rest is written next.
    round_of(app, reach, crms)
    assert crms["hung"].records["1"]["firm"] == "Firm 4"
