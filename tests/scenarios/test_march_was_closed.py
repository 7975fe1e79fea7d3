"""Both sides promised something for March. It was closed in April, and more came to light after."""

from __future__ import annotations

from textwrap import dedent

from support.builders import utc
from support.office import Present
from support.telling import FRAME

from slaflow.engine.app import Engine
from slaflow.store.database import Database

PROMISES = """
targets:
  respond:
    owed_by: sales
    start: {enter: mql}
    meet: {trigger: [accept, return]}
    within: 4h
    calendar: office
commitments:
  volume:
    owed_by: marketing
    every: month
    count: {enter: mql, when: "lead.country == 'SE'"}
    at_least: 2
    pace: {50%: {notify: marketing}}
    missed: {notify: [marketing, sales]}
  follow_up:
    owed_by: sales
    every: month
    share: {met: respond}
    at_least: 100%
    missed: {notify: [marketing, sales]}
  review: {owed_by: [marketing, sales], every: month, signed_within: 5d}
"""


def in_stockholm(text: str) -> str:
    return f"{text}+02:00" if text >= "2026-03-29" else f"{text}+01:00"


class Story:
    """The agreement in force since the first of March, its people typing at dated instants."""

    def __init__(self, database: Database) -> None:
        self.app = Engine(database, now=Present())
        self.app.activate(dedent(FRAME) + dedent(PROMISES), at=utc("2026-02-28T23:00"))

    def hand_over(self, name: str, at: str, country: str = "SE") -> str:
        key, instant = f"{name}@example.com", utc(in_stockholm(at))
        self.app.add({"email": key, "country": country}, "marketing", at=instant)
        self.app.fire(key, "promote", "marketing", at=instant)
        return key

    def tick(self, at: str) -> None:
        self.app.tick(utc(in_stockholm(at)))

    def stated(self) -> list[tuple[str, object, str | None]]:
        entries = [entry for entry in self.app.log() if entry.kind == "commitment"]
        return [(e.target or "", e.data["figure"], e.data["verdict"]) for e in entries]


def test_march_was_closed_as_it_stood_and_restated_when_more_was_known(database: Database) -> None:
    story = Story(database)
    # Mon 9 March: one lead from Sweden, accepted within the hour; one from Germany, whom nobody answered.
    kim = story.hand_over("kim", "2026-03-09T10:00")
    story.app.fire(kim, "accept", "sales", at=utc("2026-03-09T10:30+01:00"))
    lee = story.hand_over("lee", "2026-03-09T11:00", country="DE")

    # Mon 16 March ends: eleven of 22 office days are over, one lead of two is on pace.
    story.tick("2026-03-17T09:00")
    assert [e.target for e in story.app.log() if e.kind == "warned" and e.lead is None] == []

    # Sat 4 April, midnight: late evidence has had its three days. Nobody ticks before Tuesday.
    story.tick("2026-04-04T00:00")
    assert story.stated() == []
    story.tick("2026-04-07T08:00")
    assert story.stated() == [
        ("volume", 1, "missed"), ("follow_up", "0.5", "missed"), ("review", 0, "missed"),
    ]  # fmt: skip

    # Wed 8 April: Lee's breach is excused, and a lead of 27 March comes to light that nobody had recorded.
    story.app.lift(lee, "respond", "the switchboard was down", "marketing", at=utc("2026-04-08T09:00+02:00"))
    now = utc("2026-04-08T10:00+02:00")
    story.app.add(
        {"email": "max@example.com", "country": "SE"}, "marketing", at=utc("2026-03-27T09:00+01:00")
    )
    story.app.fire(
        "max@example.com", "promote", "marketing", at=now, occurred_at=utc("2026-03-27T09:05+01:00")
    )
    story.tick("2026-04-08T11:00")
    # With the lead comes the promise that nobody kept: its four hours were over on 27 March too.
    assert story.stated()[3:] == [
        ("follow_up", "1", "kept"), ("volume", 2, "kept"), ("follow_up", "0.6666", "missed"),
    ]  # fmt: skip

    # What was stated stands; both are shown.
    told = story.app.review("story", "2026-03", at=utc("2026-04-08T12:00+02:00"))
    volume, follow_up, _ = told["commitments"]
    assert (volume["verdict"], [each["verdict"] for each in volume["restated"]]) == ("missed", ["kept"])
    assert (follow_up["verdict"], [each["figure"] for each in follow_up["restated"]]) == (
        "missed", ["1", "0.6666"],
    )  # fmt: skip
    assert story.app.verify().ok
