"""``slaflow demo``: five weeks of two parties and their leads, in a temporary folder, in a few seconds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from slaflow.engine.app import Engine
from slaflow.engine.context import wall_clock
from slaflow.engine.leads.commands import Refused
from slaflow.engine.log.read import LogFilter
from slaflow.engine.setup import schema
from slaflow.notify.send import Sender
from slaflow.report.sla import sla
from slaflow.settings.environment import sqlite_url
from slaflow.settings.reach import FileChannel, Reach

from ..options import Command
from ..output import Page
from ..report.commands import sla_page
from ..session import Session, pass_session
from ..words import counted

ZONE = ZoneInfo("Europe/Stockholm")
START = "2026-03-02 08:00"
WEEKS = ("2026-03-13", "2026-03-20", "2026-03-27", "2026-04-03", "2026-04-10")
A_WHILE = timedelta(hours=4)
END = "2026-04-10 18:00"
MONDAY = "2026-04-13 10:00"
TOLD = (
    "transition", "warned", "breached", "escalated", "clock_met", "met_late", "refused",
    "disputed", "granted", "upheld",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing somebody does: ``do`` is the engine's operation, ``what`` and ``values`` its words."""

    at: str
    lead: str
    do: str
    what: str = ""
    who: str = "lead"
    values: dict[str, object] = field(default_factory=dict)


PEOPLE = (
    ("mia@example.com", "sales", None, "manager"),
    ("max@example.com", "marketing", None, "manager"),
    ("greta@example.com", "marketing", "growth", "member"),
    ("anna@example.com", "sales", "nordics", "member"),
    ("bo@example.com", "sales", "nordics", "member"),
    ("carl@example.com", "sales", "emea", "member"),
)

KIM, LEE, NORA, OLA = "kim@nordic.example", "lee@rhein.example", "nora@fjord.example", "ola@small.example"
MAX, GRETA = "max@example.com", "greta@example.com"
BO, CARL = "bo@example.com", "carl@example.com"
FEEDBACK = {"return_reason": "not_ready", "feedback": "Budget is decided in the autumn; keep them warm"}

LOOKERS = (("audrey@example.com", "marketing", "auditor"), ("ada@example.com", "sales", "admin"))
"""Whom one can be besides, where the demo is served."""

STORY = (
    Scene("2026-03-02 09:10", KIM, "add", values={"employees": 120, "country": "SE", "source": "event"}),
    Scene("2026-03-02 09:40", OLA, "add", values={"employees": 8, "country": "SE", "source": "web"}),
    Scene("2026-03-02 10:30", KIM, "record", "nurture", GRETA),
    Scene("2026-03-03 10:00", LEE, "add", values={"employees": 80, "country": "DE", "source": "web"}),
    Scene("2026-03-03 10:01", LEE, "record", "demo_request"),
    Scene("2026-03-03 10:12", LEE, "fire", "accept", CARL),
    Scene("2026-03-03 10:20", LEE, "record", "call", CARL, {"outcome": "asked to come back in the autumn"}),
    Scene("2026-03-04 11:00", NORA, "add", values={"employees": 200, "country": "NO", "source": "referral"}),
    Scene("2026-03-04 11:05", NORA, "record", "demo_request"),
    Scene("2026-03-05 14:00", LEE, "fire", "return", CARL, dict(FEEDBACK)),
    Scene("2026-03-06 10:00", LEE, "record", "nurture", GRETA),
    Scene("2026-03-06 14:30", KIM, "record", "demo_request"),
    Scene("2026-03-09 14:10", KIM, "fire", "accept", BO),
    Scene("2026-03-09 14:20", KIM, "record", "call", BO, {"outcome": "meeting on Wednesday"}),
    Scene("2026-03-09 14:25", KIM, "fire", "qualify", BO),
    Scene("2026-03-09 15:00", KIM, "dispute", "respond", BO, {"reason": "All of us were at the kick-off"}),
    Scene("2026-03-10 09:30", KIM, "uphold", "respond", MAX, {"reason": "That was over by ten o'clock"}),
    Scene("2026-03-11 10:00", KIM, "record", "meeting", BO),
    Scene("2026-03-11 11:00", KIM, "answer", "value", BO, {"expected_value": "48000"}),
    Scene(
        "2026-03-11 11:01", KIM, "answer", "profit", BO, {"expected_return": "48000", "investment": "9000"}
    ),
    Scene("2026-03-11 11:02", KIM, "answer", "compete", BO, {"competitors": 2, "win_probability": "0.6"}),
    Scene("2026-03-11 11:05", KIM, "fire", "qualify", BO),
    Scene("2026-03-26 15:00", KIM, "fire", "win", BO, {"amount": "46500"}),
    Scene("2026-03-30 10:00", KIM, "fire", "debrief", BO, {"feedback": "They had met two of our customers"}),
    Scene("2026-04-01 11:00", KIM, "fire", "learn", GRETA, {"answer": "A customer speaks at the next fair"}),
)

EVA, TOM, UNA, IDA = "eva@harbour.example", "tom@wald.example", "una@skog.example", "ida@lys.example"
ONWARDS = (
    Scene("2026-04-10 15:30", EVA, "add", values={"employees": 300, "country": "SE", "source": "web"}),
    Scene("2026-04-10 15:40", EVA, "record", "demo_request"),
    Scene("2026-04-13 09:05", TOM, "add", values={"employees": 90, "country": "DE", "source": "event"}),
    Scene("2026-04-13 09:06", TOM, "record", "demo_request"),
    Scene("2026-04-13 09:10", UNA, "add", values={"employees": 70, "country": "SE", "source": "referral"}),
    Scene("2026-04-13 09:12", UNA, "record", "demo_request"),
    Scene("2026-04-13 09:30", TOM, "fire", "accept", CARL),
    Scene("2026-04-13 09:40", IDA, "add", values={"employees": 140, "country": "SE", "source": "web"}),
    Scene("2026-04-13 09:41", IDA, "record", "demo_request"),
)
"""What is still to be done on that Monday, by either side."""


@click.command("demo", cls=Command)
@pass_session
def command(session: Session) -> None:
    """Shows the whole product on sample leads: weeks of activity, ticks, both parties' record.

    Everything happens in a temporary folder that is gone afterwards. What people would have been told is kept
    as mails in another, which is named at the end; nobody else is sent anything.
    """
    with tempfile.TemporaryDirectory(prefix="slaflow-demo-") as folder:
        present = Present(instant(START))
        engine = Engine(sqlite_url(Path(folder) / "demo.db"), now=present)
        try:
            schema.upgrade(engine)
            _play(session, engine, present)
        finally:
            engine.database.dispose()


@contextmanager
def played() -> Iterator[Callable[[], Engine]]:
    """The same weeks without a word; what makes engines on them, whose clock goes on on the next Monday."""
    with tempfile.TemporaryDirectory(prefix="slaflow-demo-") as folder, ExitStack() as closing:
        present = Present(instant(START))
        url = sqlite_url(Path(folder) / "demo.db")
        engine = Engine(url, now=present)
        closing.callback(engine.database.dispose)
        schema.upgrade(engine)
        _prepare(engine)
        for email, party, role in LOOKERS:
            engine.add_person(email, party, role=role, at=instant(START))
        for scene in (*STORY, *ONWARDS):
            _reach(engine, present, scene.at, None)
            _perform(engine, scene)
        _reach(engine, present, MONDAY, None)
        begun = wall_clock()
        engine.database.dispose()

        def another() -> Engine:
            made = Engine(url, now=lambda: instant(MONDAY) + (wall_clock() - begun))
            closing.callback(made.database.dispose)
            return made

        yield another


@dataclass(slots=True)
class Present:
    """The demo's own clock."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


class Post:
    """Sends what the agreement has people told to a folder that stays."""

    def __init__(self, engine: Engine) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slaflow-demo-mail-"))
        folder = FileChannel(kind="file", folder=self.folder)
        self._sender = Sender(engine, Reach(channels={"mail": folder}), environment={})
        self.sent = 0

    def go_round(self) -> None:
        """Sends what waits by now."""
        self.sent += self._sender.once().sent

    def close(self) -> None:
        """Lets go of what sends."""
        self._sender.close()


def _play(session: Session, engine: Engine, present: Present) -> None:
    page = Page() if session.out.for_people else None
    post = Post(engine) if session.out.for_people else None
    _prepare(engine)
    if page is not None:
        page.heading("Six weeks between marketing and sales")
    answer = 0
    for scene in STORY:
        _reach(engine, present, scene.at, post)
        _perform(engine, scene)
        answer = _tell(engine, page, answer)
    for day in WEEKS:
        _reach(engine, present, f"{day} 18:00", post)
    _tell(engine, page, answer)
    _close(session, engine, page)
    if page is not None and post is not None:
        post.close()
        page.gap()
        page.line(f"{counted(post.sent, 'message')} to people, kept as mails in {post.folder}")


def _reach(engine: Engine, present: Present, local: str, post: Post | None) -> None:
    """Comes to that instant, with a tick every few hours on the way, and what is to be sent sent."""
    at = instant(local)
    while present.at < at:
        present.at = min(present.at + A_WHILE, at)
        if engine.tick(at=present.at).notified and post is not None:
            post.go_round()
    if post is not None:
        post.go_round()


def instant(local: str) -> datetime:
    """A local date and time of the demo's zone as an instant."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


def _prepare(engine: Engine) -> None:
    text = files("slaflow.workflows").joinpath("b2b-standard.yaml").read_bytes()
    at = instant(START)
    engine.activate(text, "b2b-standard.yaml", at=at)
    for email, party, team, role in PEOPLE:
        manager = "mia@example.com" if party == "sales" and role == "member" else None
        engine.add_person(email, party, team=team, manager=manager, role=role, at=at)


def _perform(engine: Engine, scene: Scene) -> None:
    """Does what the scene says; a refusal is part of the story and stands in the log."""
    at = instant(scene.at)
    if scene.do == "add":
        engine.add({"email": scene.lead, **scene.values}, "marketing", at=at)
    elif scene.do == "record":
        engine.record(scene.lead, scene.what, scene.who, scene.values, at=at)
    elif scene.do == "answer":
        engine.answer(scene.lead, scene.what, scene.who, scene.values, at=at)
    elif scene.do in ("dispute", "uphold"):
        say = engine.dispute if scene.do == "dispute" else engine.uphold
        say(scene.lead, scene.what, str(scene.values["reason"]), scene.who, at=at)
    else:
        try:
            engine.fire(scene.lead, scene.what, scene.who, scene.values, at=at)
        except Refused:
            return


def _tell(engine: Engine, page: Page | None, after: int) -> int:
    """Tells what the log has to say since entry *after*; gives the last one read."""
    names = {lead["id"]: lead["key"].split("@")[0] for lead in engine.leads()}
    for entry in engine.log(LogFilter(after=after)):
        after = entry.id or after
        if page is not None and entry.kind in TOLD:
            page.line(*_line(entry.as_json(), names))
    return after


def _line(entry: dict[str, Any], names: dict[int, str]) -> Iterator[Any]:
    at = datetime.fromisoformat(entry["at"]).astimezone(ZONE)
    yield f"{at:%a %d %b %H:%M}  {names.get(entry['lead'], ''):<5} "
    style, what = _words(entry)
    yield what, style


def _words(entry: dict[str, Any]) -> tuple[str, str]:
    """A rich style and a sentence for one entry of the story."""
    kind, target, owner = entry["kind"], entry["target"], entry["owner"] or "nobody"
    if kind == "transition":
        return "bold", _transition(entry)
    if kind == "refused":
        return "yellow", f"{entry['trigger']} refused: {entry['reason']}"
    if kind == "warned":
        return "yellow", f"warning: {entry['step']} of {target} is used up, {owner} is told"
    if kind == "breached":
        return "bold red", f"BREACH: {entry['party']} did not keep {target} ({owner} held the lead)"
    if kind in ("disputed", "granted", "upheld") and target is None:
        return "yellow", f'{kind} by {entry["actor"]}: that it came back; "{entry["reason"]}"'
    if kind in ("disputed", "upheld"):
        return "yellow", f'{kind} by {entry["actor"]}: the breach of {target}; "{entry["reason"]}"'
    if kind == "escalated":
        return "red", f"escalation {entry['step']} after {target} was broken"
    late = "late, but done: " if kind == "met_late" else "kept: "
    return "green", f"{late}{target}, owed by {entry['party']}"


def _transition(entry: dict[str, Any]) -> str:
    data = entry["data"]
    moved = "" if entry["from"] == entry["to"] else f": {entry['from']} -> {entry['to']}"
    words = f"{entry['trigger']}{moved} by {entry['actor']}"
    if entry["handoff"]:
        gave, took = data["handoff"]["gave"], data["handoff"]["took"]
        words += f"; {gave['party']} hands over to {took['party']} ({took['owner'] or 'nobody'})"
    said = [
        f'; {name}: "{data["inputs"][name]}"' for name in ("feedback", "answer") if name in data["inputs"]
    ]
    return "".join((words, *said))


def _close(session: Session, engine: Engine, page: Page | None) -> None:
    report = sla(engine, at=instant(END))
    if page is not None:
        page.gap()
    session.out.show(report, lambda shown: sla_page(shown, report, ZONE))
    verified = engine.verify()
    if page is not None:
        page.gap()
        page.line(
            f"log verified: {verified.entries} entries in {verified.streams} streams, every hash recomputed"
        )
