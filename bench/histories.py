"""Made-up histories under ``workflows/b2b-standard.yaml``: the same leads on every machine, by a seed.

A history is a visitor's interest, the handoff that follows, calls, mails and meetings, and an end:
returned with a reason, lost, or silence, which the agreement answers with breaches and a handback.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random

from slaflow import Engine

COLUMNS = (
    "email", "company", "country", "employees", "source", "at", "who", "activity", "trigger",
    "return_reason", "lost_reason", "feedback",
)  # fmt: skip
MAP = """\
timezone: UTC
lead: {email: email, company: company, country: country, employees: employees, source: source}
events:
  - {activity: {column: activity}, when: "row.activity != ''", at: at, as: {column: who}}
  - trigger: {column: trigger}
    when: "row.trigger != ''"
    at: at
    as: {column: who}
    set:
      return_reason: {column: return_reason}
      lost_reason: {column: lost_reason}
      feedback: {column: feedback}
"""
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
SPREAD = timedelta(days=60)
"""Leads arrive within this long after :data:`FIRST`; each lives for some weeks."""
END = FIRST + SPREAD + timedelta(days=40)
SELLERS = tuple(f"seller{number}@example.com" for number in range(20))
MARKETERS = tuple(f"marketer{number}@example.com" for number in range(5))
Row = dict[str, str]


def agreement() -> bytes:
    """The text of the agreement these histories are lived under."""
    return files("slaflow.workflows").joinpath("b2b-standard.yaml").read_bytes()


def add_people(engine: Engine) -> None:
    """Records the two sides' people, each in a team, with a manager."""
    before = FIRST - timedelta(days=1)
    for number, email in enumerate(SELLERS):
        team = "nordics" if number % 2 else "emea"
        engine.add_person(email, "sales", team=team, manager=SELLERS[0] if number else None, at=before)
    for email in MARKETERS:
        engine.add_person(email, "marketing", team="growth", at=before)


def write(file: Path, leads: int, seed: int = 1) -> int:
    """Writes a CSV of *leads* histories for :data:`MAP`; gives its number of rows."""
    random, rows = Random(seed), 0
    with file.open("w", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS, restval="")
        writer.writeheader()
        for number in range(leads):
            for row in history(number, random):
                writer.writerow(row)
                rows += 1
    return rows


def history(number: int, random: Random) -> Iterator[Row]:
    """The rows of one lead, oldest first."""
    email, at = f"lead{number}@example.com", FIRST + random.random() * SPREAD
    yield _row(email, at, "lead", activity="whitepaper", **_profile(number, random))
    for kind in ("pricing_page_view", "demo_request"):
        at += timedelta(minutes=random.randint(5, 600))
        yield _row(email, at, "lead", activity=kind)
    if random.random() < 0.2:
        return
    seller = random.choice(SELLERS)
    at += timedelta(minutes=random.randint(5, 25))
    yield _row(email, at, seller, trigger="accept")
    for _ in range(random.randint(1, 5)):
        at += timedelta(hours=random.randint(2, 90))
        yield _row(email, at, seller, activity=random.choice(("call", "call", "email", "meeting")))
    yield from _end(email, at + timedelta(hours=random.randint(2, 90)), seller, random)


def _end(email: str, at: datetime, seller: str, random: Random) -> Iterator[Row]:
    drawn = random.random()
    if drawn < 0.4:
        reason = random.choice(("not_ready", "no_fit", "no_value"))
        yield _row(
            email, at, seller, trigger="return", return_reason=reason, feedback="Wants to talk again later"
        )
        at += timedelta(hours=random.randint(2, 60))
        yield _row(email, at, random.choice(MARKETERS), activity="nurture")
    elif drawn < 0.7:
        yield _row(email, at, seller, activity="meeting")
        at += timedelta(minutes=random.randint(30, 90))
        yield _row(
            email, at, seller, trigger="lose", lost_reason="price", feedback="Bought from another vendor"
        )


def _profile(number: int, random: Random) -> Row:
    return {
        "company": f"Company {number}",
        "country": random.choice(("SE", "NO", "DE", "FR")),
        "employees": str(random.choice((10, 60, 200, 1000))),
        "source": random.choice(("web", "event", "referral")),
    }


def _row(email: str, at: datetime, who: str, **cells: str) -> Row:
    return {"email": email, "at": at.isoformat(timespec="seconds"), "who": who, **cells}
